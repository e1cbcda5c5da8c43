/// A chart on the page, with its visible title and a sentence below it.
enum Figure {
  /// Widths, in units of the view box, of the two drawings of a chart: one for a page that is wide
  /// and one for a phone. Text scales with its drawing, so one drawing cannot be readable on both.
  static let wideWidth = 860.0
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
  static func html(
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
