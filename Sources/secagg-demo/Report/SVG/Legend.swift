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
