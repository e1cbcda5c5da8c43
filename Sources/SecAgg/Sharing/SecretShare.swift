/// Why bytes are not a share.
public enum SecretShareError: Error, Hashable, Sendable {
  /// A share has 40 bytes.
  case wrongLength(found: Int)
  /// A word is not below 2^61 - 1.
  case notReduced(word: Int)
}

extension SecretShareError: CustomStringConvertible {
  /// What was expected and what came.
  public var description: String {
    switch self {
    case .wrongLength(let found): "a share has \(SecretShare.byteCount) bytes, found \(found)"
    case .notReduced(let word): "word \(word) of the share is not below 2^61 - 1"
    }
  }
}

/// One share of a secret, as a client reveals it to the server in the unmasking round: the values
/// of the secret's five polynomials at the client's id, each 61 bits in 8 little-endian bytes.
///
/// A share on its way between clients is still a secret and lives in `SecretBytes`; this type is
/// for the moment at which it is given away. Its five elements are held inline, since a server
/// holds as many shares as there are pairs of neighbours.
public struct SecretShare: Sendable, Hashable {
  /// The bytes of a share: 5 words of 8.
  public static let byteCount = 8 * wordCount

  static let wordCount = 5

  private let first: FieldElement
  private let second: FieldElement
  private let third: FieldElement
  private let fourth: FieldElement
  private let fifth: FieldElement

  /// Validates 40 bytes from outside.
  public init(bytes: some Collection<UInt8>) throws(SecretShareError) {
    self = try bytes.withContiguousBytes { bytes in
      Result { () throws(SecretShareError) in try SecretShare(bytes) }
    }.get()
  }

  /// The same, of bytes that lie together: not compiled for any collection, which takes several times
  /// as long.
  package init(_ bytes: Span<UInt8>) throws(SecretShareError) {
    guard bytes.count == Self.byteCount else { throw .wrongLength(found: bytes.count) }
    func element(_ word: Int) throws(SecretShareError) -> FieldElement {
      guard let element = FieldElement(bytes.littleEndianWord(at: 8 * word)) else {
        throw .notReduced(word: word)
      }
      return element
    }
    first = try element(0)
    second = try element(1)
    third = try element(2)
    fourth = try element(3)
    fifth = try element(4)
  }

  /// The value of polynomial `word`, 0 to 4.
  @inline(__always)
  subscript(word: Int) -> FieldElement {
    switch word {
    case 0: first
    case 1: second
    case 2: third
    case 3: fourth
    default: fifth
    }
  }

  /// The 40 bytes.
  public var bytes: [UInt8] {
    withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }

  /// Calls `body` with the 40 bytes, without taking memory.
  func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let words = (
      first.value.littleEndian, second.value.littleEndian, third.value.littleEndian,
      fourth.value.littleEndian, fifth.value.littleEndian
    )
    return unsafe withUnsafeBytes(of: words) { body(unsafe $0.bindMemory(to: UInt8.self).span) }
  }
}

extension SecretShare: CustomStringConvertible, CustomReflectable {
  /// The size only: who reads enough logged shares has the secret.
  public var description: String { "share of \(Self.byteCount) bytes" }

  /// No children, so that `dump` and loggers that walk over values find no share either.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
