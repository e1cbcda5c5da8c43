/// The way in which the noise of the rounds is correlated.
public enum NoiseStrategy: Sendable, Hashable {
  /// A banded Toeplitz factor of the prefix sums, for any number of rounds.
  case toeplitz(ToeplitzStrategy)
  /// A banded factor of the prefix sums, for as many rounds as it has rows.
  case banded(BandedStrategy)
  /// Binary trees, for as many rounds as they have leaves.
  case trees(TreeAggregation)
}

/// The noise of a whole training, in which later rounds take back a part of the noise of earlier ones.
///
/// A trusted server adds the noise to the sum of each round after unmasking, with a
/// ``CorrelatedNoiseStream``. A model that accumulates the sums then has less noise at the same privacy than
/// with independent noise. Clients need not be sampled at random, and sampling earns nothing here.
///
/// **Guarantee.** Let x hold the sums of the rounds. The server releases B (C x + g), where B C is the
/// lower triangle of ones and g independent normal noise. A client that takes part as `participation` says,
/// with updates of a norm of at most `clip`, changes C x by at most ``sensitivity``. The whole training is
/// as private as one release of normal noise with ``noiseMultiplier``: ``event``, composed once.
///
/// - **Adaptivity.** Clients compute their updates from earlier released models. Normal noise and a lower
///   triangular C keep the guarantee then (Denisov, McMahan, Rush, Smith and Thakurta 2022, "Improved
///   Differential Privacy for SGD via Optimal Private Linear Operators on Adaptive Streams", theorem 2.1).
///   For updates of many coordinates and several participations it needs a bound over all of a client's
///   updates: here products of columns are 0, not negative, or count by magnitude (Choquette-Choo et al. 2023,
///   "Multi-epoch Matrix Factorization", section 2). For trees the noise of every node is new, and
///   the bound on all nodes together holds for each course of the training.
/// - **Relations.** `addOrRemove` and `zeroOut`: all contributions of one client are in the sums, or none.
///   `replace`: all of them are exchanged for those of another client, which may take part in other rounds; the
///   sensitivity doubles. Sums must be divided by a public number.
/// - **Participation.** The rounds of a client must not depend on the data of clients. Under `addOrRemove` they must not
///   depend on whether another client is there, either: use fixed cohorts, or draw the rounds of each client on its
///   own. A cohort that is filled up with other clients needs `zeroOut` or `replace`. A client that takes
///   part more often or after a shorter time than planned has no guarantee: see ``ParticipationSchedule``.
public struct CorrelatedNoise: Sendable, Hashable {
  /// The correlation.
  public let strategy: NoiseStrategy

  /// The number of rounds of the training.
  public let rounds: Int

  /// The rule for the rounds of one client.
  public let participation: ParticipationRule

  /// The largest Euclidean norm of an update.
  public let clip: Double

  /// The largest change of C x by one client, in the unit of the updates.
  public let sensitivity: Double

  /// Whether ``sensitivity`` is exact up to rounding. Otherwise it is a proven upper bound.
  public let isSensitivityExact: Bool

  /// The cost of the whole training. It is spent with the first round.
  public let event: PrivacyEvent

  /// The standard deviation of the independent numbers g divided by ``sensitivity``.
  ///
  /// The smallest one for a target is `GaussianMechanism.calibrated(epsilon:delta:sensitivity:)` with a
  /// sensitivity of 1, whatever the strategy.
  public let noiseMultiplier: Double

  /// Plans a training.
  ///
  /// - Parameter rounds: from 1 to 2^20; for a banded strategy the number of its rounds, for trees that of their
  ///   leaves.
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)``; for a banded strategy also if a client may take part
  ///   twice within as many rounds as it has bands.
  /// - Complexity: O(rounds) for Toeplitz strategies, O(rounds x participations) for banded ones; for trees at
  ///   most 2^28 steps.
  public init(
    _ strategy: NoiseStrategy, rounds: Int, participation: ParticipationRule,
    relation: NeighbouringRelation, clip: Double, noiseMultiplier: Double
  ) throws(PrivacyParameterError) {
    try PrivacyParameterError.require(rounds >= 1 && rounds <= 1 << 20, .rounds, Double(rounds))
    try PrivacyParameterError.requirePositive(clip, .clippingBound)
    let squared: Double
    switch strategy {
    case .toeplitz(let toeplitz):
      squared = toeplitz.squaredSensitivity(rounds: rounds, participation: participation)
      isSensitivityExact = toeplitz.hasExactSensitivity(
        rounds: rounds, participation: participation)
    case .banded(let banded):
      try PrivacyParameterError.require(rounds == banded.rounds, .rounds, Double(rounds))
      squared = try banded.squaredSensitivity(participation: participation)
      isSensitivityExact = true
    case .trees(let trees):
      try PrivacyParameterError.require(rounds == trees.rounds, .rounds, Double(rounds))
      let sensitivity = TreeSensitivity(trees, participation: participation)
      squared = Double(sensitivity.squared())
      isSensitivityExact = sensitivity.isExact
    }
    let sensitivity = squared.squareRoot() * clip * relation.sensitivityFactor
    try PrivacyParameterError.requirePositive(sensitivity, .sensitivity)
    event = try PrivacyEvent(
      .gaussian(noiseMultiplier: noiseMultiplier), relation: relation, sampling: .none,
      repetitions: 1)
    try PrivacyParameterError.requirePositive(noiseMultiplier * sensitivity, .standardDeviation)
    self.strategy = strategy
    self.rounds = rounds
    self.participation = participation
    self.clip = clip
    self.sensitivity = sensitivity
    self.noiseMultiplier = noiseMultiplier
  }

  /// The standard deviation of the independent numbers g, in the unit of the updates.
  public var standardDeviation: Double { noiseMultiplier * sensitivity }

  /// The variance of the noise on each coordinate of the sum of all rounds up to each one.
  ///
  /// - Complexity: O(rounds x bands); for banded strategies O(rounds x bands^2).
  public func prefixVariances() -> [Double] {
    let variance = standardDeviation * standardDeviation
    let errors =
      switch strategy {
      case .toeplitz(let toeplitz): toeplitz.squaredErrors(rounds: rounds)
      case .banded(let banded): banded.squaredErrors()
      case .trees(let trees): trees.squaredErrors()
      }
    return errors.map { $0 * variance }
  }

  /// The mean or the largest of ``prefixVariances()``.
  public func variance(_ measure: NoiseErrorMeasure) -> Double {
    let variances = prefixVariances()
    return switch measure {
    case .mean: variances.reduce(0, +) / Double(rounds)
    case .largest: variances.reduce(0, max)
    }
  }
}
