import ArgumentParser
import Experiments
import FLMath

extension PrivacySettings.Mechanism: ExpressibleByArgument {}

/// The distribution of the clients' shares, by its name on the command line.
enum NoiseShareOption: String, ExpressibleByArgument, CaseIterable {
  case discreteGaussian = "discrete-gaussian"
  case skellam

  var noise: DistributedNoiseParameters.Noise {
    switch self {
    case .discreteGaussian: .discreteGaussian
    case .skellam: .skellam
    }
  }
}

/// The options of a training with differential privacy.
struct PrivacyOptions: ParsableArguments {
  @Option(
    help: """
      Who adds noise: central (the server, to the sum), correlated (the server, noise that partly cancels in later \
      rounds; for --turns) or distributed (every client, a share). Without it nobody does.
      """)
  var dp: PrivacySettings.Mechanism?

  @Option(help: "Budget of the whole training. (default: 8)")
  var epsilon: Double?

  @Option(help: "Probability with which epsilon may not hold. (default: 1e-5)")
  var delta: Double?

  @Option(help: "Largest Euclidean norm of an update. (default: 1)")
  var clip: Double?

  @Option(
    help: """
      Noise on the sum, in clipping bounds, instead of the least with which all rounds stay within \
      the budget.
      """)
  var noiseMultiplier: Double?

  @Option(
    help: """
      Distribution of distributed noise: discrete-gaussian or skellam. (default: discrete-gaussian)
      """)
  var noise: NoiseShareOption?

  @Option(
    help: ArgumentHelp(
      """
      Part of the updates that shall not be clipped, such as 0.5: --clip then follows their norms, by \
      clip bits that take a share of the noise.
      """, valueName: "quantile"))
  var adaptiveClip: Double?

  @Option(help: "Part of the clients that may leave out its distributed noise. (default: 0)")
  var corruptFraction: Double?

  @Option(
    help: ArgumentHelp(
      "Where spending is recorded, and continued by another run.", valueName: "path"))
  var ledger: String?

  /// The settings, or nil if no noise was asked for.
  ///
  /// - Throws: `ValidationError`.
  func settings() throws -> PrivacySettings? {
    guard let dp else {
      let given: [(String, Bool)] = [
        ("--epsilon", epsilon != nil), ("--delta", delta != nil), ("--clip", clip != nil),
        ("--noise-multiplier", noiseMultiplier != nil), ("--ledger", ledger != nil),
        ("--corrupt-fraction", corruptFraction != nil), ("--noise", noise != nil),
        ("--adaptive-clip", adaptiveClip != nil),
      ]
      if let option = given.first(where: \.1)?.0 {
        throw ValidationError("\(option) belongs to --dp: say who adds the noise")
      }
      return nil
    }
    let settings = PrivacySettings(
      mechanism: dp, epsilon: epsilon ?? 8, delta: delta ?? 1e-5, clip: clip ?? 1,
      quantile: adaptiveClip, shares: noise?.noise ?? .discreteGaussian,
      noiseMultiplier: noiseMultiplier, corruptFraction: corruptFraction ?? 0, ledger: ledger)
    let distributed: [(String, Bool)] = [
      ("--corrupt-fraction", corruptFraction != nil), ("--noise", noise != nil),
      ("--adaptive-clip", adaptiveClip != nil),
    ]
    if dp.isCentral, let option = distributed.first(where: \.1)?.0 {
      throw ValidationError("\(option) belongs to --dp distributed")
    }
    try Self.check(settings)
    return settings
  }

  /// - Throws: `ValidationError` for a number out of its range.
  static func check(_ settings: PrivacySettings) throws {
    guard settings.epsilon > 0, settings.epsilon.isFinite else {
      throw ValidationError("--epsilon must be above 0, found \(settings.epsilon)")
    }
    guard settings.delta > 0, settings.delta < 1 else {
      throw ValidationError("--delta must be above 0 and below 1, found \(settings.delta)")
    }
    guard settings.clip > 0, settings.clip.isFinite else {
      throw ValidationError("--clip must be above 0, found \(settings.clip)")
    }
    if let quantile = settings.quantile, !(quantile > 0 && quantile < 1) {
      throw ValidationError("--adaptive-clip must be above 0 and below 1, found \(quantile)")
    }
  }
}
