internal import Synchronization

/// The observer of a call has cancelled it.
struct Cancellation: Error {}

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
