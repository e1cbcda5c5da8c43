/// The distribution of the privacy loss of one release: the logarithm of the ratio of two distributions of
/// outcomes, the first over the second.
protocol LossDistribution {
  /// The probability that a record takes part; 1 without sampling.
  var probability: Double { get }

  /// The masses of both distributions where the loss is from `low` to `high`, `high` excluded.
  func masses(between low: Double, and high: Double) -> (first: Double, second: Double)

  /// Losses below and above which the first distribution has at most `tail`.
  func range(tail: Double) -> (low: Double, high: Double)

  /// A number that is not below the logarithm of E[exp(tilt * loss)], for outcomes of the first distribution.
  func logMoment(tilt: Double) -> Double
}
