/// 32 public bytes: a BLAKE2b-256 digest, a session id or a public key's encoding.
///
/// Held inline as four little-endian words, so that thousands of them cost no allocation.
public struct Digest: Sendable, Hashable {
  /// The number of bytes of a digest.
  public static let byteCount = 32

  let words: (UInt64, UInt64, UInt64, UInt64)

  /// Takes exactly 32 bytes; `nil` for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self = bytes.withContiguousBytes { Digest(span: $0) }
  }

  init(words: (UInt64, UInt64, UInt64, UInt64)) {
    self.words = words
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    let words = (
      words.0.littleEndian, words.1.littleEndian, words.2.littleEndian, words.3.littleEndian
    )
    return unsafe withUnsafeBytes(of: words) { unsafe Array($0) }
  }

  /// Two digests are equal when all their bytes are.
  public static func == (left: Digest, right: Digest) -> Bool {
    left.words == right.words
  }

  /// Feeds the four words to `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension Digest: CustomStringConvertible {
  /// The bytes in hexadecimal.
  public var description: String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
