/// What the figures do and do not claim.
struct CapstoneGuide {
  let record: CapstoneRecord

  /// What a mechanism is called in legends.
  static func name(of mechanism: String) -> String {
    switch PrivacySettings.Mechanism(rawValue: mechanism) {
    case .central: "central: the server adds noise"
    case nil: mechanism
    }
  }

  /// The section as HTML.
  func html() -> String {
    """
    <section>
    <h2>How to read this</h2>
    <ul>
    <li><strong>Epsilon</strong> bounds, at a delta of \(record.delta), what the models of all rounds \
    together give away of one client: that it took part, and with what update. It counts for one \
    client more or less, with all clients taking part in every round; the number of clients is \
    public.</li>
    \(trust)
    <li><strong>Noise</strong> is its standard deviation on the sum, in largest norms of an update; \
    it is the least with which all rounds stay within the budget.</li>
    <li><strong>These are simulations</strong>: the noise is drawn from the seed, so that the figures \
    can be repeated. Whoever knows the seed can take it off. <code>secagg-demo train --dp</code> \
    draws it from the system's cryptographic generator.</li>
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
          + "which adds it, sees the sums without noise.</li>"
      }
    }.joined(separator: "\n")
  }
}
