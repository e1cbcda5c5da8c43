import FLMath
import SecAgg

/// How much noise a training adds, and what its rounds cost.
struct PrivacyPlan: Sendable {
  /// Who adds the noise, and with what.
  enum Noise: Sendable {
    case central
    case distributed(PrivateFedAvg)
  }

  let settings: PrivacySettings
  let noise: Noise
  /// The standard deviation of the noise on the sum, in clipping bounds. Of distributed noise only
  /// what clients add that are sure to be honest and in the sum.
  let noiseMultiplier: Double
  /// What one round costs.
  let event: PrivacyEvent
  /// What the noisy sum is divided by: the number of contributors that is expected, which is public.
  let denominator: Double

  /// Finds the least noise for the rounds of a training, unless it is given.
  ///
  /// - Throws: `PrivacyAccountingError`, `PrivacyParameterError`, `PrivateFedAvgError`.
  init(_ settings: PrivacySettings, of training: TrainingSettings, parameterCount: Int) throws {
    self.settings = settings
    // A hair less than the budget: rounds are added up one by one, and a rounding must not refuse the
    // last.
    let (epsilon, delta) = (settings.epsilon * (1 - 1e-9), settings.delta)
    let rounds = training.rounds
    switch settings.mechanism {
    case .central:
      noiseMultiplier =
        try settings.noiseMultiplier
        ?? NoiseCalibration.noiseMultiplier(
          epsilon: epsilon, delta: delta, accountant: Self.lossAccountant()
        ) { multiplier throws(PrivacyParameterError) in
          [try Self.gaussian(multiplier, rounds: rounds)]
        }
      noise = .central
      event = try Self.gaussian(noiseMultiplier, rounds: 1)
      denominator = max(1, training.expectedContributors)
    case .distributed:
      let shared = Self.shared(settings, training: training, parameterCount: parameterCount)
      // What is impossible whatever the noise is found out here.
      _ = try PrivateFedAvg(shared)
      noiseMultiplier =
        try settings.noiseMultiplier
        ?? NoiseCalibration.noiseMultiplier(
          epsilon: epsilon, delta: delta, accountant: Self.divergenceAccountant()
        ) { multiplier throws(PrivacyParameterError) in
          [try Self.distributed(shared, noiseMultiplier: multiplier, rounds: rounds)]
        }
      var calibrated = shared
      calibrated.noiseMultiplier = noiseMultiplier
      let averaging = try PrivateFedAvg(calibrated)
      noise = .distributed(averaging)
      event = try averaging.event(rounds: 1)
      denominator = Double(calibrated.expectedContributors)
    }
  }

  /// The accountant that has the best answer for the events.
  func accountant() throws(PrivacyAccountingError) -> any PrivacyAccountant {
    switch noise {
    case .central: try Self.lossAccountant()
    case .distributed: try Self.divergenceAccountant()
    }
  }

  /// Exact for Gaussian noise.
  private static func lossAccountant() throws(PrivacyAccountingError) -> PrivacyLossAccountant {
    try PrivacyLossAccountant(relation: PrivacySettings.relation)
  }

  /// Has a bound for discrete noise.
  private static func divergenceAccountant() throws(PrivacyAccountingError) -> RenyiAccountant {
    try RenyiAccountant(relation: PrivacySettings.relation)
  }

  private static func gaussian(
    _ noiseMultiplier: Double, rounds: Int
  ) throws(PrivacyParameterError) -> PrivacyEvent {
    try PrivacyEvent(
      .gaussian(noiseMultiplier: noiseMultiplier), sampling: PrivacySettings.sampling,
      repetitions: rounds)
  }

  private static func distributed(
    _ shared: PrivateFedAvg.Settings, noiseMultiplier: Double, rounds: Int
  ) throws(PrivacyParameterError) -> PrivacyEvent {
    var settings = shared
    settings.noiseMultiplier = noiseMultiplier
    do throws(PrivateFedAvgError) {
      return try PrivateFedAvg(settings).event(rounds: rounds)
    } catch {
      guard case .parameters(let reason) = error else {
        throw .outOfRange(.noiseMultiplier, found: noiseMultiplier)
      }
      throw reason
    }
  }

  /// What clients and server agree on, the noise multiplier apart.
  private static func shared(
    _ settings: PrivacySettings, training: TrainingSettings, parameterCount: Int
  ) -> PrivateFedAvg.Settings {
    PrivateFedAvg.Settings(
      parameterCount: parameterCount, clippingBound: settings.clip, noise: .discreteGaussian,
      noiseMultiplier: settings.noiseMultiplier ?? 1, bits: training.minimumValueBits,
      cohortSize: training.clients, minimumContributors: training.minimumContributors,
      corruptFraction: settings.corruptFraction, relation: PrivacySettings.relation,
      sampling: PrivacySettings.sampling,
      expectedContributors: max(1, Int(training.expectedContributors.rounded())))
  }
}
