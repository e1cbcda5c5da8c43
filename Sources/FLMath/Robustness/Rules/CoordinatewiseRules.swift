/// The median of every coordinate; of an even number of vectors the mean of the two in the middle.
///
/// Yin et al. 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates",
/// definition 1. It withstands any minority: f attackers among at least 2f + 1 vectors.
public struct CoordinateMedian: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError/invalidAttackers(_:)`` if the number is negative.
  public init(attackers: Int) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
  }

  /// The median of every coordinate of the usable rows.
  ///
  /// - Complexity: O(dimension x n log^2 n) for n rows, without a branch on any value.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    return usable.aggregate(CoordinateStatistics.median(of: usable.rows))
  }
}
