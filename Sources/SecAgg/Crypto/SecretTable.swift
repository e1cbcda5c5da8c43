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
