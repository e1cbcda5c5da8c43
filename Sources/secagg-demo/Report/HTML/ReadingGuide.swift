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
