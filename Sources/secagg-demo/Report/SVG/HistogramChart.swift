/// The distribution of many values.
struct HistogramChart {
  var frame: ChartFrame
  var histogram: Histogram
  var colour: ChartColour
  var horizontalLabel: String
  /// Whether a line shows how high all bars would be if the values were spread evenly.
  var showsEvenLevel: Bool

  /// The chart as an `<svg>` element.
  func rendered() -> String {
    var document = SVGDocument()
    let name = histogram.label.isEmpty ? "values" : histogram.label
    var entries = [Legend.Entry(text: name, symbol: .box, colour: colour)]
    let counts = histogram.counts
    let even = Double(counts.reduce(0, +)) / Double(max(1, counts.count))
    if showsEvenLevel {
      entries.append(.init(text: "evenly spread", symbol: .wideLine, colour: .plain))
    }
    let legend = Legend(entries: entries)
    legend.draw(into: &document, width: frame.width)

    let top = legend.height(width: frame.width) + 34
    let vertical = Axis.fromZero(
      to: Double(counts.max() ?? 1), tickCount: 4, wholeNumbers: true)
    let left = TextWidth.widest(vertical.labels) + 10
    func axis(endingAt right: Double) -> Axis {
      .within(lower: histogram.lowerBound, upper: histogram.upperBound, length: right - left)
    }
    // Labels are centred on their ticks: leave room for half of one at the end of the axis.
    let widestLabel = TextWidth.widest(axis(endingAt: frame.width - 16).labels)
    let right = frame.width - max(12, widestLabel / 2)
    let horizontal = axis(endingAt: right)
    let area = PlotArea(left: left, top: top, right: right, bottom: top + frame.plotHeight)
    area.drawVerticalAxis(vertical, label: "values per bin", into: &document)
    let width = (right - left) / Double(max(1, counts.count))
    for (index, count) in counts.enumerated() where count > 0 {
      let y = vertical.position(of: Double(count), from: area.bottom, to: area.top)
      document.rectangle(
        x: left + Double(index) * width, y: y, width: width - min(1, width * 0.15),
        height: area.bottom - y, style: "fill " + colour.style)
    }
    if showsEvenLevel {
      let y = vertical.position(of: even, from: area.bottom, to: area.top)
      document.line(
        x1: left, y1: y, x2: right, y2: y, style: "stroke even " + ChartColour.plain.style)
    }
    area.drawHorizontalAxis(horizontal, label: horizontalLabel, into: &document)
    return document.rendered(frame: frame, height: area.pictureHeight)
  }
}
