import Foundation

/// Numbers as text with a fixed count of decimals and a point, whatever the locale of the machine:
/// the same record must give the same report everywhere.
enum DecimalText {
  /// What stands where there is no number.
  static let missing = "–"

  /// `value` with exactly `decimals` decimals, and with "," between thousands when `grouped`.
  static func fixed(_ value: Double, decimals: Int, grouped: Bool = false) -> String {
    guard value.isFinite else { return missing }
    let places = min(max(decimals, 0), 12)
    let scale = (0..<places).reduce(1) { product, _ in product * 10 }
    let scaled = (abs(value) * Double(scale)).rounded()
    // Beyond this a Double has no decimals left; its own description is exact and has no locale.
    guard scaled < 9e15 else { return String(value) }
    let digits = Int(scaled)
    var text = grouped ? grouping(digits / scale) : String(digits / scale)
    if places > 0 {
      let fraction = String(digits % scale)
      text += "." + String(repeating: "0", count: places - fraction.count) + fraction
    }
    return value < 0 && digits != 0 ? "-" + text : text
  }

  /// `value` with "," between thousands.
  static func integer(_ value: Int) -> String {
    value < 0 ? "-" + grouping(value.magnitude) : grouping(value.magnitude)
  }

  /// `value` with `digits` significant digits at least, for settings such as a learning rate of
  /// 0.0005 that a fixed count of decimals would round away. Trailing zeros are dropped.
  static func significant(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return missing }
    guard value != 0 else { return "0" }
    let leading = Int(log10(abs(value)).rounded(.down))
    guard leading > -9 else { return String(value) }
    var text = fixed(value, decimals: max(0, digits - 1 - leading), grouped: true)
    guard text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func grouping(_ value: some BinaryInteger) -> String {
    var text = ""
    for (index, digit) in String(value).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }
}
