/// A table of secrets of 32 bytes each, wiped as one: the keys and seeds that a client has with
/// each of its neighbours.
struct SecretTable: ~Copyable, Sendable {
  private static let rowSize = Digest.byteCount

  let rowCount: Int
  private var storage: SecretBytes

  /// A table of zeros.
  init(rowCount: Int) {
    self.rowCount = rowCount
    storage = SecretBytes(zeroed: rowCount * Self.rowSize)
  }

  /// Gives `body` one row to read.
  func withRow<Result: ~Copyable>(_ row: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    storage.withBytes { bytes -> Result in
      body(bytes.extracting(Self.rowSize * row..<Self.rowSize * (row + 1)))
    }
  }

  /// Overwrites a row with a secret of 32 bytes.
  mutating func setRow(_ row: Int, to secret: borrowing SecretBytes) {
    secret.withBytes { setRow(row, to: $0) }
  }

  /// Overwrites a row with a row of another table.
  mutating func setRow(_ row: Int, toRow otherRow: Int, of other: borrowing SecretTable) {
    other.withRow(otherRow) { setRow(row, to: $0) }
  }

  private mutating func setRow(_ row: Int, to secret: Span<UInt8>) {
    let start = Self.rowSize * row
    storage.withMutableBytes { bytes in
      for index in 0..<Self.rowSize { bytes[start + index] = secret[index] }
    }
  }

  /// Appends all rows to a suspended client's state.
  func write(to writer: inout SecretWriter) {
    writer.write(secret: storage)
  }

  /// Reads a table back.
  init(from reader: inout ByteReader, rowCount: Int) throws(StoredStateError) {
    storage = try reader.secret(rowCount * Self.rowSize)
    self.rowCount = rowCount
  }
}
