internal import RealModule

/// Adds up whole distributions of privacy losses, and gives intervals in which the true epsilon or
/// delta lies (Koskela, Jälkö and Honkela 2020, "Computing Tight Differential Privacy Guarantees
/// Using FFT"; Doroshenko et al. 2022, "Connect the Dots").
///
/// It composes Gaussian noise, sums of discrete Gaussians and Skellam noise. For Gaussian noise without sampling,
/// the answer is that of one Gaussian mechanism and exact. With sampling, losses are put on a grid in two ways,
/// one that overstates and one that understates every divergence, and both are composed. The interval accounts
/// for the grid, for what is cut off and for the rounding of the Fourier transform; the rounding of single normal
/// probabilities, about 1e-15 of each, is neglected.
///
/// Discrete noise counts as Gaussian noise of less variance for the upper end, of more for the lower one. In
/// squared steps of the grid, the difference is about two for sums of discrete Gaussians. For Skellam noise it
/// is less than one for the upper end, and 40 to 60 for the lower one. Where the standard deviation is less than
/// ten steps, ``RenyiAccountant`` may be tighter for sums of discrete Gaussians.
///
/// Samples of a fixed size have an interval under `replace` and `zeroOut`, for sums of vectors. The upper end
/// holds for all neighbours. The lower end is what the worst known neighbours cost. So the interval may be wider
/// than the accuracy asked for, by 1 to 20 % at usual parameters. Zeroing out a record costs more than in
/// Poisson samples, since the record's opposite may take its place.
public struct PrivacyLossAccountant: PrivacyAccountant {
  /// The relation for which the guarantee holds.
  public let relation: NeighbouringRelation

  /// The width of the interval of epsilon that is aimed at.
  public let accuracy: Double

  /// What costs no less than everything composed so far, but for the factor.
  private var costlier = GaussianReleases()

  /// What costs no more than everything composed so far, but for the factor.
  private var cheaper = GaussianReleases()

  /// The logarithm of the factor on all probabilities that either is away from what was composed.
  private var logFactor = 0.0

  /// The probability that ``cheaper`` leaves out.
  private var tail = 0.0

  /// Starts with nothing spent.
  ///
  /// - Parameter accuracy: the width that the interval of epsilon shall have, from 1e-6 to 1. The
  ///   effort grows with the inverse of its square root. Where the grid would become too large, the
  ///   interval is wider.
  /// - Throws: ``FLMathError/privacy(_:)`` if the accuracy is out of its range.
  public init(
    relation: NeighbouringRelation, accuracy: Double = 1e-4
  ) throws(FLMathError) {
    guard accuracy >= 1e-6, accuracy <= 1 else {
      throw .privacy(.outOfRange(.accuracy, found: accuracy))
    }
    self.relation = relation
    self.accuracy = accuracy
  }

  /// Adds the cost of an event.
  ///
  /// Skellam noise of a variance below 4 has an infinite epsilon here.
  ///
  /// - Throws: ``FLMathError/Accounting/unsupported(_:)`` for samples of a fixed size under `addOrRemove`, whose
  ///   population is not public, and for those with Skellam noise under `zeroOut`; nothing is added.
  /// - Complexity: O(1); the work is done when a question is asked.
  public mutating func compose(_ event: PrivacyEvent) throws(FLMathError) {
    try requireOwnRelation(event)
    let (sampling, repetitions) = (event.sampling, event.repetitions)
    if case .withoutReplacement = sampling, relation == .addOrRemove {
      throw .accounting(.unsupported(event))
    }
    func add(_ multiplier: Double, to releases: inout GaussianReleases) {
      releases.add(noiseMultiplier: multiplier, sampling: sampling, repetitions: repetitions)
    }
    switch event.mechanism {
    case .gaussian(let multiplier):
      add(multiplier, to: &costlier)
      add(multiplier, to: &cheaper)
    case .discreteGaussianSum(_, let l2Ratio, let deviation, let tau, let dimension):
      let enclosure = DiscreteGaussianEnclosure(
        l2Ratio: l2Ratio, standardDeviation: deviation, tau: tau, dimension: dimension,
        relation: relation)
      add(enclosure.lowerMultiplier, to: &costlier)
      add(enclosure.upperMultiplier, to: &cheaper)
      logFactor += Double(repetitions) * enclosure.logFactor
    case .skellam(let l1, let l2, let variance):
      // Only pairs of distributions are compared. Zeroing out is about three in a sample of fixed size.
      if sampling.probability < 1, relation == .zeroOut { throw .accounting(.unsupported(event)) }
      guard variance >= SkellamEnclosure.leastVariance else {
        logFactor = .infinity
        return
      }
      let enclosure = SkellamEnclosure(
        l1Sensitivity: l1, l2Sensitivity: l2, variance: variance, relation: relation)
      add(enclosure.lowerMultiplier, to: &costlier)
      add(enclosure.upperMultiplier, to: &cheaper)
      tail += Double(repetitions) * enclosure.tail
    }
  }

