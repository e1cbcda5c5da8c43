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
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)``; for a banded strategy also if a client may take part
  ///   twice within as many rounds as it has bands.
  /// - Complexity: O(rounds) for Toeplitz strategies, O(rounds x participations) for banded ones; for trees at
  ///   most 2^28 steps.
  public init(
    _ strategy: NoiseStrategy, rounds: Int, participation: ParticipationRule,
    relation: NeighbouringRelation, clip: Double, noiseMultiplier: Double
  ) throws(FLMathError) {
    try FLMathError.Privacy.require(rounds >= 1 && rounds <= 1 << 20, .rounds, Double(rounds))
    try FLMathError.Privacy.requirePositive(clip, .clippingBound)
    let squared: Double
    switch strategy {
    case .toeplitz(let toeplitz):
      squared = toeplitz.squaredSensitivity(rounds: rounds, participation: participation)
      isSensitivityExact = toeplitz.hasExactSensitivity(
        rounds: rounds, participation: participation)
    case .banded(let banded):
      try FLMathError.Privacy.require(rounds == banded.rounds, .rounds, Double(rounds))
      squared = try banded.squaredSensitivity(participation: participation)
      isSensitivityExact = true
    case .trees(let trees):
      try FLMathError.Privacy.require(rounds == trees.rounds, .rounds, Double(rounds))
      let sensitivity = TreeSensitivity(trees, participation: participation)
      squared = Double(sensitivity.squared())
      isSensitivityExact = sensitivity.isExact
    }
    let sensitivity = squared.squareRoot() * clip * relation.sensitivityFactor
    try FLMathError.Privacy.requirePositive(sensitivity, .sensitivity)
    event = try PrivacyEvent(
      .gaussian(noiseMultiplier: noiseMultiplier), relation: relation, sampling: .none,
      repetitions: 1)
    try FLMathError.Privacy.requirePositive(noiseMultiplier * sensitivity, .standardDeviation)
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

/// The noise of the rounds of a ``CorrelatedNoise``, one after the other.
///
/// It keeps no more of the earlier noise than the rounds to come need: one vector fewer than there are
/// bands, and one for each level of a tree.
///
/// The earlier noise is secret: it takes the noise off the released sums. The stream cannot be copied, because
/// two sums with the same noise reveal their difference. Draw the noise of a round only for a sum that is
/// about to be released; a round that failed before uses none.
public struct CorrelatedNoiseStream: ~Copyable, Sendable {
  private enum State: Sendable {
    /// The noise of the last rounds; that of round t is at t modulo the number of vectors.
    case factor(Factor, earlier: [[Double]])
    /// The noise of the nodes that cover the rounds of the current tree, from the largest to the smallest.
    case trees(remaining: [Int], estimator: TreeAggregation.Estimator, step: Int, nodes: [[Double]])
  }

  /// The matrix C.
  private enum Factor: Sendable {
    case toeplitz([Double])
    case banded(BandedStrategy)

    var bands: Int {
      switch self {
      case .toeplitz(let coefficients): coefficients.count
      case .banded(let strategy): strategy.bands
      }
    }

    /// A row, from its diagonal element to the left.
    func row(_ round: Int) -> [Double] {
      switch self {
      case .toeplitz(let coefficients): Array(coefficients.prefix(round + 1))
      case .banded(let strategy): strategy.row(round)
      }
    }
  }

  /// The number of coordinates of the sums.
  public let dimension: Int

  /// The number of rounds that were planned.
  public let rounds: Int

  /// The number of rounds that have their noise.
  public private(set) var finishedRounds = 0

  private let standardDeviation: Double
  private var state: State

  /// Starts before the first round.
  ///
  /// - Parameter dimension: the number of coordinates of the sums, from 1 to 2^30.
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)``.
  public init(_ noise: CorrelatedNoise, dimension: Int) throws(FLMathError) {
    try FLMathError.Privacy.require(
      dimension >= 1 && dimension <= 1 << 30, .dimension, Double(dimension))
    self.dimension = dimension
    rounds = noise.rounds
    standardDeviation = noise.standardDeviation
    switch noise.strategy {
    case .toeplitz(let toeplitz):
      state = .factor(.toeplitz(Array(toeplitz.coefficients.prefix(noise.rounds))), earlier: [])
    case .banded(let banded):
      state = .factor(.banded(banded), earlier: [])
    case .trees(let trees):
      state = .trees(
        remaining: trees.stepCounts.reversed(), estimator: trees.estimator, step: 0, nodes: [])
    }
  }

  /// Adds the next round's noise to its sum.
  ///
  /// - Parameters:
  ///   - sum: the sum of the clients' clipped updates of one round.
  ///   - generator: cryptographic, unless this is a simulation. The noise is drawn in floating point; see
  ///     ``GaussianMechanism/addNoise(to:using:)``.
  /// - Throws: ``FLMathError``; the sum is unchanged and no noise is drawn.
  /// - Complexity: O(dimension x bands), or O(dimension x log(rounds)) for trees.
  public mutating func addNoise(
    to sum: inout [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) {
    guard finishedRounds < rounds else { throw .correlatedNoise(.roundsExhausted(planned: rounds)) }
    guard sum.count == dimension else {
      throw .correlatedNoise(.dimensionMismatch(expected: dimension, found: sum.count))
    }
    switch state {
    case .factor(let factor, var earlier):
      // The vectors have one owner, so that the next line changes them in place.
      state = .factor(factor, earlier: [])
      addNextRow(of: factor, &earlier, to: &sum, using: &generator)
      state = .factor(factor, earlier: earlier)
    case .trees(var remaining, let estimator, var step, var nodes):
      state = .trees(remaining: [], estimator: estimator, step: 0, nodes: [])
      step += 1
      addTree(estimator, step, &nodes, to: &sum, using: &generator)
      if step == remaining.last {
        remaining.removeLast()
        step = 0
        nodes = []
      }
      state = .trees(remaining: remaining, estimator: estimator, step: step, nodes: nodes)
    }
    finishedRounds += 1
  }

  /// z_t = (g_t - sum over j of C_t(t - j) z_(t - j)) / C_tt: the next row of C z = g.
  private func addNextRow(
    of factor: Factor, _ earlier: inout [[Double]], to sum: inout [Double],
    using generator: inout some RandomNumberGenerator
  ) {
    let kept = factor.bands - 1
    let row = factor.row(finishedRounds)
    var noise = independentNoise(using: &generator)
    for band in 1..<max(1, row.count) {
      Self.add(earlier[(finishedRounds - band) % kept], times: -row[band], to: &noise)
    }
    let scale = 1 / row[0]
    for index in noise.indices { noise[index] *= scale }
    Self.add(noise, times: 1, to: &sum)
    if earlier.count < kept {
      earlier.append(noise)
    } else if kept > 0 {
      earlier[finishedRounds % kept] = noise
    }
  }

  /// The noise of the sum up to a step minus that up to the step before: that of the node which the step
  /// completes, without that of the nodes below it.
  private func addTree(
    _ estimator: TreeAggregation.Estimator, _ step: Int, _ nodes: inout [[Double]],
    to sum: inout [Double], using generator: inout some RandomNumberGenerator
  ) {
    let variances = TreeAggregation.nodeVariances(estimator)
    let level = step.trailingZeroBitCount
    var estimate = independentNoise(using: &generator)
    for below in 0..<level {
      guard let left = nodes.popLast() else { break }
      Self.add(left, times: -1, to: &sum)
      if estimator == .fromBelow {
        // Both estimates are unbiased: weights are inverse to their variances.
        let own = variances[below + 1]
        Self.add(left, times: 1, to: &estimate)
        for index in estimate.indices { estimate[index] *= 1 - own }
        Self.add(independentNoise(using: &generator), times: own, to: &estimate)
      }
    }
    Self.add(estimate, times: 1, to: &sum)
    nodes.append(estimate)
  }

  private func independentNoise(using generator: inout some RandomNumberGenerator) -> [Double] {
    (0..<dimension).map { _ in standardDeviation * generator.standardNormal() }
  }

  private static func add(_ vector: [Double], times factor: Double, to sum: inout [Double]) {
    for index in sum.indices { sum[index] += factor * vector[index] }
  }
}

extension FLMathError {
  /// The reason why a round gets no noise.
  public enum CorrelatedNoise: Hashable, Sendable, CustomStringConvertible {
    /// All rounds that were planned have their noise.
    case roundsExhausted(planned: Int)
    /// The sum does not have the length of the earlier ones.
    case dimensionMismatch(expected: Int, found: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .roundsExhausted(let planned):
        "Expected at most \(planned) rounds, got one more; stop, or plan and pay for another training."
      case .dimensionMismatch(let expected, let found):
        "Expected a sum of \(expected) elements, got \(found); pass one of the model's length."
      }
    }
  }
}
