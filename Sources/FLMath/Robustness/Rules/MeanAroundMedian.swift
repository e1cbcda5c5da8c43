/// In every coordinate the mean of the n - f values nearest to the median (MeaMed).
///
/// Xie, Koyejo and Gupta 2018, "Generalized Byzantine-tolerant SGD". It withstands f
/// attackers among at least 2f + 1 vectors. Of values equally near, those of the first rows are
/// taken.
public struct MeanAroundMedian: RobustAggregationRule, Hashable {
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

  /// The mean around the median of every coordinate of the usable rows.
  ///
  /// - Complexity: O(dimension x n log^2 n) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    return usable.aggregate(
      CoordinateStatistics.meanAroundMedian(
        usable.rows.count - usable.attackers, of: usable.rows))
  }
}
