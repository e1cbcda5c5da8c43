internal import RealModule

/// A clipping bound that follows a quantile of the clients' norms (Andrew, Thakkar, McMahan and
/// Ramaswamy 2021, "Differentially Private Learning with Adaptive Clipping", algorithm 1).
///
/// Every client sends, beside its update, one bit: whether its norm was within the bound. The noisy
/// share of ones moves the bound geometrically, `bound * exp(-rate (share - quantile))`, so that it
/// settles where a `quantile` of the norms are within it. The bit can travel as one more coordinate
/// of the vector whose sum is protected; see ``clipBit(norm:)``.
public struct AdaptiveClipping: Sendable, Hashable {
  /// The bound of the round to come.
  public private(set) var bound: Double

  /// The share of norms that shall be within the bound, from 0 to 1.
  public let quantile: Double

  /// How fast the bound moves; the paper uses 0.2.
  public let learningRate: Double

  /// Starts at a bound.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless bound and learning rate are
  ///   finite and above 0, and the quantile is from 0 to 1.
  public init(
    initialBound: Double, quantile: Double, learningRate: Double
  ) throws(FLMathError) {
    try FLMathError.Privacy.requirePositive(initialBound, .clippingBound)
    try FLMathError.Privacy.require(quantile >= 0 && quantile <= 1, .quantile, quantile)
    try FLMathError.Privacy.requirePositive(learningRate, .learningRate)
    bound = initialBound
    self.quantile = quantile
    self.learningRate = learningRate
  }

  /// The coordinate that a client adds to its vector: 1/2 if its norm is within the bound, -1/2 if
  /// it is not. Centred, so that the sensitivity is 1/2 instead of 1 (section 3.1).
  public func clipBit(norm: Double) -> Double {
    norm <= bound ? 0.5 : -0.5
  }

  /// Moves the bound by the noisy sum of the clip bits.
  ///
  /// - Parameters:
  ///   - noisySum: the sum of the clients' ``clipBit(norm:)``, noise included.
  ///   - clients: the public denominator: the expected number of clients, finite and above 0.
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)``, also if the bound would leave the
  ///   range of `Double`; the bound is then unchanged.
  public mutating func update(
    noisySum: Double, clients: Double
  ) throws(FLMathError) {
    try FLMathError.Privacy.requirePositive(clients, .clients)
    try FLMathError.Privacy.require(noisySum.isFinite, .noisyCount, noisySum)
    let share = noisySum / clients + 0.5
    let moved = bound * Double.exp(-learningRate * (share - quantile))
    try FLMathError.Privacy.requirePositive(moved, .clippingBound)
    bound = moved
  }

  /// What the clip bit is multiplied by to travel as one more coordinate of the update, every
  /// coordinate of which gets noise of the same standard deviation, `updateNoiseMultiplier` x bound.
  ///
  /// Divided by the weight, the noise on the sum of bits then has `countStandardDeviation`, and the
  /// vector with its bit a norm of at most ``joinedNorm(weight:)``.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless both are finite and above 0.
  public func clipBitWeight(
    updateNoiseMultiplier: Double, countStandardDeviation: Double
  ) throws(FLMathError) -> Double {
    try FLMathError.Privacy.requirePositive(updateNoiseMultiplier, .noiseMultiplier)
    try FLMathError.Privacy.requirePositive(countStandardDeviation, .countStandardDeviation)
    return updateNoiseMultiplier * bound / countStandardDeviation
  }

  /// The largest Euclidean norm of a clipped update together with its weighted clip bit.
  public func joinedNorm(weight: Double) -> Double {
    Double.hypot(bound, weight / 2)
  }

  /// The noise multiplier that is left for the updates when the clip bits get noise of their own and
  /// both together shall be as private as `noiseMultiplier` says:
  /// `(z^-2 - (2 countStandardDeviation)^-2)^(-1/2)` (theorem 1).
  ///
  /// - Parameter countStandardDeviation: of the noise on the sum of the clip bits.
  /// - Throws: ``FLMathError/Privacy/clippedCountTooPrecise(minimum:found:)`` if the bits alone
  ///   cost as much as the whole may, ``FLMathError/Privacy/outOfRange(_:found:)`` unless both are
  ///   finite and above 0.
  public static func updateNoiseMultiplier(
    noiseMultiplier: Double, countStandardDeviation: Double
  ) throws(FLMathError) -> Double {
    try FLMathError.Privacy.requirePositive(noiseMultiplier, .noiseMultiplier)
    try FLMathError.Privacy.requirePositive(countStandardDeviation, .countStandardDeviation)
    let ratio = noiseMultiplier / (2 * countStandardDeviation)
    guard ratio < 1 else {
      throw .privacy(
        .clippedCountTooPrecise(
          minimum: noiseMultiplier / 2, found: countStandardDeviation))
    }
    return noiseMultiplier / ((1 - ratio) * (1 + ratio)).squareRoot()
  }
}

/// A mean with a public denominator, such as the expected number of contributors.
///
/// The actual number of contributors, or their weights, would reveal whether a client took part. With a public
/// denominator, the mean is post-processing of the sum, and the sum's sensitivity is the clipping bound (McMahan et al.
/// 2018, "Learning Differentially Private Recurrent Language Models", section 2, estimator f_f).
public struct FixedDenominatorMean: Sendable, Hashable {
  /// The largest Euclidean norm of one contribution: the sensitivity of the sum under adding or
  /// removing a contributor.
  public let clipping: L2Clipping

  /// What the sum is divided by.
  public let denominator: Double

  /// A mean over an expected number of contributors.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless the denominator is finite and
  ///   above 0.
  public init(clipping: L2Clipping, denominator: Double) throws(FLMathError) {
    try FLMathError.Privacy.requirePositive(denominator, .denominator)
    self.clipping = clipping
    self.denominator = denominator
  }

  /// The L2 sensitivity of the mean: bound / denominator, doubled where a contribution is replaced.
  public func sensitivity(under relation: NeighbouringRelation) -> Double {
    relation.sensitivityFactor * clipping.bound / denominator
  }

  /// The mean that belongs to a sum of clipped contributions, noise included.
  public func mean(ofSum sum: [Double]) -> [Double] {
    let denominator = denominator
    return sum.map { $0 / denominator }
  }
}
