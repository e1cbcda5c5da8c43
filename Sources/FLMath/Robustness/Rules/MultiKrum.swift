/// The mean of the vectors that are nearest to their neighbours.
///
/// Blanchard et al. 2017: the m vectors with the smallest Krum scores, each weighted the
/// same whatever a client says its number of examples is. Of equal scores the first rows are taken.
public struct MultiKrum: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// The number of vectors that are averaged, m; `nil` for all but the attackers, n - f.
  public let selected: Int?

  /// How a vector's distances make its score.
  public let scoring: KrumScoring

  /// At least 2f + 3 vectors, or 2f + 1 with the other scoring; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { scoring.tolerance }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Parameters:
  ///   - attackers: 0 or more.
  ///   - selected: how many vectors are averaged, from 1 to n - f; n - f if it is not given.
  ///   - scoring: how a vector's distances make its score.
  /// - Throws: ``RobustAggregationError`` if the number of attackers is negative or that of vectors
  ///   below 1.
  public init(
    attackers: Int, selecting selected: Int? = nil, scoring: KrumScoring = .sumOfNearest
  ) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    if let selected, selected < 1 {
      throw .invalidSelection(maximum: Int.max - attackers, found: selected)
    }
    self.selected = selected
    self.scoring = scoring
  }

  /// The mean of the usable rows with the smallest scores.
  ///
  /// - Throws: ``RobustAggregationError``, also if more vectors are to be selected than n - f.
  /// - Complexity: O(n^2 x dimension) time and O(n^2) memory for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    // The same number whether attackers are unusable and left out or not.
    let honest = usable.rows.count - usable.attackers
    guard selected ?? 1 <= honest else {
      throw .invalidSelection(maximum: honest, found: selected ?? 1)
    }
    let scores = scoring.scores(
      PairwiseDistances(of: usable.rows), attackers: usable.attackers)
    return usable.mean(selected: scores.positionsOfSmallest(selected ?? honest))
  }
}
