internal import RealModule

/// The Poisson distribution, sampled.
///
/// Means of at least 10: transformed rejection with squeeze (Hörmann 1993, "The Transformed Rejection
/// Method for Generating Poisson Random Variables", algorithm PTRS). Smaller means: inversion by
/// sequential search. Both are exact but for floating point: the uniform numbers have 53 bits, and
/// probabilities are relatively right to about 10^-14.
@usableFromInline
struct PoissonDistribution: Sendable, Hashable {
  @usableFromInline let mean: Double
  /// The probability of 0, for inversion.
  @usableFromInline let atZero: Double
  @usableFromInline let a: Double
  @usableFromInline let b: Double
  @usableFromInline let squeeze: Double
  @usableFromInline let inverseAlpha: Double

  /// - Parameter mean: above 0 and at most 2^51.
  init(mean: Double) {
    self.mean = mean
    atZero = mean < 10 ? Double.exp(-mean) : 0
    b = 0.931 + 2.53 * mean.squareRoot()
    a = -0.059 + 0.02483 * b
    squeeze = 0.9277 - 3.6224 / (b - 2)
    inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
  }

  /// A number of the distribution.
  @inlinable
  func sample(using generator: inout some RandomNumberGenerator) -> Int64 {
    if mean < 10 { return invert(Double(generator.next() >> 11) * 0x1p-53) }
    while true {
      let u = Double(generator.next() >> 11) * 0x1p-53 - 0.5
      let v = Double((generator.next() >> 11) &+ 1) * 0x1p-53
      let tail = 0.5 - u.magnitude
      guard tail > 0 else { continue }
      let position = (2 * a / tail + b) * u + mean + 0.43
      // Negative candidates are rejected, so that cutting off is rounding down.
      if tail >= 0.07, v <= squeeze { return Int64(position) }
      if position < 0 || position > 0x1p53 || (tail < 0.013 && v > tail) { continue }
      let candidate = Int64(position)
      if accepts(candidate, v: v, tail: tail) { return candidate }
    }
  }

  /// The smallest number up to which the probabilities exceed `uniform`.
  @usableFromInline
  func invert(_ uniform: Double) -> Int64 {
    var (k, probability, rest) = (0.0, atZero, uniform)
    while rest >= probability {
      rest -= probability
      k += 1
      probability *= mean / k
      // What rounding leaves beyond all probabilities is less than 2^-52.
      if probability < 0x1p-200 { break }
    }
    return Int64(k)
  }

  /// The full test of the rejection.
  @usableFromInline
  func accepts(_ candidate: Int64, v: Double, tail: Double) -> Bool {
    let bound = Double.log(v * inverseAlpha / (a / (tail * tail) + b))
    return bound <= Self.logProbability(Int(candidate), mean: mean)
  }

  /// The logarithm of the probability of `k`, by the saddle-point expansion: without the
  /// cancellation of k log(mean) - mean - log(k!).
  static func logProbability(_ k: Int, mean: Double) -> Double {
    guard k > 0 else { return -mean }
    let count = Double(k)
    return -BinomialLogarithm.stirlingError(k) - BinomialLogarithm.deviance(count, mean: mean)
      - Double.log(2 * Double.pi * count) / 2
  }
}
