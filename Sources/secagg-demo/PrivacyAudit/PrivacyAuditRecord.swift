import Foundation

/// What an audit of the privacy of releases found. The entries are what `--json` writes, as a list.
struct PrivacyAuditRecord: Sendable {
  /// What all entries have in common.
  struct Settings: Sendable {
    var epsilon: Double
    var delta: Double
    var clients: Int
    var parameters: Int
    var rounds: Int
    /// Trials with the canary, and as many without.
    var trials: Int
    /// The probability with which all bounds hold together, at least.
    var confidence: Double
    var assumption: AuditAssumption
    var seed: UInt64
  }

  /// A point of the curve of an attack: shares of the trials.
  struct Rates: Encodable, Sendable {
    @FiniteOrNull var falsePositives: Double
    @FiniteOrNull var truePositives: Double
  }

  /// One mechanism under one relation.
  struct Entry: Encodable, Sendable {
    var mechanism: AuditedMechanism
    /// What neighbouring runs differ in.
    var relation: String
    var rounds: Int
    /// Canaries of an audit of one run; nil for an audit of many.
    @ExplicitNull var canaries: Int?
    @FiniteOrNull var claimedEpsilon: Double
    @FiniteOrNull var delta: Double
    /// Epsilon is not less, whatever the mechanism.
    @FiniteOrNull var epsilonLowerBound: Double
    /// Epsilon is not less if the mechanism is a Gaussian one; nil if it is not.
    @ExplicitNull var gaussianEpsilonLowerBound: Double?
    /// The probability with which one bound holds, at least.
    @FiniteOrNull var confidence: Double
    /// True positives at 1 % of false ones; nil for an audit of one run.
    @ExplicitNull var truePositivesAtOnePercent: Double?
    /// The curve of the attack, over all trials; empty for an audit of one run.
    var curve: [Rates]

    /// Whether a bound is above the claim, which is false then.
    var exceedsClaim: Bool {
      max(epsilonLowerBound, gaussianEpsilonLowerBound ?? 0) > claimedEpsilon
    }
  }

  var settings: Settings
  var entries: [Entry]
  /// Whether a secure session released exactly the sum that was audited.
  var sessionEqualsSum: Bool
  var seconds: Double

  /// The most true positives that a claim allows at a share of false ones.
  static func allowedTruePositives(at falsePositives: Double, epsilon: Double, delta: Double)
    -> Double
  {
    let factor = exp(epsilon)
    return min(
      1, factor * falsePositives + delta, 1 - (1 - delta - falsePositives) / factor)
  }
}
