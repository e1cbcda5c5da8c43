internal import RealModule

/// The difference of two Poisson numbers of equal mean: whole numbers around 0 (Agarwal, Kairouz and
/// Liu 2021, "The Skellam Mechanism for Differentially Private Federated Learning").
///
/// Sums of Skellam numbers are Skellam numbers, which is what makes it a noise that many clients can
/// share. Sampled from two Poisson numbers, to the precision of floating point; if that is a concern,
/// ``DiscreteGaussian`` is exact.
public struct Skellam: Sendable, Hashable {
  /// The variance, twice the mean of either Poisson number.
  public let variance: Double

  @usableFromInline let half: PoissonDistribution

  /// The distribution of a variance.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless it is above 0 and at most 2^52.
  public init(variance: Double) throws(FLMathError) {
    guard variance > 0, variance <= 0x1p52 else {
      throw .privacy(.outOfRange(.variance, found: variance))
    }
    self.variance = variance
    half = PoissonDistribution(mean: variance / 2)
  }

  /// A number of the distribution.
  ///
  /// - Parameter generator: cryptographic, unless this is a simulation.
  @inlinable
  public func sample(using generator: inout some RandomNumberGenerator) -> Int64 {
    half.sample(using: &generator) &- half.sample(using: &generator)
  }

  /// Adds a number of the distribution to every element, modulo 2^64.
  ///
  /// - Parameter generator: cryptographic, unless this is a simulation.
  /// - Complexity: O(elements).
  @inlinable
  public func addNoise(
    to vector: inout [Int64], using generator: inout some RandomNumberGenerator
  ) {
    for index in vector.indices {
      vector[index] &+= sample(using: &generator)
    }
  }
}

/// The Poisson distribution, sampled.
///
/// Means below 256: inversion of a table of the distribution function. Larger ones: transformed
/// rejection with squeeze (Hörmann 1993, "The Transformed Rejection Method for Generating Poisson
/// Random Variables", algorithm PTRS). Both are exact but for floating point: inversion to 2^-60 in
/// all probabilities together, rejection to about 10^-14 of each, from uniform numbers of 53 bits.
@usableFromInline
struct PoissonDistribution: Sendable, Hashable {
  @usableFromInline let mean: Double
  @usableFromInline let a: Double
  @usableFromInline let b: Double
  @usableFromInline let squeeze: Double
  @usableFromInline let inverseAlpha: Double

  /// 2^64 times the probabilities of at most 0, at most 1, ...; empty for large means.
  @usableFromInline let thresholds: [UInt64]

  /// For each value of the first byte of a uniform word, the number that the smallest such word gives.
  @usableFromInline let guide: [Int]

  /// - Parameter mean: above 0 and at most 2^51.
  init(mean: Double) {
    self.mean = mean
    b = 0.931 + 2.53 * mean.squareRoot()
    a = -0.059 + 0.02483 * b
    squeeze = 0.9277 - 3.6224 / (b - 2)
    inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let thresholds = mean < 256 ? Self.thresholds(mean: mean) : []
    self.thresholds = thresholds
    guide = (0..<256).map { byte in
      thresholds.firstIndex { $0 > UInt64(byte) << 56 } ?? max(0, thresholds.count - 1)
    }
  }

  /// A number of the distribution.
  @inlinable
  func sample(using generator: inout some RandomNumberGenerator) -> Int64 {
    if !thresholds.isEmpty {
      let uniform = generator.next()
      var number = guide[Int(uniform >> 56)]
      while number &+ 1 < thresholds.count, thresholds[number] <= uniform { number &+= 1 }
      return Int64(number)
    }
    while true {
      let u = Double(generator.next() >> 11) * 0x1p-53 - 0.5
      let v = Double((generator.next() >> 11) &+ 1) * 0x1p-53
      let tail = 0.5 - u.magnitude
      guard tail > 0 else { continue }
      let position = (2 * a / tail + b) * u + mean + 0.43
      // Where the squeeze accepts, the position is positive: cutting off is rounding down.
      if tail >= 0.07, v <= squeeze { return Int64(position) }
      if position < 0 || position > 0x1p53 || (tail < 0.013 && v > tail) { continue }
      let candidate = Int64(position)
      if accepts(candidate, v: v, tail: tail) { return candidate }
    }
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

  /// Sums from below up to the mean and from above beyond it, so that both tails are precise.
  private static func thresholds(mean: Double) -> [UInt64] {
    var probabilities: [Double] = []
    while true {
      let k = probabilities.count
      let probability = Double.exp(logProbability(k, mean: mean))
      probabilities.append(probability)
      if Double(k) > mean, probability < 0x1p-70 { break }
    }
    var thresholds = [UInt64](repeating: .max, count: probabilities.count)
    var below = 0.0
    for k in probabilities.indices where Double(k) < mean {
      below += probabilities[k]
      thresholds[k] = UInt64(min(below * 0x1p64, 0x1.fffffffffffffp63))
    }
    var above = 0.0
    for k in probabilities.indices.reversed() where Double(k) >= mean {
      thresholds[k] = UInt64.max - UInt64(above * 0x1p64)
      above += probabilities[k]
    }
    return thresholds
  }
}
