/// One bar per round, made of parts that add up to the same total, such as all clients.
struct StackedBarChart {
  /// One part of every bar.
  struct Part {
    var name: String
    var colour: ChartColour
    /// Whether the part is only outlined: for what is not known or did not happen.
    var isOutlined: Bool = false
    /// One value per round.
    var values: [Int]
  }

  var frame: ChartFrame
  /// From the bottom of the bars to the top.
  var parts: [Part]
  var total: Int
  var verticalLabel: String
  /// Whether each round was applied; the others are marked.
  var applied: [Bool]
  /// Text of the tooltip of one bar (from 0).
  var tooltip: (Int) -> String

  /// The chart as an `<svg>` element.
  func rendered() -> String {
    var document = SVGDocument()
    // The legend has the order of the bars from the top, which is how they are read.
    var entries = parts.reversed().map {
      Legend.Entry(text: $0.name, symbol: $0.isOutlined ? .stripes : .box, colour: $0.colour)
    }
    if applied.contains(false) {
      entries.append(.init(text: "round not applied", symbol: .box, colour: .refused))
    }
    let legend = Legend(entries: entries)
    legend.draw(into: &document, width: frame.width)

    let top = legend.height(width: frame.width) + 34
    let vertical = Axis.fromZero(exactlyTo: total, tickCount: 5)
    let area = PlotArea(
      left: TextWidth.widest(vertical.labels) + 10, top: top,
      right: frame.width - TextWidth.of(DecimalText.integer(applied.count)) / 2,
      bottom: top + frame.plotHeight)
    let rounds = Axis.rounds(applied.count, length: area.right - area.left)
    RefusedRounds(applied: applied, rounds: rounds, area: area).draw(
      into: &document, acrossPlot: false)
    area.drawVerticalAxis(vertical, label: verticalLabel, into: &document)

    let pitch = (area.right - area.left) / Double(max(1, applied.count))
    // Bars that are only a few units apart have no room for gaps; they overlap by a hair, so that no
    // seams show between them.
    let width = pitch < 3 ? pitch + 0.3 : min(44, pitch * 0.8)
    for index in applied.indices {
      let middle = rounds.position(of: Double(index + 1), from: area.left, to: area.right)
      var below = 0
      for part in parts where index < part.values.count && part.values[index] > 0 {
        let from = vertical.position(of: Double(below), from: area.bottom, to: area.top)
        below += part.values[index]
        let to = vertical.position(of: Double(below), from: area.bottom, to: area.top)
        // A thin line of background parts the colours where the bars are wide enough.
        let seam = width >= 6 && from - to > 3 ? 0.8 : 0
        document.rectangle(
          x: middle - width / 2, y: to, width: width, height: from - to - seam,
          style: (part.isOutlined ? "outline " : "fill ") + part.colour.style
            + (width < 8 ? " edgeless" : ""),
          tooltip: tooltip(index))
      }
    }
    area.drawHorizontalAxis(rounds, label: "round", into: &document)
    return document.rendered(frame: frame, height: area.pictureHeight)
  }
}
