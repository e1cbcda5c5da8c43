/// Writes the canonical encoding: little-endian integers of fixed width, byte strings and lists
/// with their length in front. Two different values never have the same encoding.
///
/// For public data; see `SecretWriter` for secrets.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init() {}

  /// Starts with a domain label.
  init(label: DomainLabel) {
    write(string: label.rawValue)
  }

  mutating func write(_ value: UInt8) {
    bytes.append(value)
  }

  mutating func write(_ value: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func write(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// A count or size, as 64 bits.
  mutating func write(count: Int) {
    write(UInt64(truncatingIfNeeded: count))
  }

  mutating func write(_ id: ClientID) {
    write(id.rawValue)
  }

  mutating func write(_ digest: Digest) {
    bytes.append(contentsOf: digest.bytes)
  }

  /// Bytes whose number the reader knows.
  mutating func write(raw: [UInt8]) {
    bytes.append(contentsOf: raw)
  }

  mutating func write(lengthPrefixed value: [UInt8]) {
    write(count: value.count)
    bytes.append(contentsOf: value)
  }

  mutating func write(string: String) {
    write(lengthPrefixed: Array(string.utf8))
  }

  mutating func write(ids: [ClientID]) {
    write(count: ids.count)
    for id in ids { write(id) }
  }

  mutating func write(words: [UInt64]) {
    write(count: words.count)
    bytes.reserveCapacity(bytes.count + 8 * words.count)
    for word in words { write(word) }
  }
}
