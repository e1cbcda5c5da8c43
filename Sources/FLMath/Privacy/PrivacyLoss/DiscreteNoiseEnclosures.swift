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

/// How evenly a Gaussian function covers the whole numbers, wherever it is centred.
enum IntegerSmoothing {
  /// The logarithm of the largest over the smallest sum of exp(-(k - c)^2 / (2 `variance`)) over all
  /// whole k, among all centres c: those of c = 0 and of c = 1/2. Near 4 exp(-2 pi^2 variance).
  ///
  /// By Poisson's summation formula and Jacobi's triple product it is the sum over odd n of
  /// 4 artanh(q^n), with q = exp(-2 pi^2 variance).
  ///
  /// - Parameter variance: above 0.
  static func logRatio(variance: Double) -> Double {
    guard variance >= 0.1 else {
      // There the sums themselves converge in a few terms, and the product does not.
      func term(_ distance: Double) -> Double { Double.exp(-distance / (2 * variance)) }
      let atZero = 1 + 2 * (term(1) + term(4))
      // The two nearest whole numbers are exp(-1 / (8 variance)), which may underflow, apart.
      let atHalf = 2 * (1 + term(2) + term(6))
      return Double.log(atZero / atHalf) + 1 / (8 * variance)
    }
    let exponent = 2 * Double.pi * Double.pi * variance
    var (sum, n) = (0.0, 1.0)
    while true {
      let term = 4 * Double.atanh(Double.exp(-exponent * n))
      if sum + term == sum { return sum }
      sum += term
      n += 2
    }
  }

  /// The variance for which ``logRatio(variance:)`` is `target`, a small number, to its first digits.
  static func variance(logRatio target: Double) -> Double {
    Double.log(4 / target) / (2 * Double.pi * Double.pi)
  }
}

/// Two Gaussian mechanisms between which Skellam noise on vectors of integers is, but for far tails.
///
/// Let p(j) = exp(-V) I_j(V) be the probabilities of Skellam noise of variance V, F its distribution function,
/// and t(j) = log(p(j)^2 / (p(j - 1) p(j + 1))), the second differences of -log p.
///
/// **More private than less Gaussian noise.** Let D^2 (1 - D^2 / pi^2) be at least t(j) for all j. Then for an
/// integer s, noise moved by s is as hard to tell from noise as N(s D, 1) from N(0, 1). The corners of their
/// trade-off function are at 1 - F(k) and F(k - s). So with F(k) = Phi(z(k)), this needs z(k) - z(k - 1) <= D for
/// all k. Suppose a step is longer.
///
/// - Let w(j) = Phi(a + D (j + 1)) - Phi(a + D j), with the a for which both distribution functions agree at
///   k - 1. Then p(k) > w(k).
/// - A normal number that is known to be in an interval of length D has a variance of at most D^2 / pi^2 (Payne
///   and Weinberger 1960). So second differences of -log w are at least D^2 (1 - D^2 / pi^2), and log(p / w) is
///   convex.
/// - Above k - 1 both have the same mass, so log(p / w), positive at k, is negative somewhere above. Thus it is
///   positive everywhere below. But both have the same mass there too: a contradiction.
///
/// Coordinates are independent, and dominating pairs compose (Zhu, Dong and Wang 2022, "Optimal Accounting of
/// Differential Privacy via Characteristic Function", theorem 10). So a vector costs D times its L2 norm,
/// whatever its direction. The L1 norm does not matter.
///
/// **Less private than more Gaussian noise.** Given that noise is in -K...K, second differences of -log p are at
/// least T, the least t(j) there. Add normal noise of variance 4. Given the sum, the integer has a variance of
/// at most 1 / (T + 1/4), up to 10^-14 T: no more than a discrete Gaussian of that parameter, relative to which
/// it is log-concave (with the same mean, such distributions cross twice). So the density of the sum has
/// -(log)'' >= 1 / (1 / T + 4). By the argument above, a normal pair of variance 1 / T + 4 is post-processing of
/// the pair of sums.
///
/// **The bounds of t.** Let y = x I'_j(x) / I_j(x). Then 1 - exp(-t(j)) = (x^2 + j^2 - y^2) / x^2 at x = V, and
/// x y' = x^2 + j^2 - y^2. Comparison with solutions of inequalities gives
///
///     1 / sqrt(x^2 + (j + 1)^2) <= 1 - exp(-t(j)) <= 1 / sqrt(x^2 + j^2 - 1/4),
///
/// the upper bound from j = 1 on (compare Baricz 2015, "Bounds for Turánians of modified Bessel functions"). At
/// j = 0, x - 1/2 - 1 / (4 x) is a lower bound of y from x = 4 on: it is one at 4, and grows more slowly where
/// they meet.
struct SkellamEnclosure {
  /// The noise multiplier of the mechanism that is less private.
  let lowerMultiplier: Double

