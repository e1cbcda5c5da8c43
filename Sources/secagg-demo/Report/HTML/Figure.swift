/// A chart on the page, with its visible title and a sentence below it.
enum Figure {
  /// Widths, in units of the view box, of the two drawings of a chart: one for a page that is wide
  /// and one for a phone. Text scales with its drawing, so one drawing cannot be readable on both.
  static let wideWidth = 860.0
  /// See `wideWidth`.
  static let narrowWidth = 390.0

  /// A figure around drawings that are ready. `title` and `text` are plain text.
  static func html(title: String, drawings: String, text: String = "") -> String {
    "<figure>\n<figcaption>\(XMLText.escaped(title))</figcaption>\n" + drawings
      + (text.isEmpty ? "" : "<p class=\"quiet\">\(XMLText.escaped(text))</p>\n") + "</figure>\n"
  }

  /// A chart over the full width of the page, drawn for a wide page and for a phone; the style sheet
  /// shows one of them.
  static func html(
    title: String, identifier: String, summary: String, plotHeight: Double,
    drawing: (ChartFrame) -> String
  ) -> String {
    var frame = ChartFrame(
      identifier: identifier, width: wideWidth, plotHeight: plotHeight, title: title,
      summary: summary)
    let wide = drawing(frame)
    frame.identifier += "-narrow"
    frame.width = narrowWidth
    let narrow = drawing(frame)
    return html(
      title: title,
      drawings: "<div class=\"for-wide\">\(wide)</div>\n<div class=\"for-narrow\">\(narrow)</div>\n"
    )
  }
}
