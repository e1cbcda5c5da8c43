/// In every coordinate the mean of what is left without the f smallest and the f largest values.
///
/// Yin et al. 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates",
/// definition 2, with f = beta n. It withstands f attackers among at least 2f + 1 vectors. Where
/// unusable rows were left out, as many fewer are cut off at either end.
public struct TrimmedMean: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything, and of values that are cut off at either end.
  public let attackers: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError/invalidAttackers(_:)`` if the number is negative.
  public init(attackers: Int) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
  }

  /// The trimmed mean of every coordinate of the usable rows.
  ///
  /// - Complexity: O(dimension x n log^2 n) for n rows, without a branch on any value.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let kept = usable.attackers..<(usable.rows.count - usable.attackers)
    return usable.aggregate(CoordinateStatistics.meanOfRanks(kept, of: usable.rows))
  }
}
