#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Bionic)
  internal import Bionic
#endif
internal import Synchronization

/// How a call that takes long may use the machine: on how many threads, and watched by whom.
///
/// The threads are made for the call and end with it; there is no pool and nothing is left behind.
///
/// ```swift
/// let masking = try sharing.maskInput(vector, delivery: delivery, execution: .threads(2))
/// let aggregate = try server.unmask(execution: Execution { progress in
///   bar.show(progress.fraction)
///   return isShuttingDown ? .cancel : .proceed
/// })
/// ```
public struct Execution: Sendable {
  /// How far a call has come.
  public struct Progress: Sendable, Hashable {
    /// The part of the work that is done, from 0 to 1.
    public let fraction: Double
  }

  /// Whether a call shall go on.
  public enum Decision: Sendable, Hashable {
    /// Go on.
    case proceed
    /// Stop soon, with an error that says so.
    case cancel
  }

  /// The largest number of threads, the caller's own included; 1 to 1,024.
  public let threadCount: Int
  /// Called every now and then with how far the call has come; what it returns decides whether the
  /// call goes on. It is called on the working threads, possibly by several at once: be quick.
  public let observer: (@Sendable (Progress) -> Decision)?

  /// Leave to use the machine.
  ///
  /// - Parameters:
  ///   - threadCount: the most threads to use; fewer than 1 count as 1, more than 1,024 as 1,024; left
  ///     out, as many as the machine has processors.
  ///   - observer: sees progress and can cancel.
  public init(
    threadCount: Int? = nil, observer: (@Sendable (Progress) -> Decision)? = nil
  ) {
    self.threadCount = min(max(1, threadCount ?? Self.processorCount), Self.largestThreadCount)
    self.observer = observer
  }

  /// At most `count` threads, unobserved.
  public static func threads(_ count: Int) -> Execution { Execution(threadCount: count) }

  /// The processors that are there for this process, as far as the system says.
  private static let processorCount = Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))

  private static let largestThreadCount = 1024
}

/// Adds up what the threads of a call have done, and asks its observer whether to go on.
///
/// Work is counted in words of key stream; what else takes long, in as many words as take as long.
final class ProgressWatch: Sendable {
  /// One X25519 key agreement: some 30 us.
  static let keyAgreement = 1 << 16

  private let completed = Atomic<Int>(0)
  private let isCancelledFlag = Atomic<Bool>(false)
  private let total: Int
  private let observer: (@Sendable (Execution.Progress) -> Execution.Decision)?

  init(total: Int, on execution: Execution) {
    self.total = total
    observer = execution.observer
  }

  /// Notes work that is done; whether to go on.
  func hasCompleted(_ amount: Int) -> Bool {
    guard let observer else { return true }
    guard !isCancelled else { return false }
    let sum = completed.wrappingAdd(amount, ordering: .relaxed).newValue
    let progress = Execution.Progress(fraction: Double(sum) / Double(max(total, 1)))
    guard observer(progress) == .proceed else {
      isCancelledFlag.store(true, ordering: .relaxed)
      return false
    }
    return true
  }

  /// Whether the observer has cancelled the call.
  var isCancelled: Bool { isCancelledFlag.load(ordering: .relaxed) }
}

/// The observer of a call has cancelled it.
struct Cancellation: Error {}
