internal import RealModule

/// Whole numbers x of a probability proportional to exp(-x^2 / (2 variance)): the discrete Gaussian.
///
/// As private as the continuous one of the same variance, and exactly what is sampled: no rounding
/// of floating-point noise leaks anything (Canonne, Kamath and Steinke 2020, "The Discrete Gaussian
/// for Differential Privacy").
public struct DiscreteGaussian: Sendable, Hashable {
  /// The parameter of the distribution. Its variance is that number to many digits from 1 on, and
  /// below it for less.
  public let variance: ExactVariance

  private let laplace: DiscreteLaplace

  /// The distribution of a variance.
  public init(variance: ExactVariance) {
    self.variance = variance
    // floor(standard deviation) + 1, from whole numbers.
    let quotient = variance.numerator / variance.denominator
    let scale = Self.squareRoot(quotient) + 1
    laplace = DiscreteLaplace(scale: scale)
  }

  /// A number of the distribution: algorithm 3 of the paper, exact.
  ///
  /// Whole numbers decide everything, of 128 bits at most. They suffice for every outcome that is
  /// likelier than exp(-2^11); a draw beyond that is repeated.
  ///
  /// For many numbers at a time, ``DiscreteGaussianTable`` gives the same distribution many times
  /// faster.
  public func sample(using generator: inout some RandomNumberGenerator) -> Int64 {
    let (n, d) = (UInt128(variance.numerator), UInt128(variance.denominator))
    let t = UInt128(laplace.numerator)
    let denominator = 2 * n * d * t * t
    while true {
      let candidate = laplace.sample(using: &generator)
      // The exponent (|y| - variance / t)^2 / (2 variance), as a fraction of whole numbers.
      let (scaled, overflow) = UInt128(candidate.magnitude).multipliedReportingOverflow(by: t * d)
      if overflow { continue }
      let distance = scaled > n ? scaled - n : n - scaled
      let (numerator, overflowed) = distance.multipliedReportingOverflow(by: distance)
      if overflowed { continue }
      if generator.bernoulliExponential(numerator, over: denominator) { return candidate }
    }
  }

  private static func squareRoot(_ value: UInt64) -> UInt64 {
    var root = UInt64(Double(value).squareRoot())
    while root > 0, root * root > value { root -= 1 }
    while (root + 1) * (root + 1) <= value { root += 1 }
    return root
  }
}

