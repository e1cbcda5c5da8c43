/// Horizontal bars in groups, each with its value written at its end.
package struct BarChart {
  /// One bar of every group.
  package struct Series {
    package let name: String
    let colour: ChartColour
    /// One value per category, in the unit of the axis.
    let values: [Double]
    /// What is written at the end of each bar.
    package let texts: [String]

    package init(
      name: String, colour: ChartColour, values: [Double], texts: [String]
    ) {
      self.name = name
      self.colour = colour
      self.values = values
      self.texts = texts
    }
  }

  var frame: ChartFrame
  var categories: [String]
  var series: [Series]
  var horizontalLabel: String

  package init(
    frame: ChartFrame, categories: [String], series: [Series], horizontalLabel: String
  ) {
    self.frame = frame
    self.categories = categories
    self.series = series
    self.horizontalLabel = horizontalLabel
  }

  /// The chart as an `<svg>` element. The height follows from the number of bars.
  package func rendered() -> String {
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

/// One bar per round, made of parts that add up to the same total, such as all clients.
package struct StackedBarChart {
  /// One part of every bar.
  package struct Part {
    var name: String
    var colour: ChartColour
    /// Whether the part is only outlined, for unknown values and for events that did not happen.
    var isOutlined: Bool = false
    /// One value per round.
    var values: [Int]

    package init(
      name: String, colour: ChartColour, isOutlined: Bool = false, values: [Int]
    ) {
      self.name = name
      self.colour = colour
      self.isOutlined = isOutlined
      self.values = values
    }
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

  package init(
    frame: ChartFrame, parts: [Part], total: Int, verticalLabel: String, applied: [Bool],
    tooltip: @escaping (Int) -> String
  ) {
    self.frame = frame
    self.parts = parts
    self.total = total
    self.verticalLabel = verticalLabel
    self.applied = applied
    self.tooltip = tooltip
  }

  /// The chart as an `<svg>` element.
  package func rendered() -> String {
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

/// The distribution of many values.
package struct HistogramChart {
  var frame: ChartFrame
  var histogram: Histogram
  var colour: ChartColour
  var horizontalLabel: String
  /// Whether a line shows how high all bars would be if the values were spread evenly.
  var showsEvenLevel: Bool

  package init(
    frame: ChartFrame, histogram: Histogram, colour: ChartColour, horizontalLabel: String,
    showsEvenLevel: Bool
  ) {
    self.frame = frame
    self.histogram = histogram
    self.colour = colour
    self.horizontalLabel = horizontalLabel
    self.showsEvenLevel = showsEvenLevel
  }

  /// The chart as an `<svg>` element.
  package func rendered() -> String {
    var document = SVGDocument()
    var entries = [Legend.Entry(text: histogram.label, symbol: .box, colour: colour)]
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

/// A table of numbers. Larger numbers have darker cells, and each cell shows its number.
package struct HeatMap {
  var frame: ChartFrame
  var rows: [String]
  var columns: [String]
  /// Row by row, from 0 to 1; not finite where there is none.
  var values: [[Double]]
  var colour: ChartColour
  /// What is written in a cell.
  var text: (Double) -> String
  /// What the shades mean, below the table.
  var caption: String

  package init(
    frame: ChartFrame, rows: [String], columns: [String], values: [[Double]], colour: ChartColour,
    text: @escaping (Double) -> String, caption: String
  ) {
    self.frame = frame
    self.rows = rows
    self.columns = columns
    self.values = values
    self.colour = colour
    self.text = text
    self.caption = caption
  }

  /// Shades from light to dark; the style sheet has as many.
  static let shades = 10

  /// The table as an `<svg>` element.
  package func rendered() -> String {
    var document = SVGDocument()
    let left = TextWidth.widest(rows) + 10
    let words = columns.map { $0.split(separator: " ").map(String.init) }
    let headLines = words.map(\.count).max() ?? 1
    let top = Double(headLines) * 15 + 8
    let width = (frame.width - left) / Double(max(1, columns.count))
    let height = 34.0
    for (column, lines) in words.enumerated() {
      for (line, word) in lines.enumerated() {
        document.text(
          word, x: left + (Double(column) + 0.5) * width,
          y: top - 8 - Double(lines.count - 1 - line) * 15, anchor: .middle)
      }
    }
    for (row, name) in rows.enumerated() {
      let y = top + Double(row) * height
      document.text(name, x: left - 8, y: y + height / 2 + 4, anchor: .end)
      for column in columns.indices {
        let value = values[row][column]
        let x = left + Double(column) * width
        let share = value.isFinite ? min(max(value, 0), 1) : 0
        let shade = Int((share * Double(Self.shades)).rounded())
        document.rectangle(
          x: x + 1, y: y + 1, width: width - 2, height: height - 2,
          style: "fill shade-\(shade) " + colour.style,
          tooltip: "\(name), \(columns[column]): \(text(value))")
        document.text(
          text(value), x: x + width / 2, y: y + height / 2 + 4, anchor: .middle)
      }
    }
    let bottom = top + Double(rows.count) * height
    document.text(caption, x: left, y: bottom + 18, style: "label tick")
    return document.rendered(frame: frame, height: bottom + 26)
  }
}
