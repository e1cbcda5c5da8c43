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
