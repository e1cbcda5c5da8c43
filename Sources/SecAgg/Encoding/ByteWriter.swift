internal import FLMath

/// Writes the canonical encoding: little-endian integers of fixed width, and byte strings and lists
/// after their length. Two different values never have the same encoding.
///
/// For public data; see `SecretWriter` for secrets.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init() {}

  /// Starts with a domain label, and reserves memory for the usual input of a hash.
  init(label: DomainLabel) {
    bytes.reserveCapacity(192)
    write(string: label.rawValue)
  }

  /// Reserves memory for a long list before it is written, so that growth does not copy the bytes
  /// several times. Call it once for a list and not for each entry: every call can copy the array.
  mutating func reserve(_ byteCount: Int) {
    bytes.reserveCapacity(bytes.count + byteCount)
  }

  mutating func write(_ value: UInt8) {
    bytes.append(value)
  }

  mutating func write(_ value: UInt32) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func write(_ value: UInt64) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Writes a count or a size as 64 bits.
  mutating func write(count: Int) {
    write(UInt64(truncatingIfNeeded: count))
  }

  mutating func write(_ id: ClientID) {
    write(id.rawValue)
  }

  mutating func write(_ digest: Digest) {
    let words = digest.words
    write(words.0)
    write(words.1)
    write(words.2)
    write(words.3)
  }

  mutating func write(_ key: PublicKey) {
    write(key.digest)
  }

  mutating func write(_ share: SecretShare) {
    for word in 0..<SecretShare.wordCount { write(share[word].value) }
  }

  /// Writes bytes without their count, which the reader knows.
  mutating func write(raw: [UInt8]) {
    bytes.append(contentsOf: raw)
  }

  mutating func write(lengthPrefixed value: [UInt8]) {
    write(count: value.count)
    bytes.append(contentsOf: value)
  }

  mutating func write(string: String) {
    write(count: string.utf8.count)
    bytes.append(contentsOf: string.utf8)
  }

  mutating func write(ids: [ClientID]) {
    write(count: ids.count)
    for id in ids { write(id) }
  }

  mutating func write(words: [UInt64]) {
    write(count: words.count)
    #if _endian(big)
      let words = words.map(\.littleEndian)
    #endif
    unsafe words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }
}

extension ByteWriter {
  /// Writes the layers of a model, by name and shape, and the bits of its parameters.
  mutating func write(_ model: ParameterVector) {
    write(count: model.layout.layers.count)
    for layer in model.layout.layers {
      write(string: layer.name)
      write(count: layer.shape.count)
      for dimension in layer.shape { write(count: dimension) }
    }
    write(words: model.values.map(\.bitPattern))
  }

  /// Writes the bit pattern of a number.
  mutating func write(_ value: Double) {
    write(value.bitPattern)
  }
}

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

  /// Returns the written bytes, followed by their BLAKE2b-256 checksum.
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
