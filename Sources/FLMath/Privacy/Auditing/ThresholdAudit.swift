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

  /// - Throws: ``FLMathError/Audit/delta(found:)`` unless delta is above 0 and below 1,
  ///   ``FLMathError/Audit/confidence(found:)``.
  public init(delta: Double, confidence: Double) throws(FLMathError) {
    guard delta > 0, delta < 1 else { throw .audit(.delta(found: delta)) }
    try FLMathError.Audit.requireConfidence(confidence)
    self.delta = delta
    self.confidence = confidence
  }

  /// Bounds epsilon.
  ///
  /// - Parameters:
  ///   - members: the scores of independent trials with the canary.
  ///   - nonMembers: those of independent trials without it.
  ///   - family: what is assumed of the mechanism.
  /// - Throws: ``FLMathError/Audit/tooFewScores(found:atLeast:)``,
  ///   ``FLMathError/Audit/nonFiniteScore(index:found:)``.
  /// - Complexity: O(n log n).
  public func bound(
    members: [Double], nonMembers: [Double], family: Family
  ) throws(FLMathError) -> Bound {
    for scores in [members, nonMembers] {
      guard scores.count >= Self.leastScores else {
        throw .audit(.tooFewScores(found: scores.count, atLeast: Self.leastScores))
      }
      if let index = scores.firstIndex(where: { !$0.isFinite }) {
        throw .audit(.nonFiniteScore(index: index, found: scores[index]))
      }
    }
    // Each of the two rates takes half of the error.
    let error = (1 - confidence) / 2
    let choosing = HalfOfScores(
      members.prefix(members.count / 2), nonMembers.prefix(nonMembers.count / 2))
    let judging = HalfOfScores(
      members.suffix(from: members.count / 2), nonMembers.suffix(from: nonMembers.count / 2))
    let candidates = try choosing.thresholds(atMost: Self.candidates).map {
      (threshold) throws(FLMathError) in
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

  func counts(above threshold: Double) throws(FLMathError) -> AttackCounts {
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

/// The best attack on a noisy sum: the logarithm of the ratio of the two densities, for normal noise on
/// every coordinate (Neyman and Pearson 1933). With the canary the mean is the canary, without it another
/// one, usually 0; the variance of the noise may differ as well.
///
/// The score of several rounds with independent noise is the sum of the rounds' scores.
public struct MembershipScore: Sendable, Hashable {
  private let constant: Double
  private let perProjection: Double
  private let perSquare: Double

  /// The matched filter. The variance of the noise is the same with the canary and without it.
  ///
  /// - Parameters:
  ///   - canarySquaredNorm: the squared norm of the canary.
  ///   - otherMean: what is in the canary's place otherwise, in canaries: 0 if nothing, -1 if its opposite.
  ///   - variance: of the noise on one coordinate of the sum.
  /// - Throws: ``FLMathError/Audit/canary(squaredNorm:)``, ``FLMathError/Audit/variance(found:)``.
  public static func mean(
    canarySquaredNorm: Double, otherMean: Double = 0, variance: Double
  ) throws(FLMathError) -> MembershipScore {
    try MembershipScore(
      canarySquaredNorm: canarySquaredNorm, otherMean: otherMean, dimension: 0,
      memberVariance: variance, otherVariance: variance)
  }

  /// The ratio of N(canary, (others + 1) v I) and N(0, others v I): a client that is not there takes its
  /// share of the noise, of variance v, with it. It uses the mean and the squared norm of the sum.
  ///
  /// - Parameters:
  ///   - others: the number of the other clients, at least 1.
  ///   - shareVariance: of one client's noise on one coordinate.
  ///   - dimension: the number of coordinates, padding included.
  /// - Throws: ``FLMathError/Audit/canary(squaredNorm:)``, ``FLMathError/Audit/variance(found:)``.
  public static func variance(
    canarySquaredNorm: Double, others: Int, shareVariance: Double, dimension: Int
  ) throws(FLMathError) -> MembershipScore {
    try MembershipScore(
      canarySquaredNorm: canarySquaredNorm, otherMean: 0, dimension: dimension,
      memberVariance: Double(others) * shareVariance + shareVariance,
      otherVariance: Double(others) * shareVariance)
  }

  private init(
    canarySquaredNorm square: Double, otherMean: Double, dimension: Int, memberVariance: Double,
    otherVariance: Double
  ) throws(FLMathError) {
    guard square > 0, square.isFinite else { throw .audit(.canary(squaredNorm: square)) }
    for variance in [memberVariance, otherVariance] {
      guard variance > 0, variance.isFinite else { throw .audit(.variance(found: variance)) }
    }
    constant =
      -Double(dimension) / 2 * Double.log(memberVariance / otherVariance)
      - square / (2 * memberVariance) + otherMean * otherMean * square / (2 * otherVariance)
    perProjection = 1 / memberVariance - otherMean / otherVariance
    perSquare = 1 / (2 * otherVariance) - 1 / (2 * memberVariance)
  }

  /// The score of a sum: higher where the canary is more likely in it.
  ///
  /// - Parameters:
  ///   - projection: the inner product of the sum and the canary.
  ///   - squaredNorm: the squared norm of the sum; it does not matter to a score of the mean.
  public func score(projection: Double, squaredNorm: Double) -> Double {
    constant + perProjection * projection + (perSquare == 0 ? 0 : perSquare * squaredNorm)
  }

  /// The score of a sum.
  ///
  /// - Precondition: `sum` and `canary` have one length.
  public func score(of sum: [Double], canary: [Double]) -> Double {
    precondition(sum.count == canary.count, "sum and canary differ in length")
    var (projection, square) = (0.0, 0.0)
    for index in sum.indices {
      projection += sum[index] * canary[index]
      square += sum[index] * sum[index]
    }
    return score(projection: projection, squaredNorm: square)
  }
}

extension FLMathError {
  /// Why a privacy audit has no answer.
  public enum Audit: Hashable, Sendable, CustomStringConvertible {
    /// The confidence is not strictly between 0 and 1.
    case confidence(found: Double)
    /// The delta of the claim is not from 0 to 1, 1 excluded.
    case delta(found: Double)
    /// The epsilon of the claim is not a finite number of at least 0.
    case epsilon(found: Double)
    /// A count of successes is negative or above the number of trials, or there are no trials.
    case counts(successes: Int, trials: Int)
    /// A sample has fewer than `atLeast` scores. One half of each sample chooses the threshold.
    case tooFewScores(found: Int, atLeast: Int)
    /// A score is NaN or infinite.
    case nonFiniteScore(index: Int, found: Double)
    /// A variance of the noise is not a finite number above 0.
    case variance(found: Double)
    /// The canary has no finite norm above 0.
    case canary(squaredNorm: Double)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .confidence(let found):
        "Expected a confidence above 0 and below 1, got \(found); 0.95 is usual."
      case .delta(let found):
        "Expected a delta of at least 0 and below 1, got \(found); use that of the claim."
      case .epsilon(let found):
        "Expected a finite epsilon of at least 0, got \(found); use that of the claim."
      case .counts(let successes, let trials):
        "Expected from 0 to \(trials) successes in at least 1 trial, got \(successes); check how they are "
          + "counted."
      case .tooFewScores(let found, let least):
        "Expected at least \(least) scores with the canary and without, got \(found); run more trials."
      case .nonFiniteScore(let index, let found):
        "Expected finite scores, but the one at index \(index) is \(found); check the attack."
      case .variance(let found):
        "Expected a finite variance above 0, got \(found); check the noise."
      case .canary(let squaredNorm):
        "Expected a canary with a finite squared norm above 0, got \(squaredNorm); use one as long as the "
          + "clipping bound."
      }
    }
  }
}

extension FLMathError.Audit {
  static func requireConfidence(_ confidence: Double) throws(FLMathError) {
    guard confidence > 0, confidence < 1 else { throw .audit(.confidence(found: confidence)) }
  }

  static func requireDelta(_ delta: Double) throws(FLMathError) {
    guard delta >= 0, delta < 1 else { throw .audit(.delta(found: delta)) }
  }

  static func requireCounts(_ successes: Int, of trials: Int) throws(FLMathError) {
    guard trials >= 1, successes >= 0, successes <= trials else {
      throw .audit(.counts(successes: successes, trials: trials))
    }
  }
}
