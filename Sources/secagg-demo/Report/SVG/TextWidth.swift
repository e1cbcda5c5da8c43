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
