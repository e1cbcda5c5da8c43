/// Shortens the longest vectors to the length of the longest that is left (ARC).
///
/// Allouah, Guerraoui, Gupta, Jellouli, Rizk and Stephan 2025, "Adaptive Gradient Clipping for Robust
/// Federated Learning": the k = 2 (f / n) (n - f) longest are shortened, rounded down. These are at least f,
/// so no vector remains longer than the longest honest one. The paper proves that a rule after it keeps its
/// guarantee but for a constant. Unlike with ``NormClipping``, there is no bound to choose.
public struct AdaptiveRobustClipping: Sendable, Hashable {
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

  /// The same rows, the longest ones shortened. Unusable rows count as attackers, and stay as they are.
  ///
  /// - Throws: ``RobustAggregationError`` if there are too few vectors or too many unusable ones.
  /// - Complexity: O(n x dimension + n log n) for n rows.
  public func clipped(_ updates: UpdateMatrix) throws(RobustAggregationError) -> UpdateMatrix {
    let count = updates.rows.count
    guard tolerance.tolerates(attackers: attackers, among: count) else {
      throw .beyondBreakdown(
        vectors: count, attackers: attackers, maximum: tolerance.maximumAttackers(among: count))
    }
    let usable = try UsableUpdates(of: updates, attackers: attackers)
    let (vectors, attackers) = (usable.rows.count, usable.attackers)
    let norms = ParallelWork.map(usable.rows) { EuclideanNorm.norm($0) }
    let shortened = 2 * attackers * (vectors - attackers) / vectors
    let bound = norms.sorted()[vectors - shortened - 1]
    var rows = updates.rows
    for (position, norm) in norms.enumerated() where norm > bound {
      // The quotient of the lengths might underflow.
      rows[usable.indices[position]] = usable.rows[position].map { $0 / norm * bound }
    }
    return UpdateMatrix(
      trusted: rows, dimension: updates.dimension, unusableRows: updates.unusableRows)
  }
}
