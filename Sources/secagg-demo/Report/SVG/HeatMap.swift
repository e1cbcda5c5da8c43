/// A table of numbers whose cells are the darker the larger the number, with the number in each.
struct HeatMap {
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

  /// Shades from light to dark; the style sheet has as many.
  static let shades = 10

  /// The table as an `<svg>` element.
  func rendered() -> String {
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
