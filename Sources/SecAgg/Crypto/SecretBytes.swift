/// Secret bytes in their own heap memory, wiped before the memory is freed.
///
/// The value has exactly one owner: it cannot be copied, printed, compared or encoded by accident.
/// Inline storage is not enough: the compiler may move it and leave the old bytes behind.
///
/// The memory is aligned for 64-bit words. Allocation costs tens of nanoseconds, so one session can
/// have hundreds of these values.
@safe
public struct SecretBytes: ~Copyable, Sendable {
  /// The number of bytes.
  public let count: Int
  // A pointer is not Sendable, so this field is exempt from the check, for these reasons. There is
  // no other pointer to the memory: the value is not copyable, the field is private, and a span
  // cannot outlive the closure that gets it. So the memory moves between threads with its only
  // owner. Threads that borrow the value at the same time only read: every write is in a `mutating`
  // method, which has exclusive access, in an initialiser or in `deinit`.
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

  /// Calls `body` with the bytes to read. They must not be kept beyond the call.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    return try unsafe body(buffer.span)
  }

  /// Calls `body` with the bytes to change.
  package mutating func withMutableBytes<Result: ~Copyable, Failure: Error>(
    _ body: (inout MutableSpan<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeMutableBufferPointer(
      start: storage.assumingMemoryBound(to: UInt8.self), count: count)
    var span = unsafe buffer.mutableSpan
    return try body(&span)
  }

  /// Calls `body` with the bytes as 64-bit words of this machine's byte order; `count` is a
  /// multiple of 8.
  func withWords<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt64>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeBufferPointer(
      start: UnsafePointer(storage.assumingMemoryBound(to: UInt64.self)), count: count / 8)
    return try unsafe body(buffer.span)
  }

  /// Calls `body` with the bytes as 64-bit words to change.
  mutating func withMutableWords<Result: ~Copyable, Failure: Error>(
    _ body: (inout MutableSpan<UInt64>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let buffer = unsafe UnsafeMutableBufferPointer(
      start: storage.assumingMemoryBound(to: UInt64.self), count: count / 8)
    var span = unsafe buffer.mutableSpan
    return try body(&span)
  }
}

/// A table of secrets of one size, wiped together: the keys and seeds that a client shares with
/// each of its neighbours.
struct SecretTable: ~Copyable, Sendable {
  let rowCount: Int
  private let rowSize: Int
  private var storage: SecretBytes

  /// Creates a table of zeros.
  init(rowCount: Int, rowSize: Int = Digest.byteCount) {
    self.rowCount = rowCount
    self.rowSize = rowSize
    storage = SecretBytes(zeroed: rowCount * rowSize)
  }

  /// Calls `body` with one row to read.
  func withRow<Result: ~Copyable>(_ row: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    storage.withBytes { bytes -> Result in
      body(bytes.extracting(rowSize * row..<rowSize * (row + 1)))
    }
  }

  /// Returns a copy of a row.
  func secret(at row: Int) -> SecretBytes {
    var secret = SecretBytes(zeroed: rowSize)
    secret.withMutableBytes { secret in
      withRow(row) { row in
        for index in row.indices { secret[index] = row[index] }
      }
    }
    return secret
  }

  /// Overwrites a row with a secret of its size.
  mutating func setRow(_ row: Int, to secret: borrowing SecretBytes) {
    secret.withBytes { setRow(row, to: $0) }
  }

  /// Overwrites a row with a row of another table.
  mutating func setRow(_ row: Int, toRow otherRow: Int, of other: borrowing SecretTable) {
    other.withRow(otherRow) { setRow(row, to: $0) }
  }

  private mutating func setRow(_ row: Int, to secret: Span<UInt8>) {
    let (start, rowSize) = (rowSize * row, rowSize)
    storage.withMutableBytes { bytes in
      for index in 0..<rowSize { bytes[start + index] = secret[index] }
    }
  }

  /// Overwrites all rows with the results of `secret`. It uses several threads, since one result
  /// takes long.
  ///
  /// - Returns: for each row, whether there was a secret.
  mutating func setRows(
    on execution: Execution, _ secret: @Sendable (Int) -> SecretBytes?
  ) -> [Bool] {
    setRows(Array(0..<rowCount), on: execution, secret)
  }

  /// Overwrites some rows in the same way.
  ///
  /// - Parameters:
  ///   - places: the rows, all different.
  ///   - secret: returns the secret for an index of `places`.
  /// - Returns: for each index, whether there was a secret.
  mutating func setRows(
    _ places: [Int], on execution: Execution, _ secret: @Sendable (Int) -> SecretBytes?
  ) -> [Bool] {
    let rowSize = rowSize
    return storage.withMutableBytes { bytes in
      unsafe bytes.withUnsafeMutableBufferPointer { bytes in
        let rows = unsafe SharedMemory(bytes)
        return WorkQueue.map(places.count, grain: Self.grain, on: execution) { item in
          let row = places[item]
          guard let secret = secret(item) else { return false }
          secret.withBytes { secret in
            unsafe rows.withElements(rowSize * row..<rowSize * (row + 1)) { row in
              for index in 0..<rowSize { row[index] = secret[index] }
            }
          }
          return true
        }
      }
    }
  }

  /// The number of rows that justifies another thread.
  private static let grain = 8

  /// Appends all rows to a suspended client's state.
  func write(to writer: inout SecretWriter) {
    writer.write(secret: storage)
  }

  /// Reads a stored table of secrets of 32 bytes.
  init(from reader: inout ByteReader, rowCount: Int) throws(StoredStateError) {
    rowSize = Digest.byteCount
    storage = try reader.secret(rowCount * rowSize)
    self.rowCount = rowCount
  }
}
