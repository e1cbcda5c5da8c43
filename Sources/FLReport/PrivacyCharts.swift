/// Accuracy against epsilon on a logarithmic axis. What has no epsilon, a training without noise,
/// stands apart behind a break of the axis.
package struct EpsilonChart {
  /// A mean and the span of the repetitions, in the unit of the vertical axis.
  package struct Value {
    var mean: Double
    var lowest: Double
    var highest: Double
    package var tooltip: String

    package init(
      mean: Double, lowest: Double, highest: Double, tooltip: String
    ) {
      self.mean = mean
      self.lowest = lowest
      self.highest = highest
      self.tooltip = tooltip
    }
  }

  /// One mechanism: a value for each of its epsilons.
  package struct Series {
    var name: String
    var colour: ChartColour
    var values: [(epsilon: Double, value: Value)]

    package init(
      name: String, colour: ChartColour, values: [(epsilon: Double, value: Value)]
    ) {
      self.name = name
      self.colour = colour
      self.values = values
    }
  }

  var frame: ChartFrame
  var series: [Series]
  /// The value that has no epsilon.
  var apart: Value?
  var verticalAxis: Axis
  var verticalLabel: String

  package init(
    frame: ChartFrame, series: [Series], apart: Value?, verticalAxis: Axis, verticalLabel: String
  ) {
    self.frame = frame
    self.series = series
    self.apart = apart
    self.verticalAxis = verticalAxis
    self.verticalLabel = verticalLabel
  }

  /// Distance between points of different series at the same epsilon, which would else hide each
  /// other.
  private static let shift = 9.0
  private static let apartLabel = "no noise"

  /// The chart as an `<svg>` element.
  package func rendered() -> String {
    var document = SVGDocument()
    var entries = series.map { Legend.Entry(text: $0.name, symbol: .line, colour: $0.colour) }
    if apart != nil {
      entries.append(.init(text: Self.apartLabel, symbol: .box, colour: .noNoise))
    }
    let legend = Legend(entries: entries)
    legend.draw(into: &document, width: frame.width)
    let top = legend.height(width: frame.width) + 34
    let area = PlotArea(
      left: TextWidth.widest(verticalAxis.labels) + 10, top: top, right: frame.width - 4,
      bottom: top + frame.plotHeight)
    area.drawVerticalAxis(verticalAxis, label: verticalLabel, into: &document)
    let room = TextWidth.of(Self.apartLabel) + 24
    let end = apart == nil ? area.right : area.right - room - 18
    drawEpsilonAxis(in: area, to: end, into: &document)
    if let apart {
      document.line(
        x1: area.right - room, y1: area.bottom, x2: area.right, y2: area.bottom, style: "base")
      let x = area.right - room / 2
      document.text(
        Self.apartLabel, x: x, y: area.bottom + 17, anchor: .middle, style: "label tick")
      draw(apart, x: x, colour: .noNoise, in: area, into: &document)
    }
    for (index, line) in series.enumerated() {
      let offset = (Double(index) - Double(series.count - 1) / 2) * Self.shift
      draw(line, in: area, to: end, offset: offset, into: &document)
    }
    return document.rendered(frame: frame, height: area.pictureHeight)
  }

  private var epsilonAxis: LogarithmicAxis {
    LogarithmicAxis(over: Array(Set(series.flatMap { $0.values.map(\.epsilon) })))
  }

  private func drawEpsilonAxis(in area: PlotArea, to end: Double, into document: inout SVGDocument)
  {
    document.line(x1: area.left, y1: area.bottom, x2: end, y2: area.bottom, style: "base")
    let axis = epsilonAxis
    for tick in axis.ticks {
      let x = axis.position(of: tick, from: area.left, to: end)
      document.line(x1: x, y1: area.bottom, x2: x, y2: area.bottom + 4, style: "base")
    }
    for (tick, label) in axis.labelledTicks(length: end - area.left) {
      let x = axis.position(of: tick, from: area.left, to: end)
      document.text(label, x: x, y: area.bottom + 17, anchor: .middle, style: "label tick")
    }
    document.text(
      "epsilon (logarithmic; less is more private)", x: (area.left + end) / 2,
      y: area.bottom + 36, anchor: .middle)
  }

  private func draw(
    _ line: Series, in area: PlotArea, to end: Double, offset: Double,
    into document: inout SVGDocument
  ) {
    let axis = epsilonAxis
    let points = line.values.sorted { $0.epsilon < $1.epsilon }.map { point in
      (x: axis.position(of: point.epsilon, from: area.left, to: end) + offset, value: point.value)
    }
    document.polyline(
      points.map {
        ($0.x, verticalAxis.position(of: $0.value.mean, from: area.bottom, to: area.top))
      },
      style: "stroke thin \(line.colour.style)")
    for point in points {
      draw(point.value, x: point.x, colour: line.colour, in: area, into: &document)
    }
  }

  /// The span of the repetitions as a line, their mean as a dot on it.
  private func draw(
    _ value: Value, x: Double, colour: ChartColour, in area: PlotArea,
    into document: inout SVGDocument
  ) {
    func height(_ number: Double) -> Double {
      verticalAxis.position(of: number, from: area.bottom, to: area.top)
    }
    if value.highest > value.lowest {
      document.line(
        x1: x, y1: height(value.lowest), x2: x, y2: height(value.highest),
        style: "stroke even \(colour.style)")
    }
    document.circle(
      x: x, y: height(value.mean), radius: 4.5, style: "fill \(colour.style)",
      tooltip: value.tooltip)
  }
}

