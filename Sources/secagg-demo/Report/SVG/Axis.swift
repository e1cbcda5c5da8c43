import Foundation

/// A linear scale with ticks at round numbers.
struct Axis {
  /// Value at the start of the axis.
  let lower: Double
  /// Value at the end of the axis, above `lower`.
  let upper: Double
  let ticks: [Double]
  /// Decimals that all tick labels have.
  let decimals: Int

  /// Where on a picture of the axis from `start` to `end` a value falls. Values off the axis are
  /// moved to its end.
  func position(of value: Double, from start: Double, to end: Double) -> Double {
    let fraction = (min(max(value, lower), upper) - lower) / (upper - lower)
    return start + fraction * (end - start)
  }

  /// Label of a tick.
  func label(_ tick: Double) -> String {
    DecimalText.fixed(tick, decimals: decimals, grouped: true)
      .replacingOccurrences(of: "-", with: "\u{2212}")
  }

  /// Labels of all ticks.
  var labels: [String] { ticks.map(label) }

  /// An axis from 0 to the first tick at or above `largest`, for lengths such as bars, which lie
  /// when they do not start at 0.
  ///
  /// - Parameters:
  ///   - largest: Largest value to be shown.
  ///   - tickCount: About how many intervals between ticks.
  ///   - wholeNumbers: Whether only whole numbers may be ticks.
  static func fromZero(to largest: Double, tickCount: Int, wholeNumbers: Bool = false) -> Axis {
    let top = largest.isFinite && largest > 0 ? largest : 1
    let step = niceStep(over: top, count: tickCount, wholeNumbers: wholeNumbers)
    let intervals = max(1, (top / step - 1e-9).rounded(.up))
    return Axis(
      lower: 0, upper: intervals * step, ticks: multiples(of: step, in: 0...(intervals * step)),
      decimals: decimals(of: step))
  }

  /// An axis from 0 that ends exactly at `largest`, for a total such as the number of clients.
  static func fromZero(exactlyTo largest: Int, tickCount: Int) -> Axis {
    let top = Double(max(1, largest))
    let step = niceStep(over: top, count: tickCount, wholeNumbers: true)
    // The total itself is a tick, and takes the place of a round number that is too close.
    let ticks = multiples(of: step, in: 0...top).filter { top - $0 > step * 0.5 } + [top]
    return Axis(lower: 0, upper: top, ticks: ticks, decimals: 0)
  }

  /// An axis from exactly `first` to exactly `last`, `length` units long, with as many ticks (up to
  /// six) as have room for their labels side by side.
  static func within(lower first: Double, upper last: Double, length: Double) -> Axis {
    let lower = first.isFinite ? first : 0
    var upper = last.isFinite ? last : lower + 1
    if upper <= lower { upper = lower + max(abs(lower), 1) }
    var axis = Axis(lower: lower, upper: upper, ticks: [], decimals: 0)
    for count in stride(from: 6, through: 1, by: -1) {
      let step = niceStep(over: upper - lower, count: count, wholeNumbers: false)
      axis = Axis(
        lower: lower, upper: upper, ticks: multiples(of: step, in: lower...upper),
        decimals: decimals(of: step))
      let spacing = step / (upper - lower) * length
      if spacing >= TextWidth.widest(axis.labels) + 8 { return axis }
    }
    return axis
  }

  /// An axis over the rounds 1 to `count`, `length` units long. When not all labels have room, only
  /// round numbers are labelled, and the first round when it does not collide with them.
  static func rounds(_ count: Int, length: Double) -> Axis {
    let last = max(1, count)
    let room = TextWidth.of(DecimalText.integer(last)) + 8
    let most = max(1, Int(length / room))
    let step = Int(niceStep(over: Double(last), count: most, wholeNumbers: true))
    var ticks = stride(from: step, through: last, by: step).map { Double($0) }
    let spacing = length / Double(last)
    if let first = ticks.first, first > 1, (first - 1) * spacing >= room {
      ticks.insert(1, at: 0)
    }
    // Half a round of air at both ends, so that the first and the last have room for their mark.
    return Axis(lower: 0.5, upper: Double(last) + 0.5, ticks: ticks, decimals: 0)
  }

  /// The smallest of 1, 2, 5, 10, 20, … (or 0.5, 0.2, …) that makes at most `count` intervals.
  private static func niceStep(over length: Double, count: Int, wholeNumbers: Bool) -> Double {
    let raw = length / Double(max(1, count))
    let magnitude = pow(10, log10(raw).rounded(.down))
    let step = [1.0, 2, 5, 10].map { $0 * magnitude }.first { $0 >= raw * (1 - 1e-9) }
    return max(step ?? raw, wholeNumbers ? 1 : 0)
  }

  private static func multiples(of step: Double, in range: ClosedRange<Double>) -> [Double] {
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard first <= last, last - first < 1_000 else { return [] }
    // Adding zero turns a negative zero into a plain one.
    return stride(from: first, through: last, by: 1).map { $0 * step + 0 }
  }

  private static func decimals(of step: Double) -> Int {
    step > 0 ? max(0, Int(-log10(step).rounded(.down))) : 0
  }
}
