/// Collects the shapes of one drawing. Coordinates are in units of the view box, with y downwards;
/// colours and fonts come from the style sheet of the page by class name.
struct SVGDocument {
  /// Which point of a text sits at its coordinates.
  enum Anchor: String {
    case start
    case middle
    case end
  }

  private var body = ""

  /// A straight line.
  mutating func line(
    x1: Double, y1: Double, x2: Double, y2: Double, style: String
  ) {
    body +=
      "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\""
      + " y2=\"\(Self.number(y2))\" class=\"\(style)\"/>"
  }

  /// A filled rectangle; `tooltip` is shown when the pointer rests on it.
  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, style: String, tooltip: String? = nil
  ) {
    body +=
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(max(0, width)))\""
      + " height=\"\(Self.number(max(0, height)))\" class=\"\(style)\""
    body += Self.closed("rect", tooltip: tooltip)
  }

  /// A circle; `tooltip` is shown when the pointer rests on it.
  mutating func circle(
    x: Double, y: Double, radius: Double, style: String, tooltip: String? = nil
  ) {
    body +=
      "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\""
      + " class=\"\(style)\""
    body += Self.closed("circle", tooltip: tooltip)
  }

  /// A line through all the points.
  mutating func polyline(_ points: [(x: Double, y: Double)], style: String) {
    let list = points.map { Self.number($0.x) + "," + Self.number($0.y) }.joined(separator: " ")
    body += "<polyline points=\"\(list)\" class=\"\(style)\"/>"
  }

  /// One line of text with its baseline at `y`.
  mutating func text(
    _ text: String, x: Double, y: Double, anchor: Anchor = .start, style: String = "label"
  ) {
    body +=
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\""
      + " class=\"\(style)\">\(XMLText.escaped(text))</text>"
  }

  /// The drawing as an `<svg>` element that a screen reader announces as one picture with a title
  /// and a description.
  func rendered(frame: ChartFrame, height: Double) -> String {
    let title = frame.identifier + "-title"
    let description = frame.identifier + "-description"
    return "<svg viewBox=\"0 0 \(Self.number(frame.width)) \(Self.number(height))\" role=\"img\""
      + " aria-labelledby=\"\(title) \(description)\">"
      + "<title id=\"\(title)\">\(XMLText.escaped(frame.title))</title>"
      + "<desc id=\"\(description)\">\(XMLText.escaped(frame.summary))</desc>"
      + body + "</svg>\n"
  }

  /// Coordinates to a hundredth, without needless zeros.
  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    var text = DecimalText.fixed(value, decimals: 2)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func closed(_ element: String, tooltip: String?) -> String {
    guard let tooltip else { return "/>" }
    return "><title>\(XMLText.escaped(tooltip))</title></\(element)>"
  }
}

/// What every chart needs around its data: its size and its words.
package struct ChartFrame {
  /// Unique within the page; the base of the identifiers of the title and the description.
  var identifier: String
  /// Width in units of the view box, which are about pixels.
  var width: Double
  /// Height of the plot, between its axes. Legend, ticks and labels come on top of it.
  package var plotHeight: Double
  /// What the chart shows, for a screen reader and as a tooltip.
  var title: String
  /// A description of the chart, for a screen reader.
  var summary: String
}

/// The colours of the charts, by meaning. Their values, for light and for dark pages, are in the
/// style sheet; they come from the palette of Okabe and Ito, which stays distinct for readers who
/// are colour-blind.
package enum ChartColour: String, CaseIterable {
  case secure
  case plain
  case stayed
  case leftAfterMaskedInput = "left-after-masked-input"
  case leftAfterSharingKeys = "left-after-sharing-keys"
  case leftBeforeSharingKeys = "left-before-sharing-keys"
  case unreached
  case refused
  case masked
  case hidden
  case mean
  case up
  case down
  case client
  case server
  case central
  case distributed
  case centralInTurns = "central-in-turns"
  case correlated
  case noNoise = "no-noise"
  case curve1
  case curve2
  case curve3
  case curve4
  case curve5
  case curve6
  case curve7
  case curve8
  case curve9
  case curve10

  /// Class that makes this the current colour of a shape.
  var style: String { "colour-" + rawValue }
}

/// How wide text in a chart will be.
///
/// The font is the reader's, so this is an estimate for a wide one: labels that do not collide by
/// this measure do not collide in a narrower font either.
enum TextWidth {
  /// Size of the text in charts, in units of the view box. The style sheet uses the same.
  static let fontSize = 12.0

  /// Estimated width of `text` in units of the view box.
  static func of(_ text: String) -> Double {
    text.reduce(0) { $0 + ($1.isNumber ? 0.64 : 0.58) * fontSize }
  }

  /// The widest of `texts`.
  static func widest(_ texts: [String]) -> Double {
    texts.map(of).max() ?? 0
  }
}
