/// Secret bytes in heap memory of their own, wiped before the memory is freed.
///
/// The value has exactly one owner: it cannot be copied, printed, compared or encoded by accident.
/// Inline storage would not do: the compiler may move it and leaves the old bytes behind.
///
/// The memory is aligned for 64-bit words. Allocation costs tens of nanoseconds, so that secrets
/// of one session can live in it by the hundred.
@safe
public struct SecretBytes: ~Copyable, Sendable {
  /// The number of bytes.
  public let count: Int
  // A pointer is not Sendable, so this one field is exempt, and what follows is why it may be. There is no
  // other pointer to the memory: the value is not copyable, the field is private, and the spans that
  // closures get cannot outlive their call. So the memory moves between threads with its one owner. Threads
  // that borrow it at once only read: what writes is `mutating`, which has the value to itself, or is an
  // initialiser or the `deinit`.
  private nonisolated(unsafe) let storage: UnsafeMutableRawPointer

  /// Allocates `count` zero bytes.
  package init(zeroed count: Int) {
    self.count = count
    unsafe self.storage = .allocate(byteCount: max(count, 8), alignment: 64)
    unsafe storage.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 8))
  }

  /// Copies bytes into secret memory, for example a suspended client read back from a keychain.
  ///
  /// The caller's own copy stays where it is; wipe it when it is no longer needed.
  public init(copying bytes: [UInt8]) {
    self.init(zeroed: bytes.count)
    withMutableBytes { secret in
      for index in secret.indices { secret[index] = bytes[index] }
    }
  }

  /// Copies bytes into secret memory.
  package init(copying bytes: Span<UInt8>) {
    self.init(zeroed: bytes.count)
    let (storage, count) = unsafe (storage, count)
    unsafe bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      unsafe storage.copyMemory(from: start, byteCount: count)
    }
  }

  deinit {
    unsafe Sodium.wipe(UnsafeMutableRawBufferPointer(start: storage, count: count))
    unsafe storage.deallocate()
  }

  /// Gives `body` the bytes to read; they must not be kept beyond the call.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    return try unsafe body(buffer.span)
  }

  /// Gives `body` the bytes to change.
  package mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
    _ body: (inout MutableSpan<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeMutableBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    var span = unsafe buffer.mutableSpan
    return try body(&span)
  }

  /// Gives `body` the bytes as 64-bit words of this machine's byte order; `count` is a multiple of 8.
  func withWords<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt64>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeBufferPointer(
      start: UnsafePointer(storage.assumingMemoryBound(to: UInt64.self)), count: count / 8)
    return try unsafe body(buffer.span)
  }

  /// Gives `body` the bytes as 64-bit words to change.
  mutating func withMutableWords<Result: ~Copyable, Failure: Error>(
    _ body: (inout MutableSpan<UInt64>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeMutableBufferPointer(
      start: storage.assumingMemoryBound(to: UInt64.self), count: count / 8)
    var span = unsafe buffer.mutableSpan
    return try body(&span)
  }
}
