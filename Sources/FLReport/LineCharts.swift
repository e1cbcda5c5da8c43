/// Lines over the rounds of a run, such as the accuracy after each round.
package struct LineChart {
  /// One line. A value that is not finite makes a gap.
  package struct Series {
    var name: String
    var colour: ChartColour
    /// Whether the line is wide, so that a thin one on top of it leaves it visible where the two
    /// coincide.
    var isWide: Bool
    /// Values after round 1, 2, ….
    var values: [Double]

    package init(
      name: String, colour: ChartColour, isWide: Bool, values: [Double]
    ) {
      self.name = name
      self.colour = colour
      self.isWide = isWide
      self.values = values
    }
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

  package init(
    frame: ChartFrame, series: [Series], verticalAxis: Axis, verticalLabel: String, applied: [Bool],
    tooltip: @escaping (Int) -> String
  ) {
    self.frame = frame
    self.series = series
    self.verticalAxis = verticalAxis
    self.verticalLabel = verticalLabel
    self.applied = applied
    self.tooltip = tooltip
  }

  /// The chart as an `<svg>` element.
  package func rendered() -> String {
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

/// Lines through points whose horizontal places differ from line to line, such as accuracy against
/// bytes.
package struct CurveChart {
  /// One line. Points that are not finite are left out.
  package struct Series {
    package var name: String
    var colour: ChartColour
    package var points: [(x: Double, y: Double)]

    package init(
      name: String, colour: ChartColour, points: [(x: Double, y: Double)]
    ) {
      self.name = name
      self.colour = colour
      self.points = points
    }
  }

  var frame: ChartFrame
  /// Drawn in this order: what comes later lies on top.
  var series: [Series]
  var verticalAxis: Axis
  var verticalLabel: String
  var horizontalLabel: String

  package init(
    frame: ChartFrame, series: [Series], verticalAxis: Axis, verticalLabel: String,
    horizontalLabel: String
  ) {
    self.frame = frame
    self.series = series
    self.verticalAxis = verticalAxis
    self.verticalLabel = verticalLabel
    self.horizontalLabel = horizontalLabel
  }

  /// The chart as an `<svg>` element. The horizontal axis starts at 0.
  package func rendered() -> String {
    var document = SVGDocument()
    let legend = Legend(
      entries: series.map { .init(text: $0.name, symbol: .line, colour: $0.colour) })
    legend.draw(into: &document, width: frame.width)
    let top = legend.height(width: frame.width) + 34
    let largest = series.flatMap(\.points).map(\.x).filter(\.isFinite).max() ?? 1
    let widestTick = TextWidth.of(DecimalText.fixed(largest, decimals: 1, grouped: true)) + 14
    let left = TextWidth.widest(verticalAxis.labels) + 10
    let right = frame.width - widestTick / 2
    let horizontal = Axis.fromZero(
      to: largest, tickCount: max(1, min(8, Int((right - left) / widestTick))))
    let area = PlotArea(left: left, top: top, right: right, bottom: top + frame.plotHeight)
    area.drawVerticalAxis(verticalAxis, label: verticalLabel, into: &document)
    area.drawHorizontalAxis(horizontal, label: horizontalLabel, into: &document)
    for line in series {
      let points = line.points.filter { $0.x.isFinite && $0.y.isFinite }.map { point in
        (
          x: horizontal.position(of: point.x, from: area.left, to: area.right),
          y: verticalAxis.position(of: point.y, from: area.bottom, to: area.top)
        )
      }
      if points.count > 1 {
        document.polyline(points, style: "stroke thin \(line.colour.style)")
      }
      if let last = points.last, let value = line.points.last {
        document.circle(
          x: last.x, y: last.y, radius: 3.5, style: "fill \(line.colour.style)",
          tooltip: "\(line.name): \(DecimalText.fixed(value.y, decimals: 1))")
      }
    }
    return document.rendered(frame: frame, height: area.pictureHeight)
  }
}
