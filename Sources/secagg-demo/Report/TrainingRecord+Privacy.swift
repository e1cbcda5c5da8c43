import FLMath
import Foundation
import SecAgg

extension TrainingRecord {
  /// The noise of a run and what it is good for.
  struct Privacy: Codable, Sendable, Equatable {
    /// Who adds the noise: "central", the server; "distributed", the clients; "correlated", the server, which
    /// takes a part of it back in later rounds.
    var mechanism: String
    /// The budget of the whole run.
    @FiniteOrNull var epsilon: Double
    @FiniteOrNull var delta: Double
    /// Largest Euclidean norm of an update, in model units.
    @FiniteOrNull var clip: Double
    /// The same after the last round; another number if it follows the norms.
    @FiniteOrNull var clipAtEnd: Double
    /// Standard deviation of the noise on the sum, in clips; of correlated noise that of the whole training, in
    /// sensitivities.
    @FiniteOrNull var noiseMultiplier: Double
    /// The distribution of the noise: "gaussian", "discreteGaussian" or "skellam".
    var noise: String
    /// The clients whose shares of distributed noise have that deviation together: those that are sure
    /// to be honest and in the sum. Nil for central noise.
    @ExplicitNull var survivingHonest: Int?
    /// What the noisy sum is divided by.
    @FiniteOrNull var denominator: Double
    /// What neighbouring data sets differ in: "addOrRemove", one client more or less, for central noise;
    /// "zeroOut", the update of one client or 0 in its place, for distributed noise.
    var relation: String
    /// How the clients of a round are chosen at random: "none".
    var sampling: String
    /// The accountant of the ledger.
    var accountant: String
    /// The epsilon of everything in the ledger at the end of the run.
    @FiniteOrNull var epsilonSpent: Double
    /// The least type II error of an adversary for some type I errors, for everything in the ledger at the end of
    /// the run: how often it misses that a client's update was used, and how often it says so wrongly.
    var tradeOff: [TradeOffPoint]
    /// Why the run ended early: the next round would have exceeded the budget.
    @ExplicitNull var refusal: String?
  }

  /// The two errors of an adversary.
  struct TradeOffPoint: Codable, Sendable, Equatable {
    @FiniteOrNull var typeIError: Double
    @FiniteOrNull var typeIIError: Double
  }
}

extension TrainingRecord.Privacy {
  /// What a plan says.
  init(_ plan: PrivacyPlan) {
    let (noise, survivingHonest): (String, Int?) =
      switch plan.noise {
      case .central, .correlated: ("gaussian", nil)
      case .distributed(let averaging):
        (plan.settings.shares.rawValue, averaging.parameters.choice.survivingHonest)
      }
    self.init(
      mechanism: plan.settings.mechanism.rawValue, epsilon: plan.settings.epsilon,
      delta: plan.settings.delta, clip: plan.settings.clip, clipAtEnd: plan.settings.clip,
      noiseMultiplier: plan.noiseMultiplier, noise: noise, survivingHonest: survivingHonest,
      denominator: plan.denominator, relation: plan.settings.relation.rawValue,
      sampling: "none",
      accountant: "privacy loss distribution",
      epsilonSpent: 0, tradeOff: [], refusal: nil)
  }

  /// How much of the budget is spent, in one sentence.
  var spending: String {
    "Epsilon \(DecimalText.fixed(epsilonSpent, decimals: 3)) of "
      + "\(DecimalText.significant(epsilon)) is spent, at delta \(delta)."
  }

  /// Against whom the guarantee holds, and who has to be trusted with the noise.
  var trust: String {
    guard let survivingHonest else {
      return
        "It holds against everybody who sees the models; the server, which adds the noise, sees"
        + " the sums without it."
    }
    return "It holds against the server as well, which gets nothing but noisy sums, if at least"
      + " \(DecimalText.integer(survivingHonest)) of the contributors add their shares of the noise."
  }
}

extension TrainingRecord.Privacy {
  /// Points of a curve, on the logarithmic axis of false alarms from 0.1 % to 100 %.
  static func tradeOffPoints(
    of curve: TradeOffCurve
  ) throws(PrivacyParameterError) -> [TrainingRecord.TradeOffPoint] {
    var points: [TrainingRecord.TradeOffPoint] = []
    for step in 0...90 {
      let typeIError = step == 90 ? 1 : pow(10, Double(step) / 30 - 3)
      points.append(
        TrainingRecord.TradeOffPoint(
          typeIError: typeIError, typeIIError: try curve.typeIIError(typeIError: typeIError)))
    }
    return points
  }
}
