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
