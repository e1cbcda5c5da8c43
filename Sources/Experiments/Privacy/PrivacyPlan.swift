package import FLMath
import FLReport
import SecAgg

/// The settings of a training with differential privacy.
package struct PrivacySettings: Sendable {
  /// The party that adds the noise.
  package enum Mechanism: String, Sendable, CaseIterable {
    /// The server, to the sum.
    case central
    /// Every client, a share of it to its update.
    case distributed
    /// The server, to the sum, and takes back a part of it with the sums that follow.
    case correlated

    /// Whether the server adds the noise.
    package var isCentral: Bool { self != .distributed }
  }

  package var mechanism: Mechanism
  package var epsilon: Double
  package var delta: Double
  /// The largest Euclidean norm of an update.
  package var clip: Double
  /// Which part of the norms shall be within the clip, which then follows them from round to round; nil
  /// for one that stays. For distributed noise.
  package var quantile: Double? = nil
  /// The distribution of the clients' shares of distributed noise.
  var shares: DistributedNoiseParameters.Noise = .discreteGaussian
  /// The noise in clipping bounds; nil for the least with which all rounds stay within the budget.
  var noiseMultiplier: Double? = nil
  /// Which part of the clients may leave out its share of distributed noise, or give it away.
  var corruptFraction = 0.0
  /// Where the ledger is; nil for one that is deleted with the run.
  var ledger: String? = nil
  var noise: NoiseSource = .system

  package init(
    mechanism: Mechanism, epsilon: Double, delta: Double, clip: Double, quantile: Double? = nil,
    shares: DistributedNoiseParameters.Noise = .discreteGaussian, noiseMultiplier: Double? = nil,
    corruptFraction: Double = 0.0, ledger: String? = nil, noise: NoiseSource = .system
  ) {
    self.mechanism = mechanism
    self.epsilon = epsilon
    self.delta = delta
    self.clip = clip
    self.quantile = quantile
    self.shares = shares
    self.noiseMultiplier = noiseMultiplier
    self.corruptFraction = corruptFraction
    self.ledger = ledger
    self.noise = noise
  }

  /// The neighbouring relation of the figures. The server's noise does not depend on the clients. A client that does not
  /// take part takes its share of distributed noise with it, so that noise hides the update only.
  var relation: NeighbouringRelation {
    switch mechanism {
    case .central, .correlated: .addOrRemove
    case .distributed: .zeroOut
    }
  }
  /// Clients are not chosen at random. All clients take part in every round, or cohorts take turns.
  static let sampling = SamplingScheme.none
}

/// The source of the randomness of privacy noise.
package enum NoiseSource: Sendable {
  /// The system's cryptographic generator, so the noise cannot be removed.
  case system
  /// The simulation's seed, so that a figure can be repeated. Anyone with the seed can remove the noise.
  case seed

  /// The generator of a round.
  func generator(seeds: SimulationSeeds, round: Int) -> any RandomNumberGenerator {
    switch self {
    case .system: SystemRandomNumberGenerator()
    case .seed: seeds.generator(.noise, round: round)
    }
  }
}

