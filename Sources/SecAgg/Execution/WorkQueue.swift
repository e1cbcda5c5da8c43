internal import Synchronization

/// The numbers 0..<count, each handed out once to the next thread that asks. Threads do not need a
/// lock: each number costs one atomic addition.
final class WorkQueue: Sendable {
  private let next = Atomic<Int>(0)
  private let isCancelledFlag = Atomic<Bool>(false)
  private let count: Int

  init(count: Int) {
    self.count = count
  }

  /// Returns the next number; `nil` if none is left or the work is cancelled.
  func take() -> Int? {
    guard !isCancelled else { return nil }
    let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return item < count ? item : nil
  }

  /// Stops handing out numbers.
  func cancel() { isCancelledFlag.store(true, ordering: .relaxed) }

  var isCancelled: Bool { isCancelledFlag.load(ordering: .relaxed) }

  /// Calls `body` once for each number, on as many threads as `execution` and `grain` allow.
  ///
  /// - Parameter grain: the number of items that justifies another thread.
  static func forEach(
    _ count: Int, grain: Int = 1, on execution: Execution, _ body: @Sendable (Int) -> Void
  ) {
    let queue = WorkQueue(count: count)
    ScopedThreads.run(min(execution.threadCount, max(1, count / grain))) {
      while let item = queue.take() { body(item) }
    }
  }

  /// Returns the results of `transform` for all numbers, in order. It uses as many threads as
  /// `execution` and `grain` allow.
  ///
  /// - Parameter grain: the number of items that justifies another thread.
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

/// Memory that the threads of one call write, each at its own places.
///
/// A pointer is not Sendable, so the field is exempt from the check, for these reasons. The type
/// system verifies only the last one:
///
/// - No data race: a place belongs to one item of a `WorkQueue`, `take()` gives each item to one
///   thread only, and the code that creates a `SharedMemory` keeps the places of different items
///   apart.
/// - No use after the end: it is created inside the closure that borrows the memory.
///   `ScopedThreads.run` is called there, and joins all threads before it returns.
/// - Visible to the caller: joining a thread orders its writes before the code that follows.
/// - The elements are Sendable, so one thread may create them and another may use them.
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

  /// Calls `body` with places that were written before.
  func withElements<Result>(
    _ places: Range<Int>, _ body: (inout MutableSpan<Element>) -> Result
  ) -> Result {
    var span = unsafe UnsafeMutableBufferPointer(rebasing: buffer[places]).mutableSpan
    return body(&span)
  }
}
