internal import RealModule

/// How often an attack said "member", of trials with the canary and of trials without it, and what that
/// says of epsilon.
///
/// Any attack on an (epsilon, delta)-differentially private mechanism has
/// TPR <= exp(epsilon) FPR + delta and TNR <= exp(epsilon) FNR + delta (Kairouz, Oh and Viswanath 2015,
/// "The Composition Theorem for Differential Privacy", section 2). With bounds of the rates, that is a lower
/// bound of epsilon (Jagielski, Ullman and Oprea 2020, "Auditing Differentially Private Machine Learning").
public struct AttackCounts: Sendable, Hashable {
  /// Trials with the canary in which the attack said so.
  public let truePositives: Int
  /// Trials with the canary.
  public let members: Int
  /// Trials without the canary in which the attack said that it was there.
  public let falsePositives: Int
  /// Trials without the canary.
  public let nonMembers: Int

  /// - Throws: ``FLMathError/Audit/counts(successes:trials:)``.
  public init(
    truePositives: Int, members: Int, falsePositives: Int, nonMembers: Int
  ) throws(FLMathError) {
    try FLMathError.Audit.requireCounts(truePositives, of: members)
    try FLMathError.Audit.requireCounts(falsePositives, of: nonMembers)
    self.truePositives = truePositives
    self.members = members
    self.falsePositives = falsePositives
    self.nonMembers = nonMembers
  }

  /// Returns an epsilon below which the mechanism is not (epsilon, `delta`)-differentially private, unless an event
  /// of probability 1 - `confidence` happened; 0 if the attack tells nothing.
  ///
  /// It assumes nothing of the mechanism. Each of the two rates takes half of the error.
  ///
  /// - Throws: ``FLMathError/Audit/delta(found:)``, ``FLMathError/Audit/confidence(found:)``.
  /// - Complexity: O(sqrt(trials)).
  public func epsilonLowerBound(
    delta: Double, confidence: Double
  ) throws(FLMathError) -> Double {
    try FLMathError.Audit.requireDelta(delta)
    return try lowerBound(of: .anyMechanism, delta: delta, confidence: confidence)
  }

  /// The same if the mechanism is as private as a Gaussian mechanism is, of whatever noise: the bounds of
  /// the rates give one of mu = sensitivity / standard deviation, and mu the epsilon at `delta` (Nasr et al.
  /// 2023, "Tight Auditing of Differentially Private Machine Learning", section 4.2).
  ///
  /// It is much larger, since such a mechanism is worst at rates that no audit can see. Use it only for
  /// Gaussian noise and for sums of discrete Gaussians, of one round or several.
  ///
  /// - Throws: ``FLMathError/Audit/delta(found:)`` unless delta is above 0,
  ///   ``FLMathError/Audit/confidence(found:)``.
  /// - Complexity: O(sqrt(trials)).
  public func gaussianEpsilonLowerBound(
    delta: Double, confidence: Double
  ) throws(FLMathError) -> Double {
    guard delta > 0, delta < 1 else { throw .audit(.delta(found: delta)) }
    return try lowerBound(of: .gaussian, delta: delta, confidence: confidence)
  }

  private func lowerBound(
    of family: ThresholdAudit.Family, delta: Double, confidence: Double
  ) throws(FLMathError) -> Double {
    try FLMathError.Audit.requireConfidence(confidence)
    let strength = strength(family, delta: delta, error: (1 - confidence) / 2)
    return family.epsilon(strength: strength, delta: delta)
  }

  /// What the rates show, each bounded with the given error: epsilon for any mechanism, mu for a Gaussian
  /// one.
  ///
  /// With the answers exchanged, a lower bound of TPR is an upper one of FNR, so that both inequalities rest
  /// on the same two bounds.
  ///
  /// - Parameter tolerance: the relative precision of the bounds.
  func strength(
    _ family: ThresholdAudit.Family, delta: Double, error: Double,
    tolerance: Double = ClopperPearson.tolerance
  ) -> Double {
    let least = ClopperPearson.lower(
      truePositives, of: members, error: error, tolerance: tolerance)
    let most = ClopperPearson.upper(
      falsePositives, of: nonMembers, error: error, tolerance: tolerance)
    switch family {
    case .anyMechanism:
      func epsilon(_ right: Double, _ wrong: Double) -> Double {
        right > delta && wrong > 0 ? Double.log((right - delta) / wrong) : 0
      }
      return max(0, epsilon(least, most), epsilon(1 - most, 1 - least))
    case .gaussian:
      guard least > 0, most < 1 else { return 0 }
      return max(0, Self.quantile(upper: most) - Self.quantile(upper: least))
    }
  }

  /// The x for which a standard normal number is above x with this probability.
  private static func quantile(upper probability: Double) -> Double {
    if probability < 0.5 { return NormalTail.quantile(upper: probability) }
    if probability > 0.5 { return -NormalTail.quantile(upper: 1 - probability) }
    return 0
  }
}

/// Exact confidence bounds for the probability of a success (Clopper and Pearson 1934, "The Use of
/// Confidence or Fiducial Limits Illustrated in the Case of the Binomial").
///
/// They are conservative: for every true probability, a bound is wrong with a probability of at most `error`.
/// Complexity of each: O(sqrt(trials)).
enum ClopperPearson {
  /// A lower bound of the true probability: the p with P(Binomial(trials, p) >= successes) = `error`, or 0 without
  /// successes.
  static func lower(
    _ successes: Int, of trials: Int, error: Double, tolerance: Double = tolerance
  ) -> Double {
    guard successes > 0 else { return 0 }
    let reached = MonotoneSearch.smallest(
      above: 0x1p-200, below: 1 - 0x1p-53, tolerance: tolerance
    ) { BinomialTail(trials: trials, success: $0).atLeast(successes) >= error }
    // The search ends above the bound; a lower bound must not.
    return reached * (1 - tolerance)
  }

  /// An upper bound of the true probability: the p with P(Binomial(trials, p) <= successes) = `error`, or 1
  /// without failures.
  static func upper(
    _ successes: Int, of trials: Int, error: Double, tolerance: Double = tolerance
  ) -> Double {
    guard successes < trials else { return 1 }
    return min(
      1,
      MonotoneSearch.smallest(
        above: 0x1p-200, below: 1 - 0x1p-53, tolerance: tolerance
      ) { BinomialTail(trials: trials, success: $0).atMost(successes) <= error })
  }

  /// The relative precision of a bound.
  static let tolerance = 0x1p-44
}
