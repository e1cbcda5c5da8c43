internal import RealModule

/// A privacy loss that is an upper bound for Gaussian noise on a sample of fixed size, also in compositions.
///
/// In a sample of m of n records, a given record takes part with probability q = m / n. Otherwise a random other
/// record has its place. All else has the same distribution. Hockey-stick divergences are jointly convex, so it
/// is enough to bound them for fixed values: u and v of the record in the two data sets, w of the other one.
/// With N(x) = N(x, sigma^2), a >= 1 and c = (1 - q) (a - 1) / q,
///
///     H_a = q ∫ max(0, N(u) - a N(v) - c N(w)).
///
/// - `replace`: u, v and w are at most a sensitivity apart. By convexity, H_a is at most q times the divergence
///   of N(u) from N(v) for the factor a + c, and w = v attains it (Balle, Barthe and Gaboardi 2018, "Privacy
///   Amplification by Subsampling", section 4; Zhu, Dong and Wang 2022, theorem 11).
/// - `zeroOut` with v = 0: u and w are at most a sensitivity long, and H_a is largest for w = -u. Turn w away from
///   u, in a direction e that is orthogonal to w. For given other coordinates, the integrand is positive where
///   the coordinate along e is below a limit. Its mean there, under N(w), is at most 0, so H_a does not decrease.
///   With w opposite to u, the region is a half-space, and H_a grows with both lengths.
/// - `zeroOut` with u = 0: by convexity as for `replace`, with w = v.
///
/// So the place of the record may be taken by its opposite. In Poisson samples it is empty.
///
/// For a < 1, H_a is 1 - a + a H_(1/a) of the exchanged distributions. Thus the worst w depends on whether the
/// loss is above or below 0, and no two data sets have both (Lebeda, Regehr, Kamath and Steinke 2024, "Avoiding
/// Pitfalls for Privacy Accounting of Subsampled Mechanisms under Composition"). The largest divergences are
/// those of a pair of distributions all the same, and that pair dominates in compositions (Zhu et al. 2022,
/// proposition 8 and theorem 10). Its losses above 0 are those of one ``GaussianLoss``, its losses below 0 are
/// those of another, and the rest is at 0.
struct FixedSampleLoss: PrivacyLossVariable {
  let noiseMultiplier: Double
  let probability: Double

  /// Whether losses above 0 are those of ``GaussianLoss/Direction/zeroAmongOpposites`` instead of
  /// ``GaussianLoss/Direction/remove``.
  let hasOppositesAbove: Bool

  /// The same for losses below 0 and exchanged distributions.
  let hasOppositesBelow: Bool

  private var above: GaussianLoss {
    loss(hasOppositesAbove ? .zeroAmongOpposites : .remove)
  }

  private var below: GaussianLoss {
    loss(hasOppositesBelow ? .fillAmongOpposites : .add)
  }

  private func loss(_ direction: GaussianLoss.Direction) -> GaussianLoss {
    GaussianLoss(noiseMultiplier: noiseMultiplier, probability: probability, direction: direction)
  }

  /// The mass of a loss of 0, the same for both distributions.
  private var zeroMass: Double {
    // Losses of either sign are on either side of the middle between u and v; w is half a sensitivity from
    // there, or one and a half.
    (1 - probability)
      * NormalTail.between(
        (hasOppositesBelow ? -1.5 : -0.5) / noiseMultiplier,
        (hasOppositesAbove ? 1.5 : 0.5) / noiseMultiplier)
  }

  func masses(between low: Double, and high: Double) -> (first: Double, second: Double) {
    var (first, second) = (0.0, 0.0)
    if low < 0 {
      (first, second) = below.masses(between: low, and: min(high, 0))
    }
    if high > 0 {
      let masses = above.masses(between: max(low, 0), and: high)
      first += masses.first
      second += masses.second
    }
    if low <= 0, high > 0 {
      first += zeroMass
      second += zeroMass
    }
    return (first, second)
  }

  func range(tail: Double) -> (low: Double, high: Double) {
    (below.range(tail: tail).low, above.range(tail: tail).high)
  }

  /// E[exp(tilt * loss)] less 1 is an integral of divergences over all a, with weights that are positive. So it
  /// is at most the sum of those of both losses.
  func logMoment(tilt: Double) -> Double {
    let sum = LogSum.add(above.logMoment(tilt: tilt), below.logMoment(tilt: tilt))
    return sum < .infinity ? max(0, LogSum.subtractOne(sum)) : sum
  }
}

/// The loss of ``GaussianLoss/Direction/zeroAmongOpposites``. Its first distribution is the mixture of N(-1) and
/// N(1), the second of N(-1) and N(0), in units of the sensitivity. From 0 on the far left it falls to its least
/// value, then it rises without bound.
struct OppositesLoss {
  let noiseMultiplier: Double
  let probability: Double

  /// 1 / (2 z^2).
  private var inverse: Double { 1 / (2 * noiseMultiplier * noiseMultiplier) }

  /// log(4 (1 - q) / q exp(-1 / z^2)).
  private var logWeight: Double {
    Double.log(4) + Double.log(onePlus: -probability) - Double.log(probability) - 2 * inverse
  }

  /// The least loss.
  ///
  /// With y = exp(x / z^2), the loss is l where y^2 - exp(l + 1 / (2 z^2)) y - (1 - q) / q (exp(l) - 1) = 0. The
  /// roots are one where exp(2 l) = exp(logWeight) (1 - exp(l)).
  var least: Double {
    let weight = logWeight
    if weight > 0 {
      let inner = Double.exp(-weight)
      return -Double.log(onePlus: 2 * inner / (1 + (1 + 4 * inner).squareRoot()))
    }
    let half = Double.exp(weight / 2)
    return Double.log(2) + weight / 2 - Double.log(half + (half * half + 4).squareRoot())
  }

  /// Where the loss is `loss`, left and right of its minimum; the minimum itself for losses below it.
  func locations(ofLoss loss: Double) -> (falling: Double, rising: Double) {
    if loss == .infinity { return (-.infinity, .infinity) }
    let variance = noiseMultiplier * noiseMultiplier
    let least = least
    if loss <= least {
      // Both roots, which roundings would set apart by the square root of a rounding.
      let minimum = variance * (least + inverse - Double.log(2))
      return (minimum, minimum)
    }
    let sum = loss + inverse
    // The two roots are exp(sum) (1 ± root) / 2 with root^2 = 1 + exp(logTerm) sign(loss).
    let logTerm =
      loss > 0
      ? logWeight - loss + Double.log(-Double.expMinusOne(-loss))
      : logWeight - 2 * loss + Double.log(-Double.expMinusOne(loss))
    if loss >= 0 {
      let logRoot = LogSum.addOne(logTerm) / 2
      return (-.infinity, variance * (sum + LogSum.addOne(logRoot) - Double.log(2)))
    }
    let term = min(1, Double.exp(logTerm))
    let root = (1 - term).squareRoot()
    return (
      variance * (sum + min(0, logTerm) - Double.log(2 * (1 + root))),
      variance * (sum + Double.log(onePlus: root) - Double.log(2))
    )
  }
}
