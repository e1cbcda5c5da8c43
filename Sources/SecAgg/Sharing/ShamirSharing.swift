/// A secret of five uniform field elements (305 bits) and the polynomials that share it
/// (Shamir 1979): each element is the constant term of a polynomial of degree t - 1 whose other
/// coefficients are uniform.
///
/// Time and memory accesses depend only on the threshold and the number of points.
struct ShamirSharing: ~Copyable {
  /// The number of bytes of a secret, and of a share of it.
  static let secretByteCount = SecretShare.byteCount

  private let coefficients: SecretBytes
  private let threshold: Int

  /// Returns fresh uniform field elements, 8 bytes each.
  static func randomElements(_ count: Int) -> SecretBytes {
    var elements = SecureRandom.secretBytes(8 * count)
    elements.withMutableWords { words in
      for index in words.indices {
        words[index] &= FieldElement.modulus
        // One word in 2^61 is rejected. The rejection reveals nothing about the word that is kept.
        while words[index] == FieldElement.modulus {
          let again = SecureRandom.secretBytes(8)
          words[index] = again.withWords { $0[0] } & FieldElement.modulus
        }
      }
    }
    return elements
  }

  /// Returns a fresh secret.
  static func randomSecret() -> SecretBytes {
    randomElements(SecretShare.wordCount)
  }

  /// Returns fresh coefficients of a secret's polynomials, five for each power from 0 on.
  static func randomCoefficients(threshold: Int) -> SecretBytes {
    randomElements(SecretShare.wordCount * threshold)
  }

  /// Draws the polynomials for `secret`, so that `threshold` shares recover it.
  init(of secret: borrowing SecretBytes, threshold: Int) {
    self.init(
      of: secret, coefficients: Self.randomCoefficients(threshold: threshold),
      threshold: threshold)
  }

  /// Creates the polynomials for `secret` from coefficients that were drawn before. The secret
  /// replaces their constant terms.
  init(
    of secret: borrowing SecretBytes, coefficients: consuming SecretBytes, threshold: Int
  ) {
    var coefficients = coefficients
    coefficients.withMutableWords { coefficients in
      secret.withWords { secret in
        for index in 0..<SecretShare.wordCount { coefficients[index] = secret[index] }
      }
    }
    self.coefficients = coefficients
    self.threshold = threshold
  }

  /// Writes the share for the holder with this id as five words from `offset` on.
  ///
  /// Complexity: O(threshold); the five Horner chains are independent and run side by side.
  func writeShare(for holder: ClientID, to words: inout MutableSpan<UInt64>, at offset: Int) {
    let powers = HornerPowers(of: holder)
    let threshold = threshold
    coefficients.withWords { coefficients in
      let width = SecretShare.wordCount
      var (a, b, c, d, e): (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
      var row = width * threshold
      // Rows are taken three at a time. The remainder comes first.
      while row % (3 * width) != 0 {
        row -= width
        a = powers.step(a, coefficients[row])
        b = powers.step(b, coefficients[row + 1])
        c = powers.step(c, coefficients[row + 2])
        d = powers.step(d, coefficients[row + 3])
        e = powers.step(e, coefficients[row + 4])
      }
      while row > 0 {
        row -= 3 * width
        let three = coefficients.extracting(row..<row + 3 * width)
        a = powers.tripleStep(a, three[10], three[5], three[0])
        b = powers.tripleStep(b, three[11], three[6], three[1])
        c = powers.tripleStep(c, three[12], three[7], three[2])
        d = powers.tripleStep(d, three[13], three[8], three[3])
        e = powers.tripleStep(e, three[14], three[9], three[4])
      }
      words[offset] = FieldElement(folding: a).value.littleEndian
      words[offset + 1] = FieldElement(folding: b).value.littleEndian
      words[offset + 2] = FieldElement(folding: c).value.littleEndian
      words[offset + 3] = FieldElement(folding: d).value.littleEndian
      words[offset + 4] = FieldElement(folding: e).value.littleEndian
    }
  }
}

/// One share of a secret, as a client reveals it to the server in the unmasking round: the values
/// of the secret's five polynomials at the client's id, each 61 bits in 8 little-endian bytes.
///
/// A share that clients send to each other is still a secret, in `SecretBytes`. This type is for a
/// share that its holder reveals. Its five elements are stored inline, since a server holds a share
/// for each pair of neighbours.
public struct SecretShare: Sendable, Hashable {
  /// The bytes of a share: 5 words of 8.
  public static let byteCount = 8 * wordCount

  static let wordCount = 5

  private let first: FieldElement
  private let second: FieldElement
  private let third: FieldElement
  private let fourth: FieldElement
  private let fifth: FieldElement

  /// Creates a share from 40 bytes and validates them.
  public init(bytes: some Collection<UInt8>) throws(SecretShareError) {
    self = try bytes.withContiguousBytes { bytes in
      Result { () throws(SecretShareError) in try SecretShare(bytes) }
    }.get()
  }

  /// Creates a share from 40 contiguous bytes. Code for any collection takes several times as long.
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

  /// The value of polynomial `word`, from 0 to 4.
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
  /// Only the size: enough logged shares would reveal the secret.
  public var description: String { "share of \(Self.byteCount) bytes" }

  /// No children, so that `dump` and loggers that walk over values find no share either.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The reason why bytes are not a share.
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

/// The first powers of a holder's point, for Horner's rule with several coefficients at a time and
/// one reduction at the end.
///
/// An intermediate sum is below 2^63 and congruent to the exact one, but not reduced. All functions
/// take constant time.
struct HornerPowers {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64

  /// Computes the powers of a client's id. An id has at most 20 bits in every cohort, so the third
  /// power has at most 61 and needs no reduction. Powers of larger ids, which no cohort has, are
  /// reduced.
  init(of holder: ClientID) {
    let point = FieldElement(holder)
    first = point.value
    second = (point * point).value
    third = (point * point * point).value
  }

  /// `sum` x + c.
  ///
  /// x has at most 32 bits and c is below 2^61, so the result is below 2^61 + 2^34 + 2^61.
  @inline(__always)
  func step(_ sum: UInt64, _ coefficient: UInt64) -> UInt64 {
    let product = sum.multipliedFullWidth(by: first)
    return (product.low & FieldElement.modulus) &+ (product.low >> 61 | product.high << 3)
      &+ coefficient
  }

  /// `sum` x^3 + c2 x^2 + c1 x + c0.
  ///
  /// The products are below 2^63 2^61, 2^61 2^61 and 2^61 2^61, so their sum is below 2^125. Its
  /// digits to the base 2^61 are below 2^61, 2^61 and 2^3: the result is below 2^63.
  @inline(__always)
  func tripleStep(_ sum: UInt64, _ c2: UInt64, _ c1: UInt64, _ c0: UInt64) -> UInt64 {
    let total =
      Self.product(sum, third) &+ Self.product(c2, second) &+ Self.product(c1, first)
      &+ UInt128(c0)
    let low = UInt64(truncatingIfNeeded: total)
    let high = UInt64(truncatingIfNeeded: total >> 64)
    return (low & FieldElement.modulus) &+ ((low >> 61 | high << 3) & FieldElement.modulus)
      &+ high >> 58
  }

  @inline(__always)
  private static func product(_ left: UInt64, _ right: UInt64) -> UInt128 {
    let product = left.multipliedFullWidth(by: right)
    return UInt128(product.high) << 64 | UInt128(product.low)
  }
}
