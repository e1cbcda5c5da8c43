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

/// The number of threads that a long call may use, and the observer of its progress.
///
/// A call starts its threads and ends them. There is no thread pool.
///
/// ```swift
/// let masking = try sharing.maskInput(vector, delivery: delivery, execution: .threads(2))
/// let aggregate = try server.unmask(execution: Execution { progress in
///   bar.show(progress.fraction)
///   return isShuttingDown ? .cancel : .proceed
/// })
/// ```
public struct Execution: Sendable {
  /// The progress of a call.
  public struct Progress: Sendable, Hashable {
    /// The part of the work that is done, from 0 to 1.
    public let fraction: Double
  }

  /// The observer's decision about the rest of a call.
  public enum Decision: Sendable, Hashable {
    /// Go on.
    case proceed
    /// Stop soon, with an error that says so.
    case cancel
  }

  /// The largest number of threads, the caller's own included; 1 to 1,024.
  public let threadCount: Int
  /// The observer of the call. The working threads call it from time to time with the progress, and
  /// several threads can call it at once, so it must be fast. Its result decides whether the call
  /// goes on.
  public let observer: (@Sendable (Progress) -> Decision)?

  /// Creates an execution policy.
  ///
  /// - Parameters:
  ///   - threadCount: the largest number of threads. Values outside 1...1,024 are clamped. The
  ///     default is the number of processors.
  ///   - observer: gets the progress and can cancel the call.
  public init(
    threadCount: Int? = nil, observer: (@Sendable (Progress) -> Decision)? = nil
  ) {
    self.threadCount = min(max(1, threadCount ?? Self.processorCount), Self.largestThreadCount)
    self.observer = observer
  }

  /// Returns a policy of at most `count` threads, without an observer.
  public static func threads(_ count: Int) -> Execution { Execution(threadCount: count) }

  /// The number of processors that the system reports.
  private static let processorCount = Int(sysconf(CInt(_SC_NPROCESSORS_ONLN)))

  private static let largestThreadCount = 1024
}

/// Adds up the work of a call's threads, and asks the observer whether to go on.
///
/// The unit of work is one word of key stream. Other work counts as the number of words that take
/// the same time.
final class ProgressWatch: Sendable {
  /// The work of one X25519 key agreement: about 30 us.
  static let keyAgreement = 1 << 16

  private let completed = Atomic<Int>(0)
  private let isCancelledFlag = Atomic<Bool>(false)
  private let total: Int
  private let observer: (@Sendable (Execution.Progress) -> Execution.Decision)?

  init(total: Int, on execution: Execution) {
    self.total = total
    observer = execution.observer
  }

  /// Adds completed work. Returns whether to go on.
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

/// The error of a call that its observer has cancelled.
struct Cancellation: Error {}