  /// Whether the event is Gaussian noise without sampling: the sum of mu^2 is then a filter (Smith and Thakurta
  /// 2022, "Fully Adaptive Composition for Gaussian Differential Privacy"). For other events no such theorem is
  /// known.
  public func isFilter(for event: PrivacyEvent) -> Bool {
    guard case .gaussian = event.mechanism else { return false }
    return event.sampling.probability == 1
  }

  /// The upper end of ``epsilonInterval(delta:)``.
  public func epsilon(delta: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.requireDelta(delta)
    return upperEpsilon(delta: delta).upper
  }

  /// The upper end of ``deltaInterval(epsilon:)``.
  public func delta(epsilon: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.requireEpsilon(epsilon)
    return upperDelta(epsilon: epsilon).upper
  }

  /// An interval that contains the smallest epsilon for which everything composed so far is
  /// (epsilon, `delta`)-differentially private.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless delta is from 0 to 1.
  /// - Complexity: O(n log n) in the points of the grid, about 2^13 to 2^17 of them.
  public func epsilonInterval(
    delta: Double
  ) throws(FLMathError) -> ClosedRange<Double> {
    try FLMathError.Privacy.requireDelta(delta)
    let bounds = upperEpsilon(delta: delta)
    let factor = Double.exp(logFactor)
    guard factor < .infinity else { return 0...bounds.upper }
    guard costlier != cheaper else { return bounds.lower...bounds.upper }
    // No true epsilon is above the upper end, where the tail counts most.
    let larger = delta + tailCost(epsilon: bounds.upper)
    let lower =
      cheaper.epsilonBounds(
        delta: larger * factor, relation: relation, accuracy: accuracy
      ).lower - 2 * logFactor
    return (lower > 0 ? min(lower, bounds.upper) : 0)...bounds.upper
  }

  /// An interval that contains the smallest delta for which everything composed so far is
  /// (`epsilon`, delta)-differentially private.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless epsilon is at least 0.
  public func deltaInterval(
    epsilon: Double
  ) throws(FLMathError) -> ClosedRange<Double> {
    try FLMathError.Privacy.requireEpsilon(epsilon)
    let bounds = upperDelta(epsilon: epsilon)
    let factor = Double.exp(logFactor)
    guard factor < .infinity else { return 0...bounds.upper }
    guard costlier != cheaper else { return bounds.lower...bounds.upper }
    let lower =
      cheaper.deltaBounds(
        epsilon: epsilon + 2 * logFactor, relation: relation, accuracy: accuracy
      ).lower / factor - tailCost(epsilon: epsilon)
    return (lower > 0 ? min(lower, bounds.upper) : 0)...bounds.upper
  }

  /// How much larger delta can be without the tails, which have the probability t. Given that the noise is not
  /// there, P becomes P' with P'(A) <= P(A) + 2 t and P(A) <= P'(A) + t.
  private func tailCost(epsilon: Double) -> Double {
    tail > 0 ? (2 + Double.exp(epsilon)) * tail : 0
  }

  /// With P <= exp(f) P' for both distributions of a pair, in both directions, P' being
  /// (epsilon', delta')-close is P being (epsilon' + 2f, exp(f) delta')-close.
  private func upperEpsilon(delta: Double) -> (lower: Double, upper: Double) {
    if delta == 1 { return (0, 0) }
    let bounds = costlier.epsilonBounds(
      delta: delta * Double.exp(-logFactor), relation: relation, accuracy: accuracy)
    return (bounds.lower, bounds.upper + 2 * logFactor)
  }

  private func upperDelta(epsilon: Double) -> (lower: Double, upper: Double) {
    if epsilon == .infinity { return (0, 0) }
    guard epsilon >= 2 * logFactor else { return (0, 1) }
    let bounds = costlier.deltaBounds(
      epsilon: epsilon - 2 * logFactor, relation: relation, accuracy: accuracy)
    return (bounds.lower, min(1, bounds.upper * Double.exp(logFactor)))
  }
}
