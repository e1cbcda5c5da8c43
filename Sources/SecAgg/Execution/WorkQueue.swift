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

/// Memory that the threads of one call write, each in places of its own.
///
/// A pointer is not Sendable, so this one field is exempt. It may be, for these reasons, of which the type
/// system sees the last only:
///
/// - No data race: a place belongs to one item of a `WorkQueue`, `take()` gives each item to one thread
///   only, and who makes a `SharedMemory` sees to it that places of different items do not overlap.
/// - No use after the end: it is made within the closure that borrows the memory, and `ScopedThreads.run`,
///   which is called there, joins all threads before it returns.
/// - Seen by the caller: joining a thread orders all that it wrote before what follows.
/// - What is in it is Sendable itself, so it may be made by one thread and used by another.
@unsafe
struct SharedMemory<Element: Sendable>: Sendable {
  private nonisolated(unsafe) let buffer: UnsafeMutableBufferPointer<Element>

  init(_ buffer: UnsafeMutableBufferPointer<Element>) {
    unsafe self.buffer = buffer
  }

  /// Writes to a place that was never written.
  func initialize(_ place: Int, to element: Element) {
    unsafe buffer.initializeElement(at: place, to: element)
  }

  /// Gives `body` places that were written before.
  func withElements<Result>(
    _ places: Range<Int>, _ body: (inout MutableSpan<Element>) -> Result
  ) -> Result {
    var span = unsafe UnsafeMutableBufferPointer(rebasing: buffer[places]).mutableSpan
    return body(&span)
  }
}

/// The smallest of the items that threads could not do.
final class FirstFailure: Sendable {
  private let smallest = Atomic<Int>(.max)

  func note(_ item: Int) {
    smallest.min(item, ordering: .relaxed)
  }

  /// `nil` if all items were done.
  var item: Int? {
    let item = smallest.load(ordering: .relaxed)
    return item == .max ? nil : item
  }
}
