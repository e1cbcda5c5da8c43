/// Whole numbers x of a probability proportional to exp(-|x| / scale), the scale being a fraction.
///
/// Exact (Canonne, Kamath and Steinke 2020, algorithm 2): whole numbers decide everything.
public struct DiscreteLaplace: Sendable, Hashable {
  /// The numerator of the scale.
  public let numerator: UInt64

  /// The denominator of the scale.
  public let denominator: UInt64

  /// A scale of `numerator / denominator`.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless both are from 1 to 2^40.
  public init(numerator: UInt64, denominator: UInt64) throws(PrivacyParameterError) {
    guard numerator >= 1, numerator <= 1 << 40, denominator >= 1, denominator <= 1 << 40 else {
      throw .outOfRange(.scale, found: Double(numerator) / Double(denominator))
    }
    self.numerator = numerator
    self.denominator = denominator
  }

  /// A number of the distribution.
  public func sample(using generator: inout some RandomNumberGenerator) -> Int64 {
    while true {
      let remainder = generator.uniformWord(below: numerator)
      guard generator.bernoulliExponential(UInt128(remainder), over: UInt128(numerator)) else {
        continue
      }
      var whole: UInt64 = 0
      while generator.bernoulliExponential(1, over: 1) { whole &+= 1 }
      // A run of 2^22 successes has a probability of exp(-2^22): the sum does not overflow.
      let magnitude = Int64(truncatingIfNeeded: (remainder &+ numerator &* whole) / denominator)
      let isNegative = generator.next() >> 63 == 1
      // Zero has one sign only.
      if isNegative, magnitude == 0 { continue }
      return isNegative ? -magnitude : magnitude
    }
  }
}
