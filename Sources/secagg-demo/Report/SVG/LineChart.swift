/// Lines over the rounds of a run, such as the accuracy after each round.
struct LineChart {
  /// One line. A value that is not finite makes a gap.
  struct Series {
    var name: String
    var colour: ChartColour
    /// Whether the line is wide, so that a thin one on top of it leaves it visible where the two
    /// coincide.
    var isWide: Bool
    /// Values after round 1, 2, ….
    var values: [Double]
  }

  var frame: ChartFrame
  /// Drawn in this order: what comes later lies on top.
  var series: [Series]
  var verticalAxis: Axis
  var verticalLabel: String
  /// Whether each round was applied; the others are marked.
  var applied: [Bool]
  /// Text of the tooltip at one round (from 0).
  var tooltip: (Int) -> String

  /// The chart as an `<svg>` element.
  func rendered() -> String {
    var document = SVGDocument()
    var entries = series.map {
      Legend.Entry(text: $0.name, symbol: $0.isWide ? .wideLine : .line, colour: $0.colour)
    }
    if applied.contains(false) {
      entries.append(.init(text: "round not applied", symbol: .box, colour: .refused))
    }
    let legend = Legend(entries: entries)
    legend.draw(into: &document, width: frame.width)

    let top = legend.height(width: frame.width) + 34
    let area = PlotArea(
      left: TextWidth.widest(verticalAxis.labels) + 10, top: top,
      right: frame.width - TextWidth.of(DecimalText.integer(applied.count)) / 2,
      bottom: top + frame.plotHeight)
    let rounds = Axis.rounds(applied.count, length: area.right - area.left)
    RefusedRounds(applied: applied, rounds: rounds, area: area).draw(
      into: &document, acrossPlot: true)
    area.drawVerticalAxis(verticalAxis, label: verticalLabel, into: &document)
    area.drawHorizontalAxis(rounds, label: "round", into: &document)
    for line in series { draw(line, in: area, rounds: rounds, into: &document) }
    return document.rendered(frame: frame, height: area.pictureHeight)
  }

  /// Draws one line with a dot at each round, or without dots where they would touch. A value
  /// between two gaps always gets its dot: no line would show it.
  private func draw(
    _ line: Series, in area: PlotArea, rounds: Axis, into document: inout SVGDocument
  ) {
    let points: [(x: Double, y: Double)?] = line.values.enumerated().map { index, value in
      guard value.isFinite else { return nil }
      return (
        rounds.position(of: Double(index + 1), from: area.left, to: area.right),
        verticalAxis.position(of: value, from: area.bottom, to: area.top)
      )
    }
    for run in points.split(whereSeparator: { $0 == nil }) where run.count > 1 {
      document.polyline(
        run.compactMap(\.self),
        style: "stroke \(line.isWide ? "wide" : "thin") \(line.colour.style)")
    }
    let hasRoom = (area.right - area.left) / Double(max(1, points.count)) >= 11
    for (index, point) in points.enumerated() {
      guard let point else { continue }
      let isAlone =
        (index == 0 || points[index - 1] == nil)
        && (index + 1 == points.count || points[index + 1] == nil)
      guard isAlone || (hasRoom && !line.isWide) else { continue }
      let isApplied = index < applied.count && applied[index]
      document.circle(
        x: point.x, y: point.y, radius: line.isWide ? 6.5 : 3.5,
        style: (isApplied || line.isWide ? "fill " : "hollow ") + line.colour.style,
        tooltip: tooltip(index))
    }
  }
}
