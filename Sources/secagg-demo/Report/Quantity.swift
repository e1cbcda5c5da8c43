/// Quantities as text for people: bytes in decimal units, times, shares and counted nouns.
enum Quantity {
  /// Bytes in B, kB, MB or GB (powers of 1,000), with one decimal above 1 kB.
  static func bytes(_ count: Double) -> String {
    guard count.isFinite else { return DecimalText.missing }
    let scale = ByteScale(upTo: count)
    return DecimalText.fixed(count / scale.bytes, decimals: scale.bytes == 1 ? 0 : 1)
      + " " + scale.unit
  }

  /// Bytes in B, kB, MB or GB (powers of 1,000), with one decimal above 1 kB.
  static func bytes(_ count: Int) -> String { bytes(Double(count)) }

  /// Milliseconds, with more decimals the shorter the time; seconds from 10 s on.
  static func milliseconds(_ time: Double) -> String {
    guard time.isFinite else { return DecimalText.missing }
    switch abs(time) {
    case 10_000...: return DecimalText.fixed(time / 1000, decimals: 1, grouped: true) + " s"
    case 100...: return DecimalText.fixed(time, decimals: 0, grouped: true) + " ms"
    case 10...: return DecimalText.fixed(time, decimals: 1) + " ms"
    default: return DecimalText.fixed(time, decimals: 2) + " ms"
    }
  }

  /// Seconds, or minutes and seconds from two minutes on.
  static func seconds(_ time: Double) -> String {
    guard time.isFinite, abs(time) < 1e9 else { return DecimalText.missing }
    guard time >= 120 else { return DecimalText.fixed(time, decimals: 1) + " s" }
    let whole = Int(time.rounded())
    return "\(DecimalText.integer(whole / 60)) min \(whole % 60) s"
  }

  /// A fraction in 0...1 as per cent.
  static func percent(_ fraction: Double, decimals: Int = 1) -> String {
    guard fraction.isFinite else { return DecimalText.missing }
    return DecimalText.fixed(fraction * 100, decimals: decimals) + " %"
  }

  /// "1 round", "20 rounds".
  static func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
    DecimalText.integer(count) + " " + (count == 1 ? singular : plural ?? singular + "s")
  }
}
