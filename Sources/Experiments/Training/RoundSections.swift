import FLReport

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

/// The clients of one round by their fate, in groups that do not overlap.
struct ClientFates {
  /// In the sum, without a dropout.
  let stayed: Int
  /// In the sum, but dropped out before the unmasking.
  let afterMaskedInput: Int
  let afterSharingKeys: Int
  let beforeSharingKeys: Int
  /// Did not drop out, but is not in a sum: the round ended without one, or the client came too late.
  let unreached: Int

  /// Sorts the clients of `round`. Counts that contradict each other are cut so that no group is
  /// negative.
  init(round: TrainingRecord.Round, clients: Int) {
    afterMaskedInput = max(0, round.dropped.afterMaskedInput)
    afterSharingKeys = max(0, round.dropped.afterSharingKeys)
    beforeSharingKeys = max(0, round.dropped.beforeSharingKeys)
    // A round without a sum has no contributors, even if masked inputs had arrived.
    stayed = round.sumsEqual == nil ? 0 : max(0, round.contributors - afterMaskedInput)
    unreached = max(
      0, clients - stayed - afterMaskedInput - afterSharingKeys - beforeSharingKeys)
  }

  /// All clients of the round.
  var total: Int { stayed + afterMaskedInput + afterSharingKeys + beforeSharingKeys + unreached }
}

/// Every round in numbers.
struct RoundTable {
  let record: TrainingRecord

  /// The section as HTML. The table scrolls inside its frame on a screen and is whole on paper.
  func html() -> String {
    let heading = "<section>\n<h2>Every round</h2>\n"
    guard !record.rounds.isEmpty else { return heading + "<p>No round took place.</p>\n</section>" }
    let names = [
      "round", "in the sum", "left before sharing keys", "left after sharing keys",
      "left after masked input", "secure accuracy", "plain accuracy", "up per client",
      "down per client",
    ]
    let head = (names + (record.privacy == nil ? [] : ["epsilon spent"])).map {
      "<th scope=\"col\">\($0)</th>"
    }.joined()
    return heading
      + "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Every round\">\n"
      + "<table class=\"rounds\">\n<thead><tr>\(head)"
      + "<th scope=\"col\" class=\"words\">sum = plaintext sum</th></tr></thead>\n<tbody>\n"
      + record.rounds.map(row).joined(separator: "\n")
      + "\n</tbody>\n</table>\n</div>\n</section>"
  }

  private func row(_ round: TrainingRecord.Round) -> String {
    let cells = [
      DecimalText.integer(round.contributors),
      DecimalText.integer(round.dropped.beforeSharingKeys),
      DecimalText.integer(round.dropped.afterSharingKeys),
      DecimalText.integer(round.dropped.afterMaskedInput),
      Quantity.percent(round.accuracy), Quantity.percent(round.plainAccuracy),
      Quantity.bytes(round.bytesUpPerClient), Quantity.bytes(round.bytesDownPerClient),
    ]
    let budget =
      record.privacy == nil ? [] : [DecimalText.fixed(round.epsilonSpent ?? .nan, decimals: 3)]
    return
      "<tr><th scope=\"row\">\(round.round)</th>\((cells + budget).map { "<td>\($0)</td>" }.joined())"
      + "<td class=\"words\">\(verdict(of: round))</td></tr>"
  }

  private func verdict(of round: TrainingRecord.Round) -> String {
    var parts: [String] = []
    switch round.sumsEqual {
    case .some(true): parts.append("yes")
    case .some(false): parts.append("<span class=\"bad\">NO</span>")
    case .none: parts.append("no sum")
    }
    if !round.applied {
      let reason = XMLText.escaped(round.refusal ?? "no reason given")
      parts.append("<span class=\"bad\">not applied:</span> " + reason)
    }
    if let clipping = round.clipping, clipping.clippedCoordinates > 0 {
      parts.append("\(Quantity.percent(clipping.clippedShare)) of coordinates clipped")
    }
    return parts.joined(separator: "; ")
  }
}