  /// The noise multiplier of the mechanism that is more private; infinite if vectors of integers cannot differ
  /// by as little as the sensitivity.
  let upperMultiplier: Double

  /// The probability of one release that the mechanism that is more private leaves out.
  let tail: Double

  /// The least variance for which there are bounds.
  static let leastVariance = 4.0

  /// The probability that one coordinate is farther out than K.
  private static let coordinateTail = 0x1p-64

  /// - Parameter variance: at least ``leastVariance``.
  init(
    l1Sensitivity: Double, l2Sensitivity: Double, variance: Double, relation: NeighbouringRelation
  ) {
    // t(0), which is larger than the bounds of all others.
    let largest = -2 * Double.log(onePlus: -(1 + 1 / (2 * variance)) / (2 * variance))
    let square =
      2 * largest / (1 + (1 - 4 * largest / (Double.pi * Double.pi)).squareRoot())
    lowerMultiplier = 1 / (square.squareRoot() * l2Sensitivity)

    let reach = Self.reach(variance: variance)
    let least = -Double.log(
      onePlus: -1 / (variance * variance + (reach + 1) * (reach + 1)).squareRoot())
    let coordinates = l1Sensitivity >= 2 * l2Sensitivity ? 4 : 1
    let norm = relation.attainedNorm(
      min(l1Sensitivity, l2Sensitivity), dimension: coordinates)
    upperMultiplier = (1 / least + 4).squareRoot() * (1 + 0x1p-40) / norm
    tail = Double(coordinates) * Self.coordinateTail
  }

  /// A K beyond which a coordinate is with a probability of at most ``coordinateTail``: Chernoff's bound, with
  /// log E[exp(s X)] = V (cosh(s) - 1).
  private static func reach(variance: Double) -> Double {
    let logTail = Double.log(2 / coordinateTail)
    return MonotoneSearch.smallest(
      above: variance.squareRoot(), below: logTail + (2 * logTail * variance).squareRoot(),
      tolerance: 1e-3
    ) { reach in
      let gained = reach * Double.asinh(reach / variance)
      let root = (variance * variance + reach * reach).squareRoot()
      return gained - reach * reach / (root + variance) >= logTail
    }.rounded(.up)
  }
}

extension NeighbouringRelation {
  /// A norm of at most `bound` that differences of vectors of integers have: its square is whole, and every whole
  /// number is a sum of four squares (Lagrange 1770).
  ///
  /// Where a record is replaced, the difference is that of a vector and its opposite.
  func attainedNorm(_ bound: Double, dimension: Int) -> Double {
    let half = bound / sensitivityFactor
    // What is whole but for the last bits was whole before it was divided and multiplied again.
    func whole(_ number: Double) -> Double { (number * (1 + 0x1p-44)).rounded(.down) }
    let norm = dimension >= 4 ? whole(half * half).squareRoot() : whole(half)
    return sensitivityFactor * min(half, norm)
  }
}
