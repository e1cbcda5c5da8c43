internal import RealModule

/// Two Gaussian mechanisms between which the sum of discrete Gaussians is, but for a factor near 1 on
/// all probabilities.
///
/// Let v be a vector of whole numbers.
///
/// - Rounding N(v, sigma^2 - r^2) to a whole number, with a probability proportional to
///   exp(-distance^2 / (2 r^2)), gives the discrete Gaussian of parameter sigma^2 around v, up to the
///   factor by which sums of such weights depend on where the number is (Peikert 2010, "An Efficient and
///   Parallel Gaussian Sampler for Lattices", theorem 3.1). So the discrete Gaussian is
///   post-processing of a Gaussian of slightly less variance.
/// - Adding Gaussian noise to a discrete Gaussian, so that the variance becomes sigma^4 / (sigma^2 - r^2),
///   gives a Gaussian up to the same factor. So a Gaussian of slightly more variance is post-processing
///   of the discrete one.
///
/// ``IntegerSmoothing`` is the factor's logarithm in each coordinate; for an r of one and a half steps it
/// is below 10^-18. What the sum of several discrete Gaussians is away from one, tau / 2 in each direction,
/// comes on top. Whatever is computed from several releases has the factors of all.
struct DiscreteGaussianEnclosure {
  /// The noise multiplier of the mechanism that is less private.
  let lowerMultiplier: Double

  /// The noise multiplier of the mechanism that is more private; infinite if whole numbers cannot differ
  /// by as little as the sensitivity.
  let upperMultiplier: Double

  /// The logarithm of the factor for one release of all coordinates.
  let logFactor: Double

  /// The logarithm of the factor that is aimed at for one release, from which r follows.
  private static let targetLogFactor = 0x1p-40

  /// - Parameters:
  ///   - l2Ratio: the sensitivity, in standard deviations of the sum.
  ///   - standardDeviation: of the sum, in steps of the grid.
  ///   - relation: of which the sensitivity is.
  init(
    l2Ratio: Double, standardDeviation: Double, tau: Double, dimension: Int,
    relation: NeighbouringRelation
  ) {
    let variance = standardDeviation * standardDeviation
    let coordinates = Double(dimension)
    let smoothing = min(
      IntegerSmoothing.variance(logRatio: Self.targetLogFactor / coordinates), variance / 2)
    // The share of the variance that is left, or by which it grows.
    let share = (1 - smoothing / variance).squareRoot()
    lowerMultiplier = share / l2Ratio
    let attained = relation.attainedNorm(l2Ratio * standardDeviation, dimension: dimension)
    upperMultiplier = standardDeviation / share / attained
    logFactor =
      coordinates * (IntegerSmoothing.logRatio(variance: smoothing) + tau / 2)
  }
}
