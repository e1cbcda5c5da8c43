/// Where the clients of each round ended up, as stacked bars.
struct DropoutSection {
  let record: TrainingRecord

  /// The section as HTML; empty without rounds.
  func html() -> String {
    let rounds = record.rounds
    guard !rounds.isEmpty else { return "" }
    let fates = rounds.map { ClientFates(round: $0, clients: record.configuration.clients) }
    var parts: [StackedBarChart.Part] = [
      .init(name: "stayed (in the sum)", colour: .stayed, values: fates.map(\.stayed)),
      .init(
        name: "left after masked input (in the sum)", colour: .leftAfterMaskedInput,
        values: fates.map(\.afterMaskedInput)),
      .init(
        name: "left after sharing keys", colour: .leftAfterSharingKeys,
        values: fates.map(\.afterSharingKeys)),
      .init(
        name: "left before sharing keys", colour: .leftBeforeSharingKeys,
        values: fates.map(\.beforeSharingKeys)),
    ]
    if fates.contains(where: { $0.unreached > 0 }) {
      parts.append(
        .init(
          name: "there, but not in a sum", colour: .unreached, isOutlined: true,
          values: fates.map(\.unreached)))
    }
    let total = fates.map(\.total).max() ?? 1
    let figure = Figure.html(
      title: "Clients of each round, by when they left", identifier: "dropouts",
      summary: summary, plotHeight: 230
    ) { frame in
      StackedBarChart(
        frame: frame, parts: parts, total: total, verticalLabel: "clients",
        applied: rounds.map(\.applied), tooltip: { tooltip(rounds[$0], fates[$0]) }
      ).rendered()
    }
    return "<section>\n<h2>Dropouts by phase</h2>\n" + figure
      + "<p class=\"quiet\">Blue is in the sum, if the round released one. A client that leaves after its masked input has"
      + " arrived still counts: the others give the server what it needs to take off that client's"
      + " masks, and no more.</p>\n</section>"
  }

  private var summary: String {
    let dropped = record.rounds.map(\.dropped)
    return "In all rounds together, "
      + "\(DecimalText.integer(dropped.map(\.beforeSharingKeys).reduce(0, +))) clients left before "
      + "sharing keys, \(DecimalText.integer(dropped.map(\.afterSharingKeys).reduce(0, +))) after "
      + "sharing keys and \(DecimalText.integer(dropped.map(\.afterMaskedInput).reduce(0, +))) after "
      + "the masked input."
  }

  private func tooltip(_ round: TrainingRecord.Round, _ fates: ClientFates) -> String {
    "Round \(round.round): \(round.contributors) in the sum; left before sharing keys "
      + "\(fates.beforeSharingKeys), after sharing keys \(fates.afterSharingKeys), after masked input "
      + "\(fates.afterMaskedInput)"
      + (round.applied ? "" : "; not applied: \(round.refusal ?? "no reason given")")
  }
}
