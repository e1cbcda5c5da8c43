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
