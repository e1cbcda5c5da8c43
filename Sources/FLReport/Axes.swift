import Foundation

/// A linear scale with ticks at round numbers.
package struct Axis {
  /// Value at the start of the axis.
  let lower: Double
  /// Value at the end of the axis, above `lower`.
  let upper: Double
  let ticks: [Double]
  /// Decimals that all tick labels have.
  let decimals: Int

  /// Where on a picture of the axis from `start` to `end` a value falls. Values off the axis are
  /// moved to its end.
  func position(of value: Double, from start: Double, to end: Double) -> Double {
    let fraction = (min(max(value, lower), upper) - lower) / (upper - lower)
    return start + fraction * (end - start)
  }

  /// Label of a tick.
  func label(_ tick: Double) -> String {
    DecimalText.fixed(tick, decimals: decimals, grouped: true)
      .replacingOccurrences(of: "-", with: "\u{2212}")
  }

  /// Labels of all ticks.
  var labels: [String] { ticks.map(label) }

  /// An axis from 0 to the first tick at or above `largest`, for lengths such as bars, which lie
  /// when they do not start at 0.
  ///
  /// - Parameters:
  ///   - largest: Largest value to be shown.
  ///   - tickCount: About how many intervals between ticks.
  ///   - wholeNumbers: Whether only whole numbers may be ticks.
  package static func fromZero(to largest: Double, tickCount: Int, wholeNumbers: Bool = false)
    -> Axis
  {
    let top = largest.isFinite && largest > 0 ? largest : 1
    let step = niceStep(over: top, count: tickCount, wholeNumbers: wholeNumbers)
    let intervals = max(1, (top / step - 1e-9).rounded(.up))
    return Axis(
      lower: 0, upper: intervals * step, ticks: multiples(of: step, in: 0...(intervals * step)),
      decimals: decimals(of: step))
  }

  /// An axis from 0 that ends exactly at `largest`, for a total such as the number of clients.
  package static func fromZero(exactlyTo largest: Int, tickCount: Int) -> Axis {
    let top = Double(max(1, largest))
    let step = niceStep(over: top, count: tickCount, wholeNumbers: true)
    // The total itself is a tick, and takes the place of a round number that is too close.
    let ticks = multiples(of: step, in: 0...top).filter { top - $0 > step * 0.5 } + [top]
    return Axis(lower: 0, upper: top, ticks: ticks, decimals: 0)
  }

  /// An axis from exactly `first` to exactly `last`, `length` units long, with as many ticks (up to
  /// six) as have room for their labels side by side.
  package static func within(lower first: Double, upper last: Double, length: Double) -> Axis {
    let lower = first.isFinite ? first : 0
    var upper = last.isFinite ? last : lower + 1
    if upper <= lower { upper = lower + max(abs(lower), 1) }
    var axis = Axis(lower: lower, upper: upper, ticks: [], decimals: 0)
    for count in stride(from: 6, through: 1, by: -1) {
      let step = niceStep(over: upper - lower, count: count, wholeNumbers: false)
      axis = Axis(
        lower: lower, upper: upper, ticks: multiples(of: step, in: lower...upper),
        decimals: decimals(of: step))
      let spacing = step / (upper - lower) * length
      if spacing >= TextWidth.widest(axis.labels) + 8 { return axis }
    }
    return axis
  }

  /// An axis over the rounds 1 to `count`, `length` units long. When not all labels have room, only
  /// round numbers are labelled, and the first round when it does not collide with them.
  static func rounds(_ count: Int, length: Double) -> Axis {
    let last = max(1, count)
    let room = TextWidth.of(DecimalText.integer(last)) + 8
    let most = max(1, Int(length / room))
    let step = Int(niceStep(over: Double(last), count: most, wholeNumbers: true))
    var ticks = stride(from: step, through: last, by: step).map { Double($0) }
    let spacing = length / Double(last)
    if let first = ticks.first, first > 1, (first - 1) * spacing >= room {
      ticks.insert(1, at: 0)
    }
    // Half a round of air at both ends, so that the first and the last have room for their mark.
    return Axis(lower: 0.5, upper: Double(last) + 0.5, ticks: ticks, decimals: 0)
  }

  /// The smallest of 1, 2, 5, 10, 20, … (or 0.5, 0.2, …) that makes at most `count` intervals.
  private static func niceStep(over length: Double, count: Int, wholeNumbers: Bool) -> Double {
    let raw = length / Double(max(1, count))
    let magnitude = pow(10, log10(raw).rounded(.down))
    let step = [1.0, 2, 5, 10].map { $0 * magnitude }.first { $0 >= raw * (1 - 1e-9) }
    return max(step ?? raw, wholeNumbers ? 1 : 0)
  }

  private static func multiples(of step: Double, in range: ClosedRange<Double>) -> [Double] {
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard first <= last, last - first < 1_000 else { return [] }
    // Adding zero turns a negative zero into a plain one.
    return stride(from: first, through: last, by: 1).map { $0 * step + 0 }
  }

  private static func decimals(of step: Double) -> Int {
    step > 0 ? max(0, Int(-log10(step).rounded(.down))) : 0
  }
}

/// A logarithmic scale for values above 0: equal ratios are equally far apart.
struct LogarithmicAxis {
  /// Value at the start of the axis, above 0.
  let lower: Double
  /// Value at the end of the axis, above `lower`.
  let upper: Double
  /// Where labels stand: the values that are shown, no round numbers between them.
  let ticks: [Double]

  /// An axis with room on both sides of `values`, all above 0.
  init(over values: [Double]) {
    ticks = values.filter { $0 > 0 && $0.isFinite }.sorted()
    lower = (ticks.first ?? 1) / 1.25
    upper = (ticks.last ?? 1) * 1.25
  }

