/// A comparison as a table, for the terminal and for the page.
struct ComparisonTable {
  let record: ComparisonRecord

  /// What is in the columns.
  static let head = [
    "algorithm", "accuracy", "rounds to 90 %", "rounds to 95 %", "up per round", "down per round",
    "bytes to 90 %", "rounds applied",
  ]

  /// A row for each algorithm and each compression.
  var rows: [[String]] {
    (record.runs + record.compressed).map { run in
      [
        run.name, Quantity.percent(run.finalAccuracy), round(run, 0.9), round(run, 0.95),
        Quantity.bytes(run.bytesUpPerRound), Quantity.bytes(run.bytesDownPerRound),
        run.firstRound(reaching: 0.9).map { Quantity.bytes(run.bytesPerClient[$0 - 1]) }
          ?? DecimalText.missing,
        DecimalText.integer(run.roundsApplied),
      ]
    }
  }

  private func round(_ run: ComparisonRecord.Run, _ accuracy: Double) -> String {
    run.firstRound(reaching: accuracy).map(DecimalText.integer) ?? DecimalText.missing
  }

  /// The tables for a terminal.
  func terminalText() -> String {
    let tables = [
      rows.isEmpty
        ? nil : TextColumns.aligned([Self.head] + rows, leftAligned: [0]).joined(separator: "\n"),
      record.personalization.map { PersonalizationTable(record: $0).terminalText() },
    ]
    return tables.compactMap(\.self).joined(separator: "\n\n")
  }
}
