import FLMath
import FLRecords

/// How much noise a training adds, and what its rounds cost.
struct PrivacyPlan: Sendable {
  let settings: PrivacySettings
  /// The standard deviation of the noise on the sum, in sensitivities.
  let noiseMultiplier: Double
  /// What one round costs.
  let event: PrivacyEvent
  /// What the noisy sum is divided by.
  let denominator: Double

  /// Finds the least noise for the rounds, unless it is given.
  ///
  /// - Parameter expectedContributors: a public number; the sum is divided by it.
  /// - Throws: `PrivacyAccountingError`, `PrivacyParameterError`.
  init(_ settings: PrivacySettings, rounds: Int, expectedContributors: Double) throws {
    self.settings = settings
    denominator = max(1, expectedContributors)
    noiseMultiplier =
      try settings.noiseMultiplier
      ?? NoiseCalibration.noiseMultiplier(
        // A hair less than the budget: rounds are added up one by one, and a rounding must not
        // refuse the last.
        epsilon: settings.epsilon * (1 - 1e-9), delta: settings.delta,
        accountant: Self.accountant()
      ) { multiplier throws(PrivacyParameterError) in
        [try Self.event(noiseMultiplier: multiplier, rounds: rounds)]
      }
    event = try Self.event(noiseMultiplier: noiseMultiplier, rounds: 1)
  }

  private static func event(
    noiseMultiplier: Double, rounds: Int
  ) throws(PrivacyParameterError) -> PrivacyEvent {
    try PrivacyEvent(
      .gaussian(noiseMultiplier: noiseMultiplier), sampling: PrivacySettings.sampling,
      repetitions: rounds)
  }

  /// The accountant that has an exact answer for the event.
  static func accountant() throws(PrivacyAccountingError) -> PrivacyLossAccountant {
    try PrivacyLossAccountant(relation: PrivacySettings.relation)
  }

  /// What is going to be done, for a terminal.
  var text: String {
    "Differential privacy: \(settings.mechanism.rawValue) noise of "
      + "\(DecimalText.significant(noiseMultiplier)) clips on the sum, updates clipped to a norm of "
      + "\(DecimalText.significant(settings.clip));\nbudget epsilon "
      + "\(DecimalText.significant(settings.epsilon)) at delta \(settings.delta), for one client "
      + "more or less, all clients taking part"
  }
}
