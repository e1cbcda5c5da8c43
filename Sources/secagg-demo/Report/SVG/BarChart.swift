/// Horizontal bars in groups, each with its value written at its end.
struct BarChart {
  /// One bar of every group.
  struct Series {
    var name: String
    var colour: ChartColour
    /// One value per category, in the unit of the axis.
    var values: [Double]
    /// What is written at the end of each bar.
    var texts: [String]
  }

  var frame: ChartFrame
  var categories: [String]
  var series: [Series]
  var horizontalLabel: String

  /// The chart as an `<svg>` element. The height follows from the number of bars.
  func rendered() -> String {
    var document = SVGDocument()
    let legend = Legend(
      entries: series.map { .init(text: $0.name, symbol: .box, colour: $0.colour) })
    legend.draw(into: &document, width: frame.width)

    let thickness = 15.0
    let group = thickness * Double(series.count) + 14
    let top = legend.height(width: frame.width) + 8
    let area = PlotArea(
      left: TextWidth.widest(categories) + 10, top: top,
      right: frame.width - TextWidth.widest(series.flatMap(\.texts)) - 8,
      bottom: top + group * Double(categories.count))
    let largest = series.flatMap(\.values).filter(\.isFinite).max() ?? 1
    let widestTick = TextWidth.of(DecimalText.fixed(largest, decimals: 1, grouped: true)) + 14
    let axis = Axis.fromZero(
      to: largest, tickCount: max(1, min(5, Int((area.right - area.left) / widestTick))))

    for tick in axis.ticks {
      let x = axis.position(of: tick, from: area.left, to: area.right)
      document.line(x1: x, y1: area.top, x2: x, y2: area.bottom, style: "grid")
    }
    for (index, category) in categories.enumerated() {
      let start = area.top + group * Double(index) + 7
      document.text(
        category, x: area.left - 8, y: start + thickness * Double(series.count) / 2 + 4,
        anchor: .end)
      for (place, bar) in series.enumerated() {
        let y = start + thickness * Double(place)
        let value = bar.values[index].isFinite ? bar.values[index] : 0
        let end = axis.position(of: value, from: area.left, to: area.right)
        document.rectangle(
          x: area.left, y: y, width: end - area.left, height: thickness - 2,
          style: "fill " + bar.colour.style,
          tooltip: "\(category), \(bar.name): \(bar.texts[index])")
        document.text(
          bar.texts[index], x: end + 5, y: y + thickness / 2 + 3.5, style: "label value")
      }
    }
    area.drawHorizontalAxis(axis, label: horizontalLabel, into: &document)
    document.line(
      x1: area.left, y1: area.top, x2: area.left, y2: area.bottom, style: "base")
    return document.rendered(frame: frame, height: area.pictureHeight)
  }
}
