/// Models on clients' own data as a section of the report.
struct PersonalizationSection {
  let record: PersonalizationRecord

  /// The section as HTML; empty without methods.
  func html() -> String {
    guard !record.methods.isEmpty else { return "" }
    let table = PersonalizationTable(record: record)
    return "<section>\n<h2>On clients' own data</h2>\n<p>" + XMLText.escaped(text) + "</p>\n"
      + figure
      + TableHTML.table(
        head: PersonalizationTable.head, rows: table.rows, label: "Models on clients' own data")
      + "<p class=\"quiet\">The server learns the number of clients in each bin of 5 points, the sum of the"
      + " accuracies and the sum of their squares. So the median and the worst decile, which is the"
      + " mean of the worst tenth of the clients, are intervals. A bin with one client does not say which"
      + " client it is.</p>\n</section>"
  }

  private var text: String {
    let held = record.heldOutExamples
    var text =
      "Each client holds out \(Quantity.percent(record.settings.heldOutShare, decimals: 0)) of its"
      + " examples (\(held.first ?? 0) to \(held.last ?? 0)), trains on the others, and is evaluated on its"
      + " own held-out examples. Each evaluation is one secure sum of one-hot vectors."
    if let sizes = record.methods.compactMap(\.clusterSizes).first {
      text +=
        " The clusters of IFCA have " + sizes.map(DecimalText.integer).joined(separator: ", ")
        + " clients in the end."
    }
    return text
  }

  private var figure: String {
    let series = record.methods.compactMap { method -> CurveChart.Series? in
      guard let accuracies = method.evaluation?.leastAccuracies, !accuracies.isEmpty,
        let option = PersonalizationOption(rawValue: method.method)
      else { return nil }
      let width = 100 / Double(accuracies.count)
      return CurveChart.Series(
        name: method.name, colour: option.colour,
        points: accuracies.enumerated().flatMap { index, accuracy in
          [Double(index), Double(index + 1)].map { (x: $0 * width, y: accuracy * 100) }
        })
    }
    guard !series.isEmpty else { return "" }
    let least = series.flatMap(\.points).map(\.y).min() ?? 0
    let lowest = min(90, (least / 10).rounded(.down) * 10)
    return Figure.html(
      title: "Accuracy that clients reach at least, the worst clients first, in per cent",
      identifier: "personalization",
      summary: "One stepped line for each of \(series.map(\.name).joined(separator: ", ")).",
      plotHeight: 280
    ) { frame in
      CurveChart(
        frame: frame, series: series,
        verticalAxis: Axis.within(lower: lowest, upper: 100, length: frame.plotHeight),
        verticalLabel: "accuracy (%)" + (lowest > 0 ? ", from \(Int(lowest)) %" : ""),
        horizontalLabel: "share of clients (%)"
      ).rendered()
    }
  }
}
