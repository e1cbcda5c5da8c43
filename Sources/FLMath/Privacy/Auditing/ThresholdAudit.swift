internal import RealModule

/// What the scores of a membership attack say of epsilon.
///
/// A trial counts as a member if its score is above a threshold. One half of the trials chooses the
/// threshold. The other half gives the bound, whose confidence is therefore that of one test.
public struct ThresholdAudit: Sendable, Hashable {
  /// What is assumed of the mechanism.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    /// Nothing: ``AttackCounts/epsilonLowerBound(delta:confidence:)``.
    case anyMechanism
    /// That it is as private as some Gaussian mechanism is:
    /// ``AttackCounts/gaussianEpsilonLowerBound(delta:confidence:)``.
    case gaussian

    func epsilon(strength: Double, delta: Double) -> Double {
      switch self {
      case .anyMechanism: strength
      case .gaussian:
        strength > 0 ? GaussianMechanism.epsilon(mu: strength, logDelta: Double.log(delta)) : 0
      }
    }
  }

  /// A lower bound of epsilon, and what it rests on.
  public struct Bound: Sendable, Hashable {
    /// Epsilon is not less, with the confidence of the audit.
    public let epsilon: Double
    /// The threshold that was chosen.
    public let threshold: Double
    /// Answers on the half that did not choose it: positive is a score above the threshold.
    public let counts: AttackCounts
  }

  /// The delta of the claim.
  public let delta: Double
  /// The probability with which a bound is right, at least.
  public let confidence: Double

  /// The least number of scores in each of the two samples.
  public static let leastScores = 4

  /// The part of the best strength that a threshold reaches which may be chosen.
  private static let nearlyAsGood = 0.98

  /// How many thresholds are tried, at most.
  private static let candidates = 128

  /// - Throws: ``PrivacyAuditError/delta(found:)`` unless delta is above 0 and below 1,
  ///   ``PrivacyAuditError/confidence(found:)``.
  public init(delta: Double, confidence: Double) throws(PrivacyAuditError) {
    guard delta > 0, delta < 1 else { throw .delta(found: delta) }
    try PrivacyAuditError.requireConfidence(confidence)
    self.delta = delta
    self.confidence = confidence
  }

  /// Bounds epsilon.
  ///
  /// - Parameters:
  ///   - members: the scores of independent trials with the canary.
  ///   - nonMembers: those of independent trials without it.
  ///   - family: what is assumed of the mechanism.
  /// - Throws: ``PrivacyAuditError/tooFewScores(found:atLeast:)``,
  ///   ``PrivacyAuditError/nonFiniteScore(index:found:)``.
  /// - Complexity: O(n log n).
  public func bound(
    members: [Double], nonMembers: [Double], family: Family
  ) throws(PrivacyAuditError) -> Bound {
    for scores in [members, nonMembers] {
      guard scores.count >= Self.leastScores else {
        throw .tooFewScores(found: scores.count, atLeast: Self.leastScores)
      }
      if let index = scores.firstIndex(where: { !$0.isFinite }) {
        throw .nonFiniteScore(index: index, found: scores[index])
      }
    }
    // Each of the two rates takes half of the error.
    let error = (1 - confidence) / 2
    let choosing = HalfOfScores(
      members.prefix(members.count / 2), nonMembers.prefix(nonMembers.count / 2))
    let judging = HalfOfScores(
      members.suffix(from: members.count / 2), nonMembers.suffix(from: nonMembers.count / 2))
    let candidates = try choosing.thresholds(atMost: Self.candidates).map {
      (threshold) throws(PrivacyAuditError) in
      // For a choice, a thousandth is precise enough.
      let strength = try choosing.counts(above: threshold)
        .strength(family, delta: delta, error: error, tolerance: 0x1p-10)
      return (threshold: threshold, strength: strength)
    }
    // The very best one is at the edge of what this half happened to draw, such as its highest score
    // without the canary. The middle of those that are nearly as good is as good for the other half too.
    let best = candidates.map(\.strength).max() ?? 0
    let good = candidates.filter { $0.strength >= Self.nearlyAsGood * best }.map(\.threshold)
      .sorted()
    let threshold = good[good.count / 2]
    let counts = try judging.counts(above: threshold)
    let strength = counts.strength(family, delta: delta, error: error)
    return Bound(
      epsilon: family.epsilon(strength: strength, delta: delta), threshold: threshold,
      counts: counts)
  }
}

/// One half of the trials, in order of their scores.
private struct HalfOfScores {
  let members: [Double]
  let nonMembers: [Double]

  init(_ members: ArraySlice<Double>, _ nonMembers: ArraySlice<Double>) {
    self.members = members.sorted()
    self.nonMembers = nonMembers.sorted()
  }

  func counts(above threshold: Double) throws(PrivacyAuditError) -> AttackCounts {
    try AttackCounts(
      truePositives: Self.count(members, above: threshold), members: members.count,
      falsePositives: Self.count(nonMembers, above: threshold), nonMembers: nonMembers.count)
  }

  /// Scores that are worth a try: of both samples, dense at their ends, where rates are small.
  func thresholds(atMost count: Int) -> [Double] {
    var thresholds: [Double] = []
    for scores in [members, nonMembers] {
      for rank in Self.ranks(of: scores.count, atMost: count / 2) {
        thresholds.append(scores[rank])
      }
    }
    return thresholds
  }

  /// Ranks from both ends, each a tenth farther than the one before.
  private static func ranks(of count: Int, atMost most: Int) -> [Int] {
    if count <= most { return Array(0..<count) }
    var ranks: Set<Int> = []
    var distance = 1.0
    let ratio = Double.pow(Double(count) / 2, 2 / Double(most))
    while distance < Double(count) / 2 {
      ranks.insert(Int(distance) - 1)
      ranks.insert(count - Int(distance))
      distance *= ratio
    }
    return ranks.sorted()
  }

  private static func count(_ sorted: [Double], above threshold: Double) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] > threshold { high = middle } else { low = middle + 1 }
    }
    return sorted.count - low
  }
}
