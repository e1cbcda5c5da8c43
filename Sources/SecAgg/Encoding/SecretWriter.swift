/// Collects the canonical encoding of a state that holds secrets, in memory that is wiped.
struct SecretWriter: ~Copyable {
  private var storage: SecretBytes
  private(set) var count = 0

  init(capacity: Int = 256) {
    storage = SecretBytes(zeroed: capacity)
  }

  /// Appends public fields.
  mutating func write(_ fields: (inout ByteWriter) -> Void) {
    var writer = ByteWriter()
    fields(&writer)
    append(writer.bytes.span)
  }

  /// Appends a secret whose size the reader knows.
  mutating func write(secret: borrowing SecretBytes) {
    reserve(secret.count)
    secret.withBytes { append($0) }
  }

  private mutating func append(_ bytes: Span<UInt8>) {
    reserve(bytes.count)
    let start = count
    storage.withMutableBytes { storage in
      for index in bytes.indices { storage[start + index] = bytes[index] }
    }
    count += bytes.count
  }

  private mutating func reserve(_ additional: Int) {
    guard count + additional > storage.count else { return }
    var larger = SecretBytes(zeroed: max(2 * storage.count, count + additional))
    let used = count
    larger.withMutableBytes { larger in
      storage.withBytes { old in
        for index in 0..<used { larger[index] = old[index] }
      }
    }
    storage = larger
  }

  /// The bytes written, followed by their BLAKE2b-256 checksum.
  consuming func finish() -> SecretBytes {
    let used = count
    let checksum = storage.withBytes { Hashing.digest(ofRaw: $0.extracting(first: used)) }
    var result = SecretBytes(zeroed: used + Digest.byteCount)
    result.withMutableBytes { result in
      storage.withBytes { bytes in
        for index in 0..<used { result[index] = bytes[index] }
      }
      for (index, byte) in checksum.bytes.enumerated() { result[used + index] = byte }
    }
    return result
  }
}
