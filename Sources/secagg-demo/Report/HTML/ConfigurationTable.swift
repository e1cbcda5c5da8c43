import FLMath

/// The settings of the run: enough to repeat it.
struct ConfigurationTable {
  let configuration: TrainingRecord.Configuration
  let privacy: TrainingRecord.Privacy?

  /// The section as HTML.
  func html() -> String {
    let items = (settings + privacySettings).map { name, value in
      "<div><dt>\(XMLText.escaped(name))</dt><dd>\(XMLText.escaped(value))</dd></div>"
    }
    return "<section>\n<h2>Configuration</h2>\n<dl class=\"settings\">\n"
      + items.joined(separator: "\n") + "\n</dl>\n</section>"
  }

  private var settings: [(name: String, value: String)] {
    let settings = configuration
    return [
      ("data", settings.data),
      ("training examples", DecimalText.integer(settings.trainingExamples)),
      ("test examples", DecimalText.integer(settings.testExamples)),
      ("split over clients", settings.partition),
      ("model", settings.model),
      ("parameters", DecimalText.integer(settings.parameterCount)),
      ("clients of a round", DecimalText.integer(settings.clients)),
      ("cohorts that take turns", DecimalText.integer(settings.turns)),
      ("rounds requested", DecimalText.integer(settings.roundsRequested)),
      ("dropout at each of 3 points", Quantity.percent(settings.dropout)),
      ("local epochs", DecimalText.integer(settings.localEpochs)),
      ("batch size", DecimalText.integer(settings.batchSize)),
      ("learning rate", DecimalText.significant(settings.learningRate)),
      ("threat model", settings.threatModel),
      ("graph of neighbours", settings.graph),
      ("neighbours per client", DecimalText.integer(settings.degree)),
      ("threshold (shares)", DecimalText.integer(settings.threshold)),
      ("fewest contributors", DecimalText.integer(settings.minimumContributors)),
      ("bits per value", DecimalText.integer(settings.valueBits)),
      ("bits per lane", DecimalText.integer(settings.laneBits)),
      ("lanes per word", DecimalText.integer(settings.lanesPerWord)),
      ("clipping bound (model units)", DecimalText.significant(settings.clippingBound)),
      ("seed", String(settings.seed)),
    ]
  }

  private var privacySettings: [(name: String, value: String)] {
    guard let privacy else { return [("differential privacy", "none")] }
    return [
      ("who adds noise", privacy.mechanism),
      ("budget, epsilon", DecimalText.significant(privacy.epsilon)),
      ("budget, delta", String(privacy.delta)),
      ("distribution of the noise", Self.words(for: privacy.noise)),
      ("noise (standard deviation, clips)", DecimalText.significant(privacy.noiseMultiplier)),
      (
        "of so many honest clients",
        privacy.survivingHonest.map(DecimalText.integer) ?? DecimalText.missing
      ),
      ("noisy sum is divided by", DecimalText.significant(privacy.denominator)),
      (
        "clip after the last round",
        privacy.clipAtEnd == privacy.clip ? "the same" : DecimalText.significant(privacy.clipAtEnd)
      ),
      ("neighbouring relation", privacy.relation),
      ("sampling of clients", privacy.sampling),
      ("accountant", privacy.accountant),
    ]
  }

  private static func words(for noise: String) -> String {
    switch DistributedNoiseParameters.Noise(rawValue: noise) {
    case .discreteGaussian: "discrete Gaussian"
    case .skellam: "Skellam"
    case nil: "Gaussian"
    }
  }
}