extension DiscreteLaplace {
  /// A whole scale, above 0 and at most 2^40 by the caller's invariant.
  fileprivate init(scale: UInt64) {
    numerator = scale
    denominator = 1
  }
}

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
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless both are from 1 to 2^40.
  public init(numerator: UInt64, denominator: UInt64) throws(FLMathError) {
    guard numerator >= 1, numerator <= 1 << 40, denominator >= 1, denominator <= 1 << 40 else {
      throw .privacy(.outOfRange(.scale, found: Double(numerator) / Double(denominator)))
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
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless it is above 0 and at most 2^52,
  ///   with a numerator of at most 2^58 and a denominator of at most 2^32 in lowest terms: beyond,
  ///   the samplers' integers could overflow.
  public init(numerator: UInt64, denominator: UInt64) throws(FLMathError) {
    let found = Double(numerator) / Double(denominator)
    guard numerator > 0, denominator > 0 else {
      throw .privacy(.outOfRange(.variance, found: found))
    }
    let divisor = Self.greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
    guard self.numerator <= 1 << 58, self.denominator <= 1 << 32, found <= 0x1p52 else {
      throw .privacy(.outOfRange(.variance, found: found))
    }
  }

  /// The smallest fraction that is at least `value` of those whose denominator is a power of two,
  /// 2^32, or for a variance beyond 2^24 the largest for which the numerator has 57 bits: rounding a
  /// variance up never costs privacy.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless the value is above 0 and at most
  ///   2^52.
  public init(atLeast value: Double) throws(FLMathError) {
    guard value > 0, value <= 0x1p52 else { throw .privacy(.outOfRange(.variance, found: value)) }
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
  /// - Throws: `DecodingError`, with the ``FLMathError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let numerator = try container.decode(UInt64.self, forKey: .numerator)
    let denominator = try container.decode(UInt64.self, forKey: .denominator)
    do throws(FLMathError) {
      try self.init(numerator: numerator, denominator: denominator)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }
}

// Exact coins, after Canonne, Kamath and Steinke 2020, "The Discrete Gaussian for Differential
// Privacy", algorithm 1. There is no floating point in any decision.

extension RandomNumberGenerator {
  /// A number below `bound`, each equally likely; `bound` is above 0.
  mutating func uniformWide(below bound: UInt128) -> UInt128 {
    if bound <= UInt128(UInt64.max) {
      return UInt128(uniformWord(below: UInt64(bound)))
    }
    // As many bits as the largest result has; at least half of all draws are within the bound.
    let mask = UInt128.max >> UInt128((bound - 1).leadingZeroBitCount)
    while true {
      let drawn = (UInt128(next()) << 64 | UInt128(next())) & mask
      if drawn < bound { return drawn }
    }
  }

  /// The same for one word: Lemire 2019, "Fast Random Integer Generation in an Interval".
  mutating func uniformWord(below bound: UInt64) -> UInt64 {
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let rejected = (0 &- bound) % bound
      while product.low < rejected {
        product = next().multipliedFullWidth(by: bound)
      }
    }
    return product.high
  }

  /// True with the probability `numerator / denominator`.
  mutating func bernoulli(_ numerator: UInt128, over denominator: UInt128) -> Bool {
    uniformWide(below: denominator) < numerator
  }

  /// True with the probability exp(-`numerator` / `denominator`).
  ///
  /// The denominator is at most 2^120. For an exponent above 1, whole powers of exp(-1) come first.
  mutating func bernoulliExponential(_ numerator: UInt128, over denominator: UInt128) -> Bool {
    var whole = numerator / denominator
    while whole > 0 {
      guard bernoulliExponentialBelowOne(1, over: 1) else { return false }
      whole -= 1
    }
    return bernoulliExponentialBelowOne(numerator % denominator, over: denominator)
  }

  /// The same for exponents from 0 to 1: the length of a run of coins of probability x / k is odd
  /// with the probability exp(-x).
  private mutating func bernoulliExponentialBelowOne(
    _ numerator: UInt128, over denominator: UInt128
  ) -> Bool {
    var k: UInt128 = 1
    while bernoulli(numerator, over: denominator * k) { k += 1 }
    return k % 2 == 1
  }
}

extension RandomNumberGenerator {
  /// Whether a uniform number from 0 to 1 is below exp(-`numerator` / `denominator`), when the first
  /// bits of its binary fraction have been drawn already.
  ///
  /// Exact: the further bits are drawn, and the exponential computed, only as far as the comparison
  /// needs them. Mostly that is not at all far; the effort of n words has a probability below 2^-62n.
  ///
  /// - Parameters:
  ///   - zeros: how many bits of the fraction come first, all 0.
  ///   - prefix: the bits that follow.
  ///   - prefixBits: their number, at most 64.
  mutating func uniformIsBelowExponential(
    zeros: Int, prefix: UInt64, prefixBits: Int, _ numerator: UInt128, over denominator: UInt128
  ) -> Bool {
    var drawn = [UInt64](repeating: 0, count: zeros / 64)
    // Up to 63 further zeros and the prefix, topped up to whole words.
    let known = zeros % 64 + prefixBits
    var head = UInt128(prefix) << UInt128(128 - known)
    if known < 64 {
      head |= UInt128(next() >> UInt64(known)) << 64
    } else if known > 64 {
      head |= UInt128(next() >> UInt64(known - 64))
    }
    drawn.append(UInt64(truncatingIfNeeded: head >> 64))
    if known > 64 { drawn.append(UInt64(truncatingIfNeeded: head)) }
    while true {
      drawn.append(next())
      let words = drawn.count
      let uniform = BinaryFraction(fraction: drawn)
      let exponential = ExponentialEnclosure(numerator, over: denominator, words: words)
      // The uniform number is at least `uniform`, and above it by less than a unit.
      if !(exponential.lower < uniform + .units(1, fractionWords: words)) { return true }
      if !(uniform < exponential.upper) { return false }
    }
  }
}
