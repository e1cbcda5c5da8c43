/// Exact confidence bounds for the probability of a success (Clopper and Pearson 1934, "The Use of
/// Confidence or Fiducial Limits Illustrated in the Case of the Binomial").
///
/// They are conservative: for every true probability, a bound is wrong with a probability of at most
/// 1 - `confidence`.
public enum ClopperPearson {
  /// Returns a number that the true probability is not below, with the given confidence: the p with
  /// P(Binomial(trials, p) >= successes) = 1 - confidence, or 0 without successes.
  ///
  /// - Throws: ``PrivacyAuditError/counts(successes:trials:)``, ``PrivacyAuditError/confidence(found:)``.
  /// - Complexity: O(sqrt(trials)).
  public static func lowerBound(
    successes: Int, trials: Int, confidence: Double
  ) throws(PrivacyAuditError) -> Double {
    try PrivacyAuditError.requireCounts(successes, of: trials)
    try PrivacyAuditError.requireConfidence(confidence)
    return lower(successes, of: trials, error: 1 - confidence)
  }

  /// Returns a number that the true probability is not above, with the given confidence: the p with
  /// P(Binomial(trials, p) <= successes) = 1 - confidence, or 1 without failures.
  ///
  /// - Throws: ``PrivacyAuditError/counts(successes:trials:)``, ``PrivacyAuditError/confidence(found:)``.
  /// - Complexity: O(sqrt(trials)).
  public static func upperBound(
    successes: Int, trials: Int, confidence: Double
  ) throws(PrivacyAuditError) -> Double {
    try PrivacyAuditError.requireCounts(successes, of: trials)
    try PrivacyAuditError.requireConfidence(confidence)
    return upper(successes, of: trials, error: 1 - confidence)
  }

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
