/// The one vector that is nearest to its neighbours.
///
/// Blanchard et al. 2017, "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent".
/// Of equal scores the first row is taken. The result is some client's update as it is,
/// so it is not private and varies more than a mean.
public struct Krum: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// How a vector's distances make its score.
  public let scoring: KrumScoring

  /// At least 2f + 3 vectors, or 2f + 1 with the other scoring; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { scoring.tolerance }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError/invalidAttackers(_:)`` if the number is negative.
  public init(
    attackers: Int, scoring: KrumScoring = .sumOfNearest
  ) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.scoring = scoring
  }

  /// The usable row with the smallest score.
  ///
  /// - Complexity: O(n^2 x dimension) time and O(n^2) memory for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    try MultiKrum(attackers: attackers, selecting: 1, scoring: scoring).aggregate(updates)
  }
}
