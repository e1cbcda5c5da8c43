/// Krum again and again until n - 2f vectors are chosen, then in every coordinate the mean of the
/// n - 4f values nearest to their median.
///
/// El Mhamdi, Guerraoui and Rouault 2018, "The Hidden Vulnerability of Distributed Learning in
/// Byzantium": Krum alone can be made to take a vector that is far off in one coordinate,
/// the second step takes that away.
public struct Bulyan: RobustAggregationRule, Hashable {
  /// How the first step chooses its vectors.
  public enum Selection: Sendable, Hashable, CaseIterable {
    /// One vector at a time, scores being computed anew among those that are left, as in the paper.
    case iterative
    /// All at once by the scores among all vectors, as Flower's newer interface has it.
    case singlePass
  }

  /// The number of vectors that may be anything.
  public let attackers: Int

  /// How the first step chooses its vectors.
  public let selection: Selection

  /// At least 4f + 3 vectors; the breakdown point is 1/4.
  public var tolerance: AttackerTolerance {
    AttackerTolerance(vectorsPerAttacker: 4, additionalVectors: 3)
  }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError/invalidAttackers(_:)`` if the number is negative.
  public init(
    attackers: Int, selection: Selection = .iterative
  ) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.selection = selection
  }

  /// The mean around the median of the rows chosen.
  ///
  /// - Complexity: O(n^2 x dimension + n^2 log n) time and O(n^2) memory for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let attackers = usable.attackers
    let chosen = selectedPositions(
      PairwiseDistances(of: usable.rows), count: usable.rows.count - 2 * attackers,
      attackers: attackers)
    let vector = CoordinateStatistics.meanAroundMedian(
      chosen.count - 2 * attackers, of: chosen.map { usable.rows[$0] })
    return RobustAggregate(
      vector: vector, unusableRows: usable.unusableRows,
      selectedRows: chosen.map { usable.indices[$0] }.sorted())
  }

  private func selectedPositions(
    _ distances: PairwiseDistances, count: Int, attackers: Int
  ) -> [Int] {
    switch selection {
    case .iterative:
      var krum = IterativeKrum(distances, attackers: attackers)
      return krum.choose(count)
    case .singlePass:
      return KrumScoring.sumOfNearest.scores(distances, attackers: attackers)
        .positionsOfSmallest(count)
    }
  }
}
