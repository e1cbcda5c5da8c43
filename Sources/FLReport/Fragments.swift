import Foundation

/// A chart on the page, with its visible title and a sentence below it.
package enum Figure {
  /// Widths, in units of the view box, of the two drawings of a chart: one for a page that is wide
  /// and one for a phone. Text scales with its drawing, so one drawing cannot be readable on both.
  package static let wideWidth = 860.0
  /// See `wideWidth`.
  static let narrowWidth = 390.0

  /// A figure with one chart, drawn for a wide page and for a phone; the style sheet shows one of
  /// them.
  ///
  /// - Parameters:
  ///   - title: Visible title, as plain text.
  ///   - identifier: Unique within the page.
  ///   - summary: What can be seen in the chart, for a screen reader.
  ///   - width: Width of the drawing for a wide page.
  ///   - plotHeight: Height of the plot within the chart.
  ///   - text: A sentence below the chart, as plain text.
  ///   - drawing: Draws the chart in a given frame.
  package static func html(
    title: String, identifier: String, summary: String, width: Double = wideWidth,
    plotHeight: Double, text: String = "", drawing: (ChartFrame) -> String
  ) -> String {
    var frame = ChartFrame(
      identifier: identifier, width: width, plotHeight: plotHeight, title: title, summary: summary)
    let wide = drawing(frame)
    frame.identifier += "-narrow"
    frame.width = narrowWidth
    let narrow = drawing(frame)
    return "<figure>\n<figcaption>\(XMLText.escaped(title))</figcaption>\n"
      + "<div class=\"for-wide\">\(wide)</div>\n<div class=\"for-narrow\">\(narrow)</div>\n"
      + (text.isEmpty ? "" : "<p class=\"quiet\">\(XMLText.escaped(text))</p>\n") + "</figure>\n"
  }
}

/// A table of text on the page, whose first column names the rows.
package enum TableHTML {
  /// The table in a frame that scrolls where it is too wide.
  package static func table(head: [String], rows: [[String]], label: String) -> String {
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

/// Text made safe for HTML and SVG, in content and in quoted attributes.
package enum XMLText {
  /// `text` with the five special characters escaped and control characters, which XML forbids,
  /// turned into spaces.
  package static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default:
        if scalar.properties.generalCategory == .control || scalar.value & 0xFFFE == 0xFFFE {
          result += " "
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
