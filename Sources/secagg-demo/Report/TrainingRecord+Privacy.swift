import FLMath
import SecAgg

extension TrainingRecord {
  /// The noise of a run and what it is good for.
  struct Privacy: Codable, Sendable, Equatable {
    /// Who adds the noise: "central", the server; "distributed", the clients.
    var mechanism: String
    /// The budget of the whole run.
    @FiniteOrNull var epsilon: Double
    @FiniteOrNull var delta: Double
    /// Largest Euclidean norm of an update, in model units.
    @FiniteOrNull var clip: Double
    /// The same after the last round; another number if it follows the norms.
    @FiniteOrNull var clipAtEnd: Double
    /// Standard deviation of the noise on the sum, in clips.
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
    /// How the clients of a round are chosen: "none", all of them.
    var sampling: String
    /// The accountant of the ledger.
    var accountant: String
    /// The epsilon of everything in the ledger at the end of the run.
    @FiniteOrNull var epsilonSpent: Double
    /// Why the run ended early: the next round would have exceeded the budget.
    @ExplicitNull var refusal: String?
  }
}

extension TrainingRecord.Privacy {
  /// What a plan says.
  init(_ plan: PrivacyPlan) {
    let (noise, survivingHonest): (String, Int?) =
      switch plan.noise {
      case .central: ("gaussian", nil)
      case .distributed(let averaging):
        (plan.settings.shares.rawValue, averaging.parameters.choice.survivingHonest)
      }
    self.init(
      mechanism: plan.settings.mechanism.rawValue, epsilon: plan.settings.epsilon,
      delta: plan.settings.delta, clip: plan.settings.clip, clipAtEnd: plan.settings.clip,
      noiseMultiplier: plan.noiseMultiplier, noise: noise, survivingHonest: survivingHonest,
      denominator: plan.denominator, relation: plan.settings.relation.rawValue,
      sampling: "none",
      accountant: plan.settings.shares == .skellam
        ? "Renyi divergences" : "privacy loss distribution",
      epsilonSpent: 0, refusal: nil)
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