/// The amount of noise of a training, and the privacy cost of its rounds.
package struct PrivacyPlan: Sendable {
  /// The party that adds the noise, and the mechanism.
  enum Noise: Sendable {
    case central
    case distributed(PrivateFedAvg)
    case correlated(NoiseStrategy, rounds: Int, ParticipationRule)
  }

  let settings: PrivacySettings
  let noise: Noise
  /// The standard deviation of the noise on the sum, in clipping bounds. Of distributed noise only
  /// what clients add that are sure to be honest and in the sum.
  /// Of correlated noise that of the whole training, in sensitivities.
  let noiseMultiplier: Double
  /// What the noisy sum is divided by: the number of contributors that is expected, which is public.
  let denominator: Double

  /// Finds the least noise for the rounds of a training, unless it is given.
  ///
  /// - Throws: `FLMathError`, `PrivateFedAvgError`.
  init(_ settings: PrivacySettings, of training: TrainingSettings, parameterCount: Int) throws {
    self.settings = settings
    // Slightly less than the budget, so that a rounding error in the sum of the rounds does not reject the last one.
    let (epsilon, delta) = (settings.epsilon * (1 - 1e-9), settings.delta)
    // The number of sums with one client. Clients are not sampled.
    let rounds = training.participations
    switch settings.mechanism {
    case .central:
      noiseMultiplier =
        try settings.noiseMultiplier
        ?? NoiseCalibration.noiseMultiplier(
          epsilon: epsilon, delta: delta, accountant: Self.accountant(settings)
        ) { multiplier throws(FLMathError) in
          [try Self.gaussian(multiplier, rounds: rounds)]
        }
      noise = .central
      denominator = max(1, training.expectedContributors)
    case .correlated:
      noiseMultiplier =
        try settings.noiseMultiplier
        ?? NoiseCalibration.noiseMultiplier(
          epsilon: epsilon, delta: delta, accountant: Self.accountant(settings)
        ) { multiplier throws(FLMathError) in
          [try Self.gaussian(multiplier, rounds: 1)]
        }
      let participation = try ParticipationRule(
        maximum: training.participations, minimumSeparation: training.turns)
      // More bands would take longer than a few seconds to find.
      let affordable = (Double(1 << 20) / Double(training.rounds)).squareRoot()
      let strategy = try BandedStrategy.optimal(
        bands: min(training.turns, training.rounds, Int(affordable)), rounds: training.rounds,
        participation: participation, error: .largest)
      noise = .correlated(.banded(strategy), rounds: training.rounds, participation)
      denominator = max(1, training.expectedContributors)
    case .distributed:
      let shared = Self.shared(settings, training: training, parameterCount: parameterCount)
      // Finds settings that are impossible with any noise.
      _ = try PrivateFedAvg(Self.with(shared.noiseMultiplier, shared))
      let whole: Double
      if let given = settings.noiseMultiplier {
        whole = given
      } else {
        func events(_ multiplier: Double) throws(FLMathError) -> [PrivacyEvent] {
          [try Self.distributed(shared, noiseMultiplier: multiplier, rounds: rounds)]
        }
        whole = try NoiseCalibration.noiseMultiplier(
          epsilon: epsilon, delta: delta, accountant: Self.accountant(settings), events: events)
      }
      let averaging = try PrivateFedAvg(Self.with(whole, shared))
      noise = .distributed(averaging)
      noiseMultiplier =
        try averaging.settings.clipBitDeviation.map {
          try AdaptiveClipping.updateNoiseMultiplier(
            noiseMultiplier: whole, countStandardDeviation: $0)
        } ?? whole
      denominator = Double(averaging.settings.expectedContributors)
    }
  }

  /// Whether the first round pays for all.
  var paysAtOnce: Bool {
    if case .correlated = noise { true } else { false }
  }

  /// The accountant of the ledger.
  func accountant() throws(FLMathError) -> PrivacyLossAccountant {
    try Self.accountant(settings)
  }

  /// Exact for Gaussian noise, and slightly pessimistic for noise that clients share.
  private static func accountant(
    _ settings: PrivacySettings
  ) throws(FLMathError) -> PrivacyLossAccountant {
    try PrivacyLossAccountant(relation: settings.relation)
  }

  /// What rounds with the server's Gaussian noise cost.
  static func gaussian(
    _ noiseMultiplier: Double, rounds: Int
  ) throws(FLMathError) -> PrivacyEvent {
    try PrivacyEvent(
      .gaussian(noiseMultiplier: noiseMultiplier), relation: .addOrRemove,
      sampling: PrivacySettings.sampling, repetitions: rounds)
  }

  private static func distributed(
    _ shared: PrivateFedAvg.Settings, noiseMultiplier: Double, rounds: Int
  ) throws(FLMathError) -> PrivacyEvent {
    do throws(PrivateFedAvgError) {
      return try PrivateFedAvg(with(noiseMultiplier, shared)).event(rounds: rounds)
    } catch {
      guard case .parameters(let reason) = error else {
        throw .privacy(.outOfRange(.noiseMultiplier, found: noiseMultiplier))
      }
      throw reason
    }
  }

  /// The settings with a noise multiplier. Clip bits take a share of it: their sum has a standard deviation of a
  /// twentieth of the contributors, as in Andrew et al. 2021, or, if that is larger, of the multiplier, which gives
  /// the updates a sixth more noise.
  private static func with(
    _ noiseMultiplier: Double, _ shared: PrivateFedAvg.Settings
  ) -> PrivateFedAvg.Settings {
    var settings = shared
    settings.noiseMultiplier = noiseMultiplier
    if settings.clipBitDeviation != nil {
      settings.clipBitDeviation = max(
        Double(settings.expectedContributors) / 20, noiseMultiplier)
    }
    return settings
  }

  /// The settings that clients and server agree on, without the noise multiplier.
  private static func shared(
    _ settings: PrivacySettings, training: TrainingSettings, parameterCount: Int
  ) -> PrivateFedAvg.Settings {
    PrivateFedAvg.Settings(
      parameterCount: parameterCount, clippingBound: settings.clip, noise: settings.shares,
      noiseMultiplier: settings.noiseMultiplier ?? 1, bits: training.minimumValueBits,
      cohortSize: training.clients, minimumContributors: training.minimumContributors,
      corruptFraction: settings.corruptFraction, relation: settings.relation,
      sampling: PrivacySettings.sampling,
      expectedContributors: max(1, Int(training.expectedContributors.rounded())),
      // Only whether there are clip bits matters here: see `with`.
      clipBitDeviation: settings.quantile.map { _ in .greatestFiniteMagnitude })
  }
}

extension PrivacyPlan {
  /// The plan as text for a terminal.
  package var text: String {
    let who =
      switch noise {
      case .central, .correlated: "the server adds noise of "
      case .distributed(let averaging):
        "the clients add \(settings.shares == .skellam ? "Skellam noise" : "noise"), the \(averaging.parameters.choice.survivingHonest) that are sure "
          + "to be honest and in the sum "
      }
    let clip =
      DecimalText.significant(settings.clip)
      + (settings.quantile.map {
        " at first, then to what \(Quantity.percent($0)) of them are within"
      } ?? "")
    let amount = DecimalText.significant(noiseMultiplier)
    let noise =
      paysAtOnce
      ? "\(amount) sensitivities to the whole training, correlated over its rounds"
      : "\(amount) clips in all"
    return "Differential privacy: \(who)\(noise);\n"
      + "updates are clipped to a norm of \(clip); budget epsilon "
      + "\(DecimalText.significant(settings.epsilon)) at delta \(settings.delta), for \(protected)"
  }

  /// The difference of neighbouring data sets.
  private var protected: String {
    switch settings.relation {
    case .addOrRemove: "one client more or less"
    case .zeroOut: "what one participant contributes"
    case .replace: "another client in one's place"
    }
  }
}
