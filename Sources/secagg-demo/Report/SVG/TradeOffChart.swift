/// True positives of attacks against false positives, which are on a logarithmic axis, and the most that a
/// claim allows.
struct TradeOffChart {
  /// One attack. Both rates are from 0 to 1.
  struct Series {
    var name: String
    var colour: ChartColour
    var points: [(falsePositives: Double, truePositives: Double)]
  }

  var frame: ChartFrame
  var series: [Series]
  /// What the claim allows, drawn as a wide line below the others.
  var claim: Series

  private static let decades = [0.001, 0.01, 0.1, 1]

  /// The chart as an `<svg>` element.
  func rendered() -> String {
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
