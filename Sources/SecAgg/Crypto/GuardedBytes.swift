internal import CSodium

/// Long-lived secret bytes in guarded memory (libsodium's `sodium_malloc`): locked against
/// swapping, between pages that fault, read-only once written, wiped when it is freed.
///
/// It costs tens of microseconds and several pages each, so it is for identity keys, of which a
/// process has few; secrets of a session live in `SecretBytes`.
@safe
struct GuardedBytes: ~Copyable, Sendable {
  let count: Int
  // A pointer is not Sendable, so this one field is exempt, and what follows is why it may be. There is no
  // other pointer to the memory: the value is not copyable, the field is private, and the spans that
  // closures get cannot outlive their call. After `init` there is no way to write to the memory until
  // `deinit`, which runs when nobody borrows the value any more, so threads that borrow it only read.
  private nonisolated(unsafe) let storage: UnsafeMutableRawPointer

  /// Allocates and lets `fill` write the bytes.
  ///
  /// - Throws: `IdentityError.noGuardedMemory` when the system gives none.
  init(
    count: Int, _ fill: (inout MutableSpan<UInt8>) -> Void
  ) throws(IdentityError) {
    Sodium.prepare()
    guard let storage = unsafe sodium_malloc(count) else { throw .noGuardedMemory }
    self.count = count
    unsafe self.storage = unsafe storage
    let buffer = unsafe UnsafeMutableBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    var span = unsafe buffer.mutableSpan
    fill(&span)
    // Without protection against writing the bytes are as secret as before.
    _ = unsafe sodium_mprotect_readonly(storage)
  }

  deinit {
    // Makes the pages writable again and wipes them.
    unsafe sodium_free(storage)
  }

  /// Gives `body` the bytes to read.
  func withBytes<Result: ~Copyable>(_ body: (Span<UInt8>) -> Result) -> Result {
    let buffer = unsafe UnsafeBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    return unsafe body(buffer.span)
  }
}
