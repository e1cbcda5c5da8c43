/// Why a privacy audit has no answer.
public enum PrivacyAuditError: Error, Hashable, Sendable, CustomStringConvertible {
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

extension PrivacyAuditError {
  static func requireConfidence(_ confidence: Double) throws(PrivacyAuditError) {
    guard confidence > 0, confidence < 1 else { throw .confidence(found: confidence) }
  }

  static func requireDelta(_ delta: Double) throws(PrivacyAuditError) {
    guard delta >= 0, delta < 1 else { throw .delta(found: delta) }
  }

  static func requireCounts(_ successes: Int, of trials: Int) throws(PrivacyAuditError) {
    guard trials >= 1, successes >= 0, successes <= trials else {
      throw .counts(successes: successes, trials: trials)
    }
  }
}