  /// Where on a picture of the axis from `start` to `end` a value falls.
  func position(of value: Double, from start: Double, to end: Double) -> Double {
    start + log(value / lower) / log(upper / lower) * (end - start)
  }

  /// The ticks whose labels do not collide when the axis is `length` long: the larger first.
  func labelledTicks(length: Double) -> [(value: Double, label: String)] {
    var free = Double.infinity
    return ticks.reversed().compactMap { tick in
      let label = DecimalText.significant(tick)
      let half = TextWidth.of(label) / 2
      let x = position(of: tick, from: 0, to: length)
      guard x + half + 6 <= free else { return nil }
      free = x - half
      return (tick, label)
    }
  }
}

/// The rectangle between the axes of a chart, in units of the view box, and the drawing of the axes
/// around it.
struct PlotArea {
  let left: Double
  let top: Double
  let right: Double
  let bottom: Double

  /// Height of the whole picture when the plot is at the bottom of it: room for the tick labels and
  /// for the label of the horizontal axis.
  var pictureHeight: Double { bottom + 42 }

  /// Horizontal grid lines with their labels, and the name of the axis above the first of them.
  func drawVerticalAxis(_ axis: Axis, label: String, into document: inout SVGDocument) {
    for tick in axis.ticks {
      let y = axis.position(of: tick, from: bottom, to: top)
      document.line(x1: left, y1: y, x2: right, y2: y, style: "grid")
      document.text(axis.label(tick), x: left - 6, y: y + 4, anchor: .end, style: "label tick")
    }
    document.text(label, x: 0, y: top - 14)
  }

  /// The base line with ticks, their labels, and the name of the axis below.
  func drawHorizontalAxis(_ axis: Axis, label: String, into document: inout SVGDocument) {
    document.line(x1: left, y1: bottom, x2: right, y2: bottom, style: "base")
    for tick in axis.ticks {
      let x = axis.position(of: tick, from: left, to: right)
      document.line(x1: x, y1: bottom, x2: x, y2: bottom + 4, style: "base")
      document.text(
        axis.label(tick), x: x, y: bottom + 17, anchor: .middle, style: "label tick")
    }
    document.text(label, x: (left + right) / 2, y: bottom + 36, anchor: .middle)
  }
}

/// The legend of a chart, in rows above the plot, where it cannot cover data.
struct Legend {
  /// What stands before the words.
  enum Symbol {
    /// A box in the colour of an area.
    case box
    /// A box with a pattern of stripes.
    case stripes
    /// A thin line with a dot.
    case line
    /// A wide line.
    case wideLine
  }

  /// One colour and what it means.
  struct Entry {
    var text: String
    var symbol: Symbol
    var colour: ChartColour
  }

  var entries: [Entry]

  private static let rowHeight = 20.0
  private static let symbolWidth = 22.0

  /// Height of the legend when it is `width` wide.
  func height(width: Double) -> Double {
    Double((places(width: width).map(\.row).max() ?? -1) + 1) * Self.rowHeight
  }

  /// Draws the legend from the top of the picture.
  func draw(into document: inout SVGDocument, width: Double) {
    for (entry, place) in zip(entries, places(width: width)) {
      let middle = (Double(place.row) + 0.5) * Self.rowHeight
      switch entry.symbol {
      case .box:
        document.rectangle(
          x: place.x, y: middle - 5, width: 14, height: 10, style: "fill " + entry.colour.style)
      case .stripes:
        document.rectangle(
          x: place.x, y: middle - 5, width: 14, height: 10, style: "outline " + entry.colour.style)
      case .line:
        document.line(
          x1: place.x, y1: middle, x2: place.x + 16, y2: middle,
          style: "stroke thin " + entry.colour.style)
        document.circle(
          x: place.x + 8, y: middle, radius: 3, style: "fill " + entry.colour.style)
      case .wideLine:
        document.line(
          x1: place.x + 3, y1: middle, x2: place.x + 13, y2: middle,
          style: "stroke wide " + entry.colour.style)
      }
      document.text(entry.text, x: place.x + Self.symbolWidth, y: middle + 4)
    }
  }

  /// Entries flow from left to right and wrap like words.
  private func places(width: Double) -> [(x: Double, row: Int)] {
    var x = 0.0
    var row = 0
    return entries.map { entry in
      let needed = Self.symbolWidth + TextWidth.of(entry.text)
      if x > 0, x + needed > width {
        x = 0
        row += 1
      }
      defer { x += needed + 14 }
      return (x, row)
    }
  }
}

/// Marks the rounds that were not applied: a strip above the plot, and a faint band across it.
struct RefusedRounds {
  let applied: [Bool]
  let rounds: Axis
  let area: PlotArea

  /// Draws the marks. Neighbouring rounds share one mark, so that no seams show.
  func draw(into document: inout SVGDocument, acrossPlot: Bool) {
    var index = 0
    while index < applied.count {
      guard !applied[index] else {
        index += 1
        continue
      }
      let first = index
      while index < applied.count, !applied[index] { index += 1 }
      // Round n covers the axis from n - 0.5 to n + 0.5.
      let left = rounds.position(of: Double(first) + 0.5, from: area.left, to: area.right)
      let right = rounds.position(of: Double(index) + 0.5, from: area.left, to: area.right)
      let inset = min(2, (right - left) * 0.1)
      let width = right - left - 2 * inset
      if acrossPlot {
        document.rectangle(
          x: left + inset, y: area.top, width: width, height: area.bottom - area.top,
          style: "band " + ChartColour.refused.style)
      }
      document.rectangle(
        x: left + inset, y: area.top - 8, width: width, height: 5,
        style: "fill " + ChartColour.refused.style)
    }
  }
}
