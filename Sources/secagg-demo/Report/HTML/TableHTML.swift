import Foundation

/// A table of text on the page, whose first column names the rows.
enum TableHTML {
  /// The table in a frame that scrolls where it is too wide.
  static func table(head: [String], rows: [[String]], label: String) -> String {
    let columns = head.map { text in
      let words = XMLText.escaped(text).replacingOccurrences(of: " %", with: "&nbsp;%")
      return "<th scope=\"col\">\(words)</th>"
    }.joined()
    let lines = rows.map { row in
      "<tr><th scope=\"row\">\(XMLText.escaped(row.first ?? ""))</th>"
        + row.dropFirst().map { "<td>\(XMLText.escaped($0))</td>" }.joined() + "</tr>"
    }
    return "<div class=\"scroll\" tabindex=\"0\" role=\"region\""
      + " aria-label=\"\(XMLText.escaped(label))\">\n<table class=\"rounds named\">\n"
      + "<thead><tr>\(columns)</tr></thead>\n<tbody>\n" + lines.joined(separator: "\n")
      + "\n</tbody>\n</table>\n</div>\n"
  }
}
