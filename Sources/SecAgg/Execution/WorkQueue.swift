internal import Synchronization

/// The numbers 0..<count, each handed out once, to whichever thread asks next. What threads share
/// instead of a lock: one atomic addition for each item.
final class WorkQueue: Sendable {
  private let next = Atomic<Int>(0)
  private let isCancelledFlag = Atomic<Bool>(false)
  private let count: Int

  init(count: Int) {
    self.count = count
  }

  /// The next number, or `nil` when none is left or the work is cancelled.
  func take() -> Int? {
    guard !isCancelled else { return nil }
    let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return item < count ? item : nil
  }

  /// Hands out nothing more.
  func cancel() { isCancelledFlag.store(true, ordering: .relaxed) }

  var isCancelled: Bool { isCancelledFlag.load(ordering: .relaxed) }

  /// Calls `body` once for each number, on as many threads as are allowed and worth it.
  ///
  /// - Parameter grain: the items for which another thread is worth its making.
  static func forEach(
    _ count: Int, grain: Int = 1, on execution: Execution, _ body: @Sendable (Int) -> Void
  ) {
    let queue = WorkQueue(count: count)
    ScopedThreads.run(min(execution.threadCount, max(1, count / grain))) {
      while let item = queue.take() { body(item) }
    }
  }

  /// What `transform` makes of each number, in order, on as many threads as are allowed and worth it.
  ///
  /// - Parameter grain: the items for which another thread is worth its making.
  static func map<Result: Sendable>(
    _ count: Int, grain: Int = 1, on execution: Execution, _ transform: @Sendable (Int) -> Result
  ) -> [Result] {
    unsafe [Result](unsafeUninitializedCapacity: count) { memory, initialized in
      let slots = unsafe SharedMemory(memory)
      forEach(count, grain: grain, on: execution) { item in
        unsafe slots.initialize(item, to: transform(item))
      }
      initialized = count
    }
  }
}
