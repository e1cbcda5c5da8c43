/// The mean of the n - f vectors that are nearest to a trusted one of them, itself among them (the rule
/// of MoNNA).
///
/// Farhadkhani et al. 2023, "Robust Collaborative Learning with Linear Gradient Overhead": each
/// peer takes its own vector as the trusted one. A server has to take part with a vector of its own. For
/// every set of n - f vectors with the trusted one, f attackers move the result by 2f / (n - f) times the
/// diameter of the set at most from its mean. Of vectors at the same distance the first are taken.
public struct NearestNeighbourAveraging: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything. The trusted one is not among them.
  public let attackers: Int

  /// The row of the trusted vector.
  public let trustedRow: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError`` if the number of attackers or the row is negative.
  public init(attackers: Int, trustedRow: Int) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard trustedRow >= 0 else { throw .noSuchRow(trustedRow) }
    self.trustedRow = trustedRow
  }

  /// The mean of the usable rows nearest to the trusted one.
  ///
  /// - Throws: ``RobustAggregationError``, also if the trusted row is not there or not usable.
  /// - Complexity: O(n x dimension + n log n) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    guard trustedRow < updates.rows.count else { throw .noSuchRow(trustedRow) }
    guard let own = usable.indices.firstIndex(of: trustedRow) else { throw .unusableReference }
    var distances = EuclideanNorm.distances(of: usable.rows, from: usable.rows[own])
    // Before all others, even before rows that are equal to it.
    distances[own] = -1
    return usable.mean(
      selected: distances.positionsOfSmallest(usable.rows.count - usable.attackers))
  }
}