/// True positives of attacks against false positives, which are on a logarithmic axis, and the most that a
/// claim allows.
package struct TradeOffChart {
  /// One attack. Both rates are from 0 to 1.
  package struct Series {
    var name: String
    var colour: ChartColour
    var points: [(falsePositives: Double, truePositives: Double)]

    package init(
      name: String, colour: ChartColour, points: [(falsePositives: Double, truePositives: Double)]
    ) {
      self.name = name
      self.colour = colour
      self.points = points
    }
  }

  var frame: ChartFrame
  var series: [Series]
  /// What the claim allows, drawn as a wide line below the others.
  var claim: Series

  package init(
    frame: ChartFrame, series: [Series], claim: Series
  ) {
    self.frame = frame
    self.series = series
    self.claim = claim
  }

  private static let decades = [0.001, 0.01, 0.1, 1]

  /// The chart as an `<svg>` element.
  package func rendered() -> String {
    var document = SVGDocument()
    let legend = Legend(
      entries: [.init(text: claim.name, symbol: .wideLine, colour: claim.colour)]
        + series.map { .init(text: $0.name, symbol: .line, colour: $0.colour) })
    legend.draw(into: &document, width: frame.width)
    let vertical = Axis.fromZero(to: 100, tickCount: 5)
    let top = legend.height(width: frame.width) + 34
    let area = PlotArea(
      left: TextWidth.widest(vertical.labels) + 10, top: top, right: frame.width - 4,
      bottom: top + frame.plotHeight)
    area.drawVerticalAxis(vertical, label: "true positives (%)", into: &document)
    let horizontal = LogarithmicAxis(over: Self.decades)
    document.line(
      x1: area.left, y1: area.bottom, x2: area.right, y2: area.bottom, style: "base")
    for tick in horizontal.ticks {
      let x = horizontal.position(of: tick, from: area.left, to: area.right)
      document.line(x1: x, y1: area.bottom, x2: x, y2: area.bottom + 4, style: "base")
      document.text(
        DecimalText.significant(tick * 100), x: x, y: area.bottom + 17, anchor: .middle,
        style: "label tick")
    }
    document.text(
      "false positives (%, logarithmic)", x: (area.left + area.right) / 2, y: area.bottom + 36,
      anchor: .middle)
    for (line, width) in [(claim, "wide")] + series.map({ ($0, "thin") }) {
      let points = line.points.filter { $0.falsePositives >= horizontal.lower }.map { point in
        (
          x: horizontal.position(of: point.falsePositives, from: area.left, to: area.right),
          y: vertical.position(of: point.truePositives * 100, from: area.bottom, to: area.top)
        )
      }
      if points.count > 1 {
        document.polyline(points, style: "stroke \(width) \(line.colour.style)")
      }
    }
    return document.rendered(frame: frame, height: area.pictureHeight)
  }
}
