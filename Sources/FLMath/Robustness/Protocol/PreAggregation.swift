/// A rule with something done to the vectors before it, such as mixing or clipping.
public struct PreAggregatedRule: RobustAggregationRule {
  /// Makes the vectors that the rule is given.
  public typealias PreAggregation =
    @Sendable (UpdateMatrix) throws(RobustAggregationError) -> UpdateMatrix

  private let rule: any RobustAggregationRule
  private let preAggregation: PreAggregation

  /// The number of vectors that may be anything.
  public var attackers: Int { rule.attackers }

  /// How many vectors the rule needs.
  public var tolerance: AttackerTolerance { rule.tolerance }

  /// Applies `rule` to what `preAggregation` makes of the vectors.
  public init(_ rule: any RobustAggregationRule, after preAggregation: @escaping PreAggregation) {
    self.rule = rule
    self.preAggregation = preAggregation
  }

  /// What the rule makes of the vectors that were prepared.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    try rule.aggregate(preAggregation(updates))
  }
}
