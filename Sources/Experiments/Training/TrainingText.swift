import FLReport

/// One line per round of training, in fixed columns under a header, for a terminal.
///
/// It only makes strings. The caller chooses the stream, because standard output may be reserved for JSON.
package struct RoundLine {
  /// Names of the columns and their widths in characters.
  private let columns: [(name: String, width: Int)]
  private let clients: Int
  private let hasBudget: Bool

  /// Columns wide enough for `rounds` rounds with `clients` clients, and one for the epsilon spent if
  /// there is a budget.
  package init(clients: Int, rounds: Int, hasBudget: Bool) {
    self.clients = clients
    self.hasBudget = hasBudget
    let digits = String(max(clients, 0)).count
    var columns = [
      ("round", max(5, String(max(rounds, 0)).count)),
      ("in the sum", max(10, digits * 2 + 4)),
      // Three counts never have more digits together than three times the count of clients.
      ("left*", max(8, digits * 3 + 2)),
      ("up/client", 9),
      ("secure", 7),
      ("plain", 7),
    ]
    if hasBudget { columns.append(("epsilon", 7)) }
    self.columns = columns + [("sum = plaintext sum", 19)]
  }

  /// The header: what the starred column means, then the names of the columns.
  package var header: String {
    "* left before sharing keys / after sharing keys / after masked input\n"
      + "secure, plain: accuracy on test data\n"
      + columns.map { TextColumns.padded($0.name, left: $0.width) }.joined(separator: "  ")
  }

  /// The line of one round, without a newline.
  package func line(for round: TrainingRecord.Round) -> String {
    let dropped = round.dropped
    var cells = [
      String(round.round),
      "\(round.contributors) of \(clients)",
      "\(dropped.beforeSharingKeys)/\(dropped.afterSharingKeys)/\(dropped.afterMaskedInput)",
      Quantity.bytes(round.bytesUpPerClient),
      Quantity.percent(round.accuracy),
      Quantity.percent(round.plainAccuracy),
    ]
    if hasBudget { cells.append(DecimalText.fixed(round.epsilonSpent ?? .nan, decimals: 3)) }
    let numbers = zip(cells, columns).map { TextColumns.padded($0, left: $1.width) }
      .joined(separator: "  ")
    return numbers + "  " + verdict(of: round)
  }

  /// A wrong sum comes first; then the reason why a round was not applied.
  private func verdict(of round: TrainingRecord.Round) -> String {
    var parts: [String] = []
    if let sumsEqual = round.sumsEqual {
      parts.append(sumsEqual ? "yes" : "NO, THE SUMS DIFFER")
    }
    if !round.applied {
      let reason = (round.refusal ?? "no reason given")
        .split(whereSeparator: \.isNewline).joined(separator: " ")
      parts.append("NOT APPLIED: " + reason)
    }
    if let clipping = round.clipping, clipping.warning != nil {
      parts.append(
        clipping.clippedCoordinates > 0
          ? "\(Quantity.percent(clipping.clippedShare)) clipped" : "coarse steps")
    }
    return parts.isEmpty ? "no sum" : parts.joined(separator: "; ")
  }
}

/// The last lines that a training prints.
package enum TrainingSummary {
  /// The results in plain words.
  package static func text(of record: TrainingRecord) -> String {
    let released = record.rounds.filter { $0.sumsEqual != nil }
    let equal = released.count { $0.sumsEqual == true }
    let applied = record.rounds.count { $0.applied }
    var lines = [
      "",
      "Accuracy \(Quantity.percent(record.finalAccuracy)) with secure aggregation, "
        + "\(Quantity.percent(record.finalPlainAccuracy)) with plain FedAvg.",
      "\(applied) of \(record.rounds.count) rounds applied; "
        + "\(equal) of \(released.count) secure sums equal the plaintext sum.",
    ]
    if let privacy = record.privacy {
      lines.append(privacy.spending)
    }
    if let warning = record.clippingWarning {
      lines.append(
        "Warning, in \(warning.rounds) of \(record.rounds.count) rounds, first: \(warning.text)")
    }
    return lines.joined(separator: "\n")
  }
}
