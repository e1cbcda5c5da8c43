import FLMath
import FLReport

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

/// What an adversary can find out about one client from all models of a training with noise.
struct TradeOffSection {
  let privacy: TrainingRecord.Privacy?

  /// The section as HTML; nothing without noise or spending.
  func html() -> String {
    guard let privacy, !privacy.tradeOff.isEmpty, privacy.epsilonSpent > 0 else { return "" }
    let figure = Figure.html(
      title: "True against false positives of the best test, in per cent", identifier: "trade-off",
      summary: summary(of: privacy), plotHeight: 260, text: explanation(of: privacy)
    ) { frame in
      TradeOffChart(
        frame: frame,
        series: [
          .init(
            name: "a test that knows nothing", colour: .plain,
            points: privacy.tradeOff.map { ($0.typeIError, $0.typeIError) })
        ],
        claim: .init(
          name: "at the most, after this training", colour: .curve1,
          points: privacy.tradeOff.map { ($0.typeIError, 1 - $0.typeIIError) })
      ).rendered()
    }
    return "<section>\n<h2>What an adversary can find out</h2>\n" + figure + "</section>"
  }

  private func summary(of privacy: TrainingRecord.Privacy) -> String {
    let near = privacy.tradeOff.min { abs($0.typeIError - 0.01) < abs($1.typeIError - 0.01) }
    guard let near else { return "" }
    return "With 1 % of false positives, a test finds at most"
      + " \(Quantity.percent(1 - near.typeIIError)) of the clients."
  }

  private func explanation(of privacy: TrainingRecord.Privacy) -> String {
    let question =
      privacy.relation == "addOrRemove"
      ? "whether one client took part" : "whether one client sent its update or zeros"
    return
      "An adversary who sees the models of all rounds, and knows all other updates, tests \(question). "
      + "\(summary(of: privacy)) The curve is that of the whole ledger."
  }
}

/// What the report does and does not claim.
struct ReadingGuide {
  let configuration: TrainingRecord.Configuration
  let privacy: TrainingRecord.Privacy?

  /// The section as HTML.
  func html() -> String {
    let threshold = DecimalText.integer(configuration.threshold)
    let fewest = DecimalText.integer(configuration.minimumContributors)
    let server =
      configuration.threatModel == ThreatModelOption.malicious.rawValue
      ? "also if it breaks the rules of the protocol (malicious)"
      : "that follows the protocol and tries to learn more from what it sees (semi-honest)"
    return """
      <section>
      <h2>How to read this</h2>
      <ul>
      <li><strong>The server learns</strong> the sum of the updates in a round, which clients took \
      part, and when each of them left. It also learns whatever follows from the sum and from the \
      models before and after.</li>
      <li><strong>The server does not learn</strong> the update of any one client. Each update is \
      masked; clients reveal what takes the masks off only for a sum of at least \(fewest).</li>
      <li><strong>This holds</strong> for a server \(server), and when it works together with \
      clients, as long as the server and they hold fewer than \(threshold) of the shares of any \
      other client's secret.</li>
      \(whatTheSumTells)
      <li><strong>“Sum = plaintext sum”</strong> compares the decoded integers with the sum computed \
      in the clear from the same quantised updates. They must be equal to the last bit; a rounding \
      error does not excuse a difference. Only a simulation, which sees both sides, can check \
      this.</li>
      <li><strong>Plain averaging</strong> is the same training with floating-point numbers and no \
      masks. Times are CPU times on one machine that simulates the server and all clients.</li>
      </ul>
      </section>
      """
  }

  private var whatTheSumTells: String {
    guard let privacy else {
      return "<li><strong>This does not cover</strong> what the sum itself gives away (no noise is"
        + " added, so there is no differential privacy), clients that send wrong updates, or who"
        + " takes part.</li>"
    }
    return "<li><strong>Differential privacy</strong> limits what the models of all rounds together"
      + " give away of one client: an epsilon of \(DecimalText.significant(privacy.epsilon)) at a"
      + " delta of \(privacy.delta). \(privacy.trust)</li>\n<li><strong>This does not cover</strong>"
      + " clients that send wrong updates, or who takes part.</li>"
  }
}
