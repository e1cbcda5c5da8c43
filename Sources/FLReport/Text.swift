import Foundation

/// Numbers as text with a fixed count of decimals and a point, whatever the locale of the machine:
/// the same record must give the same report everywhere.
package enum DecimalText {
  /// What stands where there is no number.
  package static let missing = "–"

  /// `value` with exactly `decimals` decimals, and with "," between thousands when `grouped`.
  package static func fixed(_ value: Double, decimals: Int, grouped: Bool = false) -> String {
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
  package static func integer(_ value: Int) -> String {
    value < 0 ? "-" + grouping(value.magnitude) : grouping(value.magnitude)
  }

  /// `value` with `digits` significant digits at least, for settings such as a learning rate of
  /// 0.0005 that a fixed count of decimals would round away. Trailing zeros are dropped.
  package static func significant(_ value: Double, digits: Int = 4) -> String {
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

/// Quantities as text for people: bytes in decimal units, times, shares and counted nouns.
package enum Quantity {
  /// Bytes in B, kB, MB or GB (powers of 1,000), with one decimal above 1 kB.
  package static func bytes(_ count: Double) -> String {
    guard count.isFinite else { return DecimalText.missing }
    let scale = ByteScale(upTo: count)
    return DecimalText.fixed(count / scale.bytes, decimals: scale.bytes == 1 ? 0 : 1)
      + " " + scale.unit
  }

  /// Bytes in B, kB, MB or GB (powers of 1,000), with one decimal above 1 kB.
  package static func bytes(_ count: Int) -> String { bytes(Double(count)) }

  /// Milliseconds, with more decimals the shorter the time; seconds from 10 s on.
  package static func milliseconds(_ time: Double) -> String {
    guard time.isFinite else { return DecimalText.missing }
    switch abs(time) {
    case 10_000...: return DecimalText.fixed(time / 1000, decimals: 1, grouped: true) + " s"
    case 100...: return DecimalText.fixed(time, decimals: 0, grouped: true) + " ms"
    case 10...: return DecimalText.fixed(time, decimals: 1) + " ms"
    default: return DecimalText.fixed(time, decimals: 2) + " ms"
    }
  }

  /// Seconds, or minutes and seconds from two minutes on.
  package static func seconds(_ time: Double) -> String {
    guard time.isFinite, abs(time) < 1e9 else { return DecimalText.missing }
    guard time >= 120 else { return DecimalText.fixed(time, decimals: 1) + " s" }
    let whole = Int(time.rounded())
    return "\(DecimalText.integer(whole / 60)) min \(whole % 60) s"
  }

  /// A fraction in 0...1 as per cent.
  package static func percent(_ fraction: Double, decimals: Int = 1) -> String {
    guard fraction.isFinite else { return DecimalText.missing }
    return DecimalText.fixed(fraction * 100, decimals: decimals) + " %"
  }

  /// "1 round", "20 rounds".
  package static func counted(_ count: Int, _ singular: String) -> String {
    DecimalText.integer(count) + " " + (count == 1 ? singular : singular + "s")
  }
}

/// The unit in which a group of byte counts is shown.
package struct ByteScale {
  /// Bytes in one unit.
  package let bytes: Double
  /// "B", "kB", "MB" or "GB".
  package let unit: String

  /// The largest unit in which `largest` bytes is at least 1. What would round to 1,000 of one unit
  /// takes the next one.
  package init(upTo largest: Double) {
    switch abs(largest) {
    case 999_950_000...: (bytes, unit) = (1_000_000_000, "GB")
    case 999_950...: (bytes, unit) = (1_000_000, "MB")
    case 999.5...: (bytes, unit) = (1_000, "kB")
    default: (bytes, unit) = (1, "B")
    }
  }
}

/// Lines up the cells of a table that is printed in a terminal.
package enum TextColumns {
  /// One line per row, columns two spaces apart, each as wide as its widest cell. Columns are
  /// aligned right, as numbers want it, except for those in `leftAligned`.
  package static func aligned(_ rows: [[String]], leftAligned: Set<Int> = []) -> [String] {
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
  package static func padded(_ text: String, left width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// `text` with spaces after it, at least `width` characters.
  package static func padded(_ text: String, right width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
