/// A way to put updates together such that a few arbitrary ones cannot move the result arbitrarily.
///
/// A rule compares the vectors of single clients, so it runs where these are in the clear. Under
/// secure aggregation it runs over the sums of buckets: see ``BucketPlan``. Rules use all active processors,
/// unless ``ThreadLimit`` says otherwise.
public protocol RobustAggregationRule: Sendable {
  /// The number of vectors that may be anything, f.
  var attackers: Int { get }

  /// How many vectors the rule needs for that, and so its breakdown point.
  var tolerance: AttackerTolerance { get }

  /// Puts the updates of a round together.
  ///
  /// Unusable rows are left out, count as attackers, and are named in the result.
  ///
  /// - Throws: ``RobustAggregationError`` if there are fewer vectors than ``tolerance`` asks for, or
  ///   more unusable ones than attackers.
  func aggregate(_ updates: UpdateMatrix) throws(RobustAggregationError) -> RobustAggregate
}

/// What a robust rule makes of a round.
public struct RobustAggregate: Sendable, Hashable {
  /// One finite number per parameter.
  public let vector: [Double]

  /// The rows that were left out because they are not finite or too long to be computed with, in
  /// ascending order.
  public let unusableRows: [Int]

  /// The rows that the vector is the mean of, in ascending order; `nil` where the rule does not
  /// choose rows.
  public let selectedRows: [Int]?

  /// For rules that iterate towards a point that is defined: the distance of the vector from it is at
  /// most this, which is proven. `nil` for other rules, and where nothing is proven.
  public let distanceBound: Double?

  init(
    vector: [Double], unusableRows: [Int], selectedRows: [Int]?, distanceBound: Double? = nil
  ) {
    self.vector = vector
    self.unusableRows = unusableRows
    self.selectedRows = selectedRows
    self.distanceBound = distanceBound
  }
}
