/// What the figures do and do not claim.
struct CapstoneGuide {
  let record: CapstoneRecord

  /// What a mechanism is called in legends.
  static func name(of mechanism: String) -> String {
    switch PrivacySettings.Mechanism(rawValue: mechanism) {
    case .central: "central: the server adds the noise"
    case .distributed: "distributed: each client adds a share"
    case .correlated: "correlated: the server adds noise that later rounds take back in part"
    case nil: "central in turns: the server adds independent noise"
    }
  }

  /// The section as HTML.
  func html() -> String {
    """
    <section>
    <h2>How to read this</h2>
    <ul>
    <li><strong>Epsilon</strong> bounds, at a delta of \(record.delta), what the models of all rounds \
    together give away of one client, if all clients take part in every round or, where cohorts take turns, in \
    every \(record.turns)th round at the most. With noise of the server it \
    hides that a client took part, and with what update. With distributed noise it hides the update \
    alone: a client that stays away takes its share of the noise with it.</li>
    \(trust)
    <li><strong>Noise</strong> is its standard deviation on the sum, in largest norms of an update; \
    it is the least with which all rounds stay within the budget. Correlated noise is that of the whole training, in \
    sensitivities.</li>
    <li><strong>This is a simulation</strong>: central noise is drawn from the seed, so that its \
    figures can be repeated, and whoever knows the seed could take it off; <code>secagg-demo train \
    --dp central</code> draws it from the system's cryptographic generator. Distributed noise always \
    comes from a cryptographic generator, so its accuracies differ a little from run to run.</li>
    <li><strong>The test data</strong> are \
    \(Quantity.counted(record.configuration.testExamples, "example")): one more or less is \
    \(DecimalText.fixed(100 / Double(record.configuration.testExamples), decimals: 2)) points.</li>
    </ul>
    </section>
    """
  }

  private var trust: String {
    record.mechanisms.compactMap { PrivacySettings.Mechanism(rawValue: $0) }.map { mechanism in
      switch mechanism {
      case .central:
        "<li><strong>Central noise</strong> protects against whoever sees the models. The server, "
          + "which adds it, sees the sums without noise. Its figures are exact.</li>"
      case .correlated:
        "<li><strong>Correlated noise</strong> is central noise, too. Cohorts take turns here, as they do in "
          + "<strong>central in turns</strong>, so that both columns have equal privacy and equal costs for "
          + "clients. The noise of a round takes back a part of that of the rounds before, so the model, "
          + "which adds up all rounds, has less of it.</li>"
      case .distributed:
        "<li><strong>Distributed noise</strong> protects against the server as well: it only ever "
          + "gets the noisy sum. Every client is taken to be honest and to stay; rounding to whole "
          + "numbers makes it need a little more noise.</li>"
      }
    }.joined(separator: "\n")
  }
}
