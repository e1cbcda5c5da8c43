/// Noise by binary trees: a node of a tree has noise of its own and covers a run of rounds, and the sum up to
/// a round gets the noise of the few nodes that cover its rounds.
///
/// Dwork, Naor, Pitassi and Rothblum 2010, "Differential Privacy under Continual Observation"; for
/// federated learning Kairouz, McMahan, Song, Thakkar, Thakurta and Xu 2021, "Practical and Private (Deep)
/// Learning without Sampling or Shuffling" (DP-FTRL).
public struct TreeAggregation: Sendable, Hashable {
  /// The estimate of the sum of a node's rounds.
  public enum Estimator: String, Sendable, Hashable, Codable, CaseIterable {
    /// The noise of the node itself. Right children are never released: they cost nothing.
    case node
    /// The best combination of the node's noise with that of the nodes below it, which lowers the
    /// variance by nearly half (Honaker 2015, "Efficient Use of Differentially Private Binary Trees", the
    /// estimate from below). All nodes are released.
    case fromBelow
  }

  /// The number of rounds of each tree. Each one after the first is a restart.
  public let stepCounts: [Int]

  /// The estimate of the sum of a node's rounds.
  public let estimator: Estimator

  /// Creates a sequence of trees.
  ///
  /// A restart forgets nothing: the sums of the finished trees keep their noise, and a client that takes part
  /// in several trees pays for each.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless every tree has at least one round, and
  ///   all together at most 2^20.
  public init(stepCounts: [Int], estimator: Estimator = .node) throws(PrivacyParameterError) {
    var total = 0
    for steps in stepCounts {
      try PrivacyParameterError.require(
        steps >= 1 && steps <= 1 << 20 - total, .rounds, Double(steps))
      total += steps
    }
    try PrivacyParameterError.require(total >= 1, .rounds, 0)
    self.stepCounts = stepCounts
    self.estimator = estimator
  }

  /// The number of rounds of all trees.
  public var rounds: Int { stepCounts.reduce(0, +) }

  /// The variance that a node's estimate has at each level, from the leaves up.
  ///
  /// From below, the node's own noise of variance 1 is weighted against the sum of its two children's
  /// estimates, inversely to the variances.
  static func nodeVariances(_ estimator: Estimator) -> [Double] {
    var variances = [1.0]
    for level in 1...21 {
      let below = 2 * variances[level - 1]
      variances.append(estimator == .node ? 1 : below / (1 + below))
    }
    return variances
  }

  /// The variance that independent numbers of variance 1 give to the sum of all rounds up to each one.
  func squaredErrors() -> [Double] {
    let variances = Self.nodeVariances(estimator)
    func error(_ steps: Int) -> Double {
      (0..<21).reduce(0) { steps >> $1 & 1 == 1 ? $0 + variances[$1] : $0 }
    }
    var errors: [Double] = []
    errors.reserveCapacity(rounds)
    var finished = 0.0
    for steps in stepCounts {
      for step in 1...max(1, steps) { errors.append(finished + error(step)) }
      finished += error(steps)
    }
    return errors
  }

  /// The complete trees in the order of their rounds, as levels of their roots: a tree of 6 rounds is one of
  /// 4 and one of 2.
  var completeTrees: [Int] {
    stepCounts.flatMap { steps in
      (0..<21).reversed().filter { steps >> $0 & 1 == 1 }
    }
  }
}
