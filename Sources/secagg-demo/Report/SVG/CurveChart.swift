/// Lines through points whose horizontal places differ from line to line, such as accuracy against
/// bytes.
struct CurveChart {
  /// One line. Points that are not finite are left out.
  struct Series {
    var name: String
    var colour: ChartColour
    var points: [(x: Double, y: Double)]
  }

  var frame: ChartFrame
  /// Drawn in this order: what comes later lies on top.
  var series: [Series]
  var verticalAxis: Axis
  var verticalLabel: String
  var horizontalLabel: String

  /// The chart as an `<svg>` element. The horizontal axis starts at 0.
  func rendered() -> String {
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
