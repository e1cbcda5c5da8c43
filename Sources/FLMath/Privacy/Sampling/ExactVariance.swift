internal import RealModule

/// A variance that is a fraction of whole numbers, so that samplers can be exact.
public struct ExactVariance: Sendable, Hashable {
  /// The numerator, in lowest terms, from 1 to 2^58.
  public let numerator: UInt64

  /// The denominator, in lowest terms, from 1 to 2^32.
  public let denominator: UInt64

  /// The fraction, rounded to `Double`.
  public var value: Double { Double(numerator) / Double(denominator) }

  /// The fraction of two numbers, brought to lowest terms.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless it is above 0 and at most 2^52,
  ///   with a numerator of at most 2^58 and a denominator of at most 2^32 in lowest terms: beyond,
  ///   the samplers' integers could overflow.
  public init(numerator: UInt64, denominator: UInt64) throws(PrivacyParameterError) {
    let found = Double(numerator) / Double(denominator)
    guard numerator > 0, denominator > 0 else { throw .outOfRange(.variance, found: found) }
    let divisor = Self.greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
    guard self.numerator <= 1 << 58, self.denominator <= 1 << 32, found <= 0x1p52 else {
      throw .outOfRange(.variance, found: found)
    }
  }

  /// The smallest fraction that is at least `value` of those whose denominator is a power of two,
  /// 2^32, or for a variance beyond 2^24 the largest for which the numerator has 57 bits: rounding a
  /// variance up never costs privacy.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless the value is above 0 and at most
  ///   2^52.
  public init(atLeast value: Double) throws(PrivacyParameterError) {
    guard value > 0, value <= 0x1p52 else { throw .outOfRange(.variance, found: value) }
    let bits = max(0, min(32, 56 - Int(value.exponent)))
    // Scaling by a power of two is exact.
    let scaled = (value * Double(sign: .plus, exponent: bits, significand: 1)).rounded(.up)
    try self.init(numerator: UInt64(max(1, scaled)), denominator: 1 << UInt64(bits))
  }

  private static func greatestCommonDivisor(_ first: UInt64, _ second: UInt64) -> UInt64 {
    var (larger, smaller) = (first, second)
    while smaller > 0 { (larger, smaller) = (smaller, larger % smaller) }
    return larger
  }
}

extension ExactVariance: Codable {
  private enum CodingKeys: CodingKey {
    case numerator, denominator
  }

  /// Reads a fraction and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``PrivacyParameterError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let numerator = try container.decode(UInt64.self, forKey: .numerator)
    let denominator = try container.decode(UInt64.self, forKey: .denominator)
    do throws(PrivacyParameterError) {
      try self.init(numerator: numerator, denominator: denominator)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }
}
