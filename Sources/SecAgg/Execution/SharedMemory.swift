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
