/// Accuracy after each round, beside that of plain federated averaging.
struct AccuracySection {
  let record: TrainingRecord

  /// The section as HTML; empty without rounds.
  func html() -> String {
    guard !record.rounds.isEmpty else { return "" }
    let rounds = record.rounds
    let summary =
      "Over \(Quantity.counted(rounds.count, "round")), accuracy with secure aggregation goes from "
      + "\(Quantity.percent(rounds.first?.accuracy ?? .nan)) to "
      + "\(Quantity.percent(rounds.last?.accuracy ?? .nan)), with plain averaging from "
      + "\(Quantity.percent(rounds.first?.plainAccuracy ?? .nan)) to "
      + "\(Quantity.percent(rounds.last?.plainAccuracy ?? .nan))."
    let figure = Figure.html(
      title: "Test accuracy after each round, in per cent", identifier: "accuracy",
      summary: summary, plotHeight: 250
    ) { frame in
      LineChart(
        frame: frame,
        series: [
          .init(
            name: "plain averaging", colour: .plain, isWide: true,
            values: rounds.map { $0.plainAccuracy * 100 }),
          .init(
            name: "secure aggregation" + (record.privacy == nil ? "" : " with noise"),
            colour: .secure, isWide: false,
            values: rounds.map { $0.accuracy * 100 }),
        ],
        // The whole scale: cut off, it would make a difference of half a point look large.
        verticalAxis: Axis.fromZero(exactlyTo: 100, tickCount: 5),
        verticalLabel: "accuracy (%)", applied: rounds.map(\.applied), tooltip: tooltip
      )
      .rendered()
    }
    return "<section>\n<h2>Accuracy per round</h2>\n" + figure
      + "<p class=\"quiet\">\(explanation)</p>\n</section>"
  }

  private var explanation: String {
    let marks =
      record.rounds.count == 1
      ? "small dot lies on the large one" : "thin line lies on the wide one"
    guard record.privacy == nil else {
      return "The gap between the lines is what clipping and noise cost."
    }
    var text =
      "Where the \(marks), protecting the updates costs no accuracy. Small"
      + " differences come from clipping and rounding each update before it is masked."
    if record.rounds.contains(where: { !$0.applied }) {
      text += " A round that was not applied leaves the securely trained model as it was."
    }
    return text
  }

  private func tooltip(_ index: Int) -> String {
    let round = record.rounds[index]
    return "Round \(round.round): secure \(Quantity.percent(round.accuracy)), plain "
      + Quantity.percent(round.plainAccuracy)
      + (round.applied ? "" : "; not applied: \(round.refusal ?? "no reason given")")
  }
}
