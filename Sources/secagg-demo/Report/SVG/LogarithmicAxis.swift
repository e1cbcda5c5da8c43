import Foundation

/// A logarithmic scale for values above 0: equal ratios are equally far apart.
struct LogarithmicAxis {
  /// Value at the start of the axis, above 0.
  let lower: Double
  /// Value at the end of the axis, above `lower`.
  let upper: Double
  /// Where labels stand: the values that are shown, no round numbers between them.
  let ticks: [Double]

  /// An axis with room on both sides of `values`, all above 0.
  init(over values: [Double]) {
    ticks = values.filter { $0 > 0 && $0.isFinite }.sorted()
    lower = (ticks.first ?? 1) / 1.25
    upper = (ticks.last ?? 1) * 1.25
  }

  /// Where on a picture of the axis from `start` to `end` a value falls.
  func position(of value: Double, from start: Double, to end: Double) -> Double {
    start + log(value / lower) / log(upper / lower) * (end - start)
  }

  /// The ticks whose labels do not collide when the axis is `length` long: the larger first.
  func labelledTicks(length: Double) -> [(value: Double, label: String)] {
    var free = Double.infinity
    return ticks.reversed().compactMap { tick in
      let label = DecimalText.significant(tick)
      let half = TextWidth.of(label) / 2
      let x = position(of: tick, from: 0, to: length)
      guard x + half + 6 <= free else { return nil }
      free = x - half
      return (tick, label)
    }
  }
}
