/// Counts of values in bins of equal width.
struct Histogram: Codable, Sendable, Equatable {
  @FiniteOrNull var lowerBound: Double
  @FiniteOrNull var upperBound: Double
  var counts: [Int]
  /// What is counted, such as "decoded mean".
  var label: String
  /// Unit of the bounds, such as "model units".
  var unit: String

  /// Counts `values` in `bins` bins of equal width over `range`.
  ///
  /// Without a range the bins span the values. A value outside the range counts in the bin nearest
  /// to it, so that no finite value disappears; values that are not finite are left out.
  static func histogram(
    of values: [Double], bins: Int, range: ClosedRange<Double>? = nil,
    label: String = "", unit: String = ""
  ) -> Histogram {
    let finite = values.filter(\.isFinite)
    var lower = range?.lowerBound ?? finite.min() ?? 0
    var upper = range?.upperBound ?? finite.max() ?? 1
    if !lower.isFinite || !upper.isFinite || !(upper - lower).isFinite {
      (lower, upper) = (-1, 1)
    }
    if lower == upper {
      // Equal values still need a bin that has a width.
      let margin = max(abs(lower) * 0.5, 0.5)
      (lower, upper) = (lower - margin, upper + margin)
    }
    var counts = [Int](repeating: 0, count: max(1, bins))
    for value in finite {
      let clamped = min(max(value, lower), upper)
      let position = (clamped - lower) / (upper - lower) * Double(counts.count)
      counts[min(Int(position), counts.count - 1)] += 1
    }
    return Histogram(
      lowerBound: lower, upperBound: upper, counts: counts, label: label, unit: unit)
  }
}
