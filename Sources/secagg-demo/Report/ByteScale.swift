/// The unit in which a group of byte counts is shown.
struct ByteScale {
  /// Bytes in one unit.
  let bytes: Double
  /// "B", "kB", "MB" or "GB".
  let unit: String

  /// The largest unit in which `largest` bytes is at least 1. What would round to 1,000 of one unit
  /// takes the next one.
  init(upTo largest: Double) {
    switch abs(largest) {
    case 999_950_000...: (bytes, unit) = (1_000_000_000, "GB")
    case 999_950...: (bytes, unit) = (1_000_000, "MB")
    case 999.5...: (bytes, unit) = (1_000, "kB")
    default: (bytes, unit) = (1, "B")
    }
  }
}
