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
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)``.
  public init(_ noise: CorrelatedNoise, dimension: Int) throws(PrivacyParameterError) {
    try PrivacyParameterError.require(
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
  /// - Throws: ``CorrelatedNoiseError``; the sum is unchanged and no noise is drawn.
  /// - Complexity: O(dimension x bands), or O(dimension x log(rounds)) for trees.
  public mutating func addNoise(
    to sum: inout [Double], using generator: inout some RandomNumberGenerator
  ) throws(CorrelatedNoiseError) {
    guard finishedRounds < rounds else { throw .roundsExhausted(planned: rounds) }
    guard sum.count == dimension else {
      throw .dimensionMismatch(expected: dimension, found: sum.count)
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

/// The reason why a round gets no noise.
public enum CorrelatedNoiseError: Error, Hashable, Sendable, CustomStringConvertible {
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
