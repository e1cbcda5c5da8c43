import FLReport

/// A comparison as a chapter of the report.
package struct ComparisonReport {
  let record: ComparisonRecord

  package init(
    record: ComparisonRecord
  ) {
    self.record = record
  }

  /// The chapter.
  package func html() -> String {
    ReportChapter.html([
      ReportChapter.header(
        title: "Federated algorithms under secure aggregation", summary: summary),
      curves, compression, table,
      record.personalization.map { PersonalizationSection(record: $0).html() } ?? "",
    ])
  }

  private var summary: String {
    let settings = record.settings
    var text =
      "\(Quantity.counted(settings.clients, "client")) with unlike shares of the digits"
      + " (\(settings.training.partition.text)) train the same model (\(settings.model)) for"
      + " \(Quantity.counted(settings.rounds, "round")) by"
      + " \(trainings). The server only ever decodes the sum"
      + " of what they contribute."
    if let best = record.runs.max(by: { $0.finalAccuracy < $1.finalAccuracy }),
      record.runs.count > 1
    {
      text += " In the end \(best.name) has the highest accuracy,"
      text += " \(Quantity.percent(best.finalAccuracy))."
    }
    text +=
      record.sumsEqual
      ? " Every released sum equals the sum computed in the clear."
      : " NOT every released sum equals the sum computed in the clear."
    return text
  }

  private var trainings: String {
    let algorithms = Quantity.counted(record.runs.count, "algorithm")
    let compressions = Quantity.counted(record.compressed.count, "way") + " to compress updates"
    let methods = record.personalization?.methods.count ?? 0
    let personal = Quantity.counted(methods, "method") + " for clients' own data"
    var parts = record.runs.isEmpty ? [] : [algorithms]
    if !record.compressed.isEmpty { parts.append(compressions) }
    if methods > 0 { parts.append(personal) }
    return parts.joined(separator: " and ")
  }

  private var curves: String {
    guard !record.runs.isEmpty else { return "" }
    let rounds = record.runs.map { run in
      CurveChart.Series(
        name: run.name, colour: colour(run),
        points: run.accuracies.enumerated().map { (Double($0.offset + 1), $0.element * 100) })
    }
    let scale = ByteScale(upTo: record.runs.compactMap { $0.bytesPerClient.last }.max() ?? 1)
    let bytes = record.runs.map { run in
      CurveChart.Series(
        name: run.name, colour: colour(run),
        points: zip(run.bytesPerClient, run.accuracies).map { ($0 / scale.bytes, $1 * 100) })
    }
    return "<section>\n<h2>Accuracy</h2>\n"
      + figure(
        rounds, title: "Test accuracy against rounds, in per cent", identifier: "rounds",
        label: "round")
      + figure(
        bytes, title: "Test accuracy against bytes of a client, sent and received, in per cent",
        identifier: "bytes", label: "\(scale.unit) of a client, sent and received")
      + "<p class=\"quiet\">Algorithms whose clients contribute more than an update, such as"
      + " SCAFFOLD, pay for fewer rounds with more bytes in each. The model counts 8 bytes a"
      + " parameter on its way down.</p>\n</section>"
  }

  /// FedAvg with compressed updates against bytes sent: what comes down is the same for all.
  private var compression: String {
    guard !record.compressed.isEmpty else { return "" }
    let plain = record.runs.filter { $0.algorithm == AlgorithmOption.fedavg.rawValue }
    let runs = plain + record.compressed
    let scale = ByteScale(upTo: runs.compactMap { $0.bytesUpPerClient.last }.max() ?? 1)
    let series = runs.map { run in
      CurveChart.Series(
        name: run.name, colour: colour(run),
        points: zip(run.bytesUpPerClient, run.accuracies).map { ($0 / scale.bytes, $1 * 100) })
    }
    return "<section>\n<h2>Compressed updates</h2>\n"
      + figure(
        series, title: "Test accuracy of FedAvg against bytes that a client sent, in per cent",
        identifier: "compression", label: "\(scale.unit) sent by a client")
      + "<p class=\"quiet\">Sums of the messages are decoded, never one of them. Lanes have room for"
      + " the sum, and a session costs keys and shares whatever the vector: so 8 bits are more than a"
      + " third of 24.</p>\n</section>"
  }

  private func figure(
    _ series: [CurveChart.Series], title: String, identifier: String, label: String
  ) -> String {
    let lowest = Self.lowest(of: series)
    return Figure.html(
      title: title, identifier: identifier,
      summary: "One line for each of \(series.map(\.name).joined(separator: ", ")).",
      plotHeight: 320
    ) { frame in
      CurveChart(
        frame: frame, series: series,
        verticalAxis: Axis.within(lower: lowest, upper: 100, length: frame.plotHeight),
        verticalLabel: "accuracy (%)" + (lowest > 0 ? ", from \(Int(lowest)) %" : ""),
        horizontalLabel: label
      ).rendered()
    }
  }

  /// Where the scale of accuracy begins: at the tens below the lowest, so that lines that are near to
  /// each other can be told apart. It is written at the axis.
  private static func lowest(of series: [CurveChart.Series]) -> Double {
    let lowest = series.flatMap(\.points).map(\.y).filter(\.isFinite).min() ?? 0
    return min(90, (lowest / 10).rounded(.down) * 10)
  }

  private func colour(_ run: ComparisonRecord.Run) -> ChartColour {
    AlgorithmOption(rawValue: run.algorithm)?.colour
      ?? CompressionOption(rawValue: run.algorithm)?.colour ?? .plain
  }

  private var table: String {
    guard !(record.runs + record.compressed).isEmpty else { return "" }
    let table = ComparisonTable(record: record)
    return "<section>\n<h2>In numbers</h2>\n"
      + TableHTML.table(head: ComparisonTable.head, rows: table.rows, label: "Algorithms")
      + "<p class=\"quiet\">Bytes are those of one client on average, keys and shares included.</p>\n</section>"
  }
}

/// A comparison as a table, for the terminal and for the page.
package struct ComparisonTable {
  let record: ComparisonRecord

  package init(
    record: ComparisonRecord
  ) {
    self.record = record
  }

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
  package func terminalText() -> String {
    let tables = [
      rows.isEmpty
        ? nil : TextColumns.aligned([Self.head] + rows, leftAligned: [0]).joined(separator: "\n"),
      record.personalization.map { PersonalizationTable(record: $0).terminalText() },
    ]
    return tables.compactMap(\.self).joined(separator: "\n\n")
  }
}
