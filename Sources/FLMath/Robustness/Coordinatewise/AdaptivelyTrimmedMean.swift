/// In every coordinate the mean of the values that are not far from the median, however many these are.
///
/// Hampel 1985, "The Breakdown Points of the Mean Combined With Some Rejection Rules" (X84): a value is cut
/// off if it is farther from the median than the cut-off times the median distance from it, brought to the
/// scale of a standard deviation. So nobody has to know how many attackers there are: without any, a cut-off
/// of 3 keeps all but 1 in 370 values of a normal distribution, where ``TrimmedMean`` always cuts off 2f.
///
/// With a majority of honest values, the result is at most `1.4826 * cutoff` times their range from the
/// median, which is in the range. Where more than half of the values are equal, they are the result.
public struct AdaptivelyTrimmedMean: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything. It says how many vectors there have to be, and has no
  /// influence on the result.
  public let attackers: Int

  /// How many standard deviations from the median are too far.
  public let cutoff: Double

  /// The ratio of the standard deviation of a normal distribution to the median distance from the median.
  static let normalConsistency = 1.482_602_218_505_602

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError`` if the number of attackers is negative, or the cut-off is not
  ///   finite and above 0.
  public init(attackers: Int, cutoff: Double = 3) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard cutoff.isFinite, cutoff > 0 else { throw .invalidCutoff(cutoff) }
    self.cutoff = cutoff
  }

  /// Withstands any minority of `vectors`, so that no number of attackers is needed.
  ///
  /// - Parameter vectors: the least number of vectors that will be aggregated, at least 1.
  /// - Throws: ``RobustAggregationError`` if that is below 1, or the cut-off not finite and above 0.
  public init(anyMinorityOf vectors: Int, cutoff: Double = 3) throws(RobustAggregationError) {
    guard vectors >= 1 else {
      throw .beyondBreakdown(vectors: vectors, attackers: 0, maximum: -1)
    }
    try self.init(attackers: (vectors - 1) / 2, cutoff: cutoff)
  }

  /// The mean of the usable values that are near to the median, in every coordinate.
  ///
  /// - Complexity: O(dimension x n log^2 n) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    return usable.aggregate(
      CoordinateStatistics.ofSortedColumns(of: usable.rows) { _, sorted in mean(sorted: sorted) })
  }

  /// The mean of the values near to the median, given in order.
  private func mean(sorted values: [Double]) -> Double {
    let last = values.count - 1
    let median = (values[last / 2] + values[values.count / 2]) / 2
    // Without the farther end again and again, until half of the values are left and one more.
    var window = 0...last
    while window.count > values.count / 2 + 1 { window = narrowed(window, median, values) }
    var middle = farthest(in: window, median, values)
    if values.count % 2 == 0 {
      middle = (middle + farthest(in: narrowed(window, median, values), median, values)) / 2
    }
    let largest = cutoff * Self.normalConsistency * middle
    var (sum, kept) = (0.0, 0)
    for value in values where (value - median).magnitude <= largest {
      sum += value
      kept += 1
    }
    // With a small cut-off, all values may be too far from a median between two of them.
    return kept == 0 ? median : sum / Double(kept)
  }

  private func narrowed(
    _ window: ClosedRange<Int>, _ median: Double, _ values: [Double]
  ) -> ClosedRange<Int> {
    median - values[window.lowerBound] > values[window.upperBound] - median
      ? window.lowerBound + 1...window.upperBound : window.lowerBound...window.upperBound - 1
  }

  private func farthest(
    in window: ClosedRange<Int>, _ median: Double, _ values: [Double]
  ) -> Double {
    max(median - values[window.lowerBound], values[window.upperBound] - median)
  }
}
