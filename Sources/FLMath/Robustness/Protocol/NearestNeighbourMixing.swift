/// Replaces each vector by the mean of its n - f nearest ones, itself among them (NNM).
///
/// Allouah et al. 2023, "Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity".
/// Honest vectors move together, so that a robust rule after it does better where clients
/// differ. Of vectors at the same distance the first are taken.
public struct NearestNeighbourMixing: Sendable, Hashable {
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

  /// The mixed rows. Unusable rows are in no mixture, count as attackers, and stay as they are.
  ///
  /// - Throws: ``RobustAggregationError`` if there are too few vectors or too many unusable ones.
  /// - Complexity: O(n^2 x dimension) for n rows.
  public func mixed(_ updates: UpdateMatrix) throws(RobustAggregationError) -> UpdateMatrix {
    let count = updates.rows.count
    guard tolerance.tolerates(attackers: attackers, among: count) else {
      throw .beyondBreakdown(
        vectors: count, attackers: attackers, maximum: tolerance.maximumAttackers(among: count))
    }
    let usable = try UsableUpdates(of: updates, attackers: attackers)
    let distances = PairwiseDistances(of: usable.rows)
    let groups = usable.rows.indices.map { position in
      usable.rows.indices.map { distances[position, $0] }
        .positionsOfSmallest(count - attackers)
    }
    var rows = updates.rows
    for (row, mean) in zip(usable.indices, GroupMeans.means(of: usable.rows, groups: groups)) {
      rows[row] = mean
    }
    return UpdateMatrix(
      trusted: rows, dimension: updates.dimension, unusableRows: updates.unusableRows)
  }
}
