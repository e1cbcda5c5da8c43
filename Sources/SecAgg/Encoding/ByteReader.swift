/// Reads the canonical encoding, and checks every length before use.
///
/// A reader exists only inside `reading(_:_:)`, so it does not outlive the bytes.
@safe
struct ByteReader {
  private let buffer: UnsafeRawBufferPointer
  private(set) var offset = 0

  private init(_ buffer: UnsafeRawBufferPointer) {
    unsafe self.buffer = unsafe buffer
  }

  /// No bytes.
  static var empty: ByteReader { unsafe ByteReader(UnsafeRawBufferPointer(start: nil, count: 0)) }

  /// Reads one value that takes up all of `bytes`.
  static func reading<Result: ~Copyable>(
    _ bytes: Span<UInt8>, _ body: (inout ByteReader) throws(StoredStateError) -> Result
  ) throws(StoredStateError) -> Result {
    try unsafe bytes.withUnsafeBytes { (buffer) throws(StoredStateError) -> Result in
      var reader = unsafe ByteReader(buffer)
      let result = try body(&reader)
      guard reader.remaining == 0 else { throw .trailingBytes(reader.remaining) }
      return result
    }
  }

  var remaining: Int { unsafe buffer.count - offset }

  private mutating func advance(_ count: Int) throws(StoredStateError) -> Int {
    guard count >= 0, count <= remaining else {
      throw unsafe .truncated(expectedAtLeast: offset &+ count, found: buffer.count)
    }
    defer { offset += count }
    return offset
  }

  mutating func byte() throws(StoredStateError) -> UInt8 {
    let start = try advance(1)
    return unsafe buffer[start]
  }

  mutating func uint32() throws(StoredStateError) -> UInt32 {
    let start = try advance(4)
    return unsafe UInt32(
      littleEndian: buffer.loadUnaligned(fromByteOffset: start, as: UInt32.self))
  }

  mutating func uint64() throws(StoredStateError) -> UInt64 {
    let start = try advance(8)
    return unsafe UInt64(
      littleEndian: buffer.loadUnaligned(fromByteOffset: start, as: UInt64.self))
  }

  /// Reads a count that is at most `limit`.
  mutating func count(_ field: String, atMost limit: Int) throws(StoredStateError) -> Int {
    let value = try uint64()
    guard value <= UInt64(limit) else { throw .invalidField(field) }
    return Int(value)
  }

  /// Reads the number of entries that follow. An entry has at least `size` bytes, so a number too
  /// large for the remaining bytes is rejected.
  mutating func listCount(entrySize size: Int) throws(StoredStateError) -> Int {
    let value = try uint64()
    guard value <= UInt64(remaining / size) else {
      throw .truncated(expectedAtLeast: offset, found: offset + remaining)
    }
    return Int(value)
  }

  mutating func digest() throws(StoredStateError) -> Digest {
    Digest(words: (try uint64(), try uint64(), try uint64(), try uint64()))
  }

  mutating func clientID() throws(StoredStateError) -> ClientID {
    guard let id = ClientID(try uint32()) else { throw .invalidField("client id") }
    return id
  }

  mutating func clientIDs() throws(StoredStateError) -> [ClientID] {
    var ids: [ClientID] = []
    for _ in 0..<(try listCount(entrySize: 4)) { ids.append(try clientID()) }
    return ids
  }

  mutating func publicKey() throws(StoredStateError) -> PublicKey {
    do {
      return try PublicKey(digest())
    } catch {
      throw .invalidField("public key")
    }
  }

  mutating func signature() throws(StoredStateError) -> Signature {
    Signature(unchecked: try raw(Signature.byteCount))
  }

  mutating func identityKey() throws(StoredStateError) -> IdentityPublicKey {
    IdentityPublicKey(try digest())
  }

  mutating func raw(_ count: Int) throws(StoredStateError) -> [UInt8] {
    let start = try advance(count)
    return unsafe [UInt8](buffer[start..<start + count])
  }

  mutating func lengthPrefixed() throws(StoredStateError) -> [UInt8] {
    try raw(listCount(entrySize: 1))
  }

  mutating func string() throws(StoredStateError) -> String {
    String(decoding: try lengthPrefixed(), as: UTF8.self)
  }

  mutating func words() throws(StoredStateError) -> [UInt64] {
    let count = try listCount(entrySize: 8)
    let start = try advance(8 * count)
    var words = [UInt64](repeating: 0, count: count)
    for index in words.indices {
      words[index] = unsafe UInt64(
        littleEndian: buffer.loadUnaligned(fromByteOffset: start + 8 * index, as: UInt64.self))
    }
    return words
  }

  /// Reads a secret of known size directly into its own memory.
  mutating func secret(_ count: Int) throws(StoredStateError) -> SecretBytes {
    let start = try advance(count)
    var secret = SecretBytes(zeroed: count)
    secret.withMutableBytes { bytes in
      for index in bytes.indices { bytes[index] = unsafe buffer[start + index] }
    }
    return secret
  }
}

/// The reason why stored bytes cannot be read.
public enum StoredStateError: Error, Hashable, Sendable {
  /// The bytes end before the value does.
  case truncated(expectedAtLeast: Int, found: Int)
  /// Bytes are left over after the value.
  case trailingBytes(Int)
  /// The bytes have another kind, version or round than this call reads.
  case notThisKind(expected: String)
  /// The checksum does not match: the bytes were damaged.
  case damaged
  /// A field has a value that no state can have.
  case invalidField(String)
}

extension StoredStateError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .truncated(let expected, let found):
      "stored state is cut short: expected at least \(expected) bytes, found \(found); "
        + "read it back from where it was written in full"
    case .trailingBytes(let count):
      "stored state has \(count) bytes too many; pass exactly the bytes that were written"
    case .notThisKind(let expected):
      "these bytes are not \(expected); check which state was stored under this name"
    case .damaged:
      "stored state is damaged: its checksum does not match; discard it"
    case .invalidField(let field):
      "stored state holds an invalid \(field); discard it"
    }
  }
}

extension Collection<UInt8> {
  /// Calls `body` with the bytes in place, or with a copy if they are not contiguous. So `body` is
  /// compiled for contiguous memory, and not for any collection, which would be slow.
  func withContiguousBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let result = withContiguousStorageIfAvailable { buffer in unsafe body(buffer.span) }
    return result ?? body(Array(self).span)
  }
}

extension Span<UInt8> {
  /// Returns the 64-bit word in the eight bytes from `start` on, lowest byte first.
  func littleEndianWord(at start: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<8 { word |= UInt64(self[start + offset]) << UInt64(8 * offset) }
    return word
  }
}
