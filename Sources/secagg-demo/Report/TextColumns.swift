/// Lines up the cells of a table that is printed in a terminal.
enum TextColumns {
  /// One line per row, columns two spaces apart, each as wide as its widest cell. Columns are
  /// aligned right, as numbers want it, except for those in `leftAligned`.
  static func aligned(_ rows: [[String]], leftAligned: Set<Int> = []) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        leftAligned.contains(column)
          ? padded(cell, right: widths[column]) : padded(cell, left: widths[column])
      }.joined(separator: "  ")
    }
  }

  /// `text` with spaces before it, at least `width` characters.
  static func padded(_ text: String, left width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// `text` with spaces after it, at least `width` characters.
  static func padded(_ text: String, right width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
