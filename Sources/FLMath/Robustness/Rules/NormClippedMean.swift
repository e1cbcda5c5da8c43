/// The mean of the vectors, each shortened to a bound.
///
/// Sun et al. 2019, "Can You Really Backdoor Federated Learning?" However many attack,
/// the result is no longer than the bound; f of n move it by 2 bound f / n at most. What is refused is
/// a majority of attackers, which would have its way within the bound.
public struct NormClippedMean: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// How vectors are shortened.
  public let clipping: NormClipping

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError/invalidAttackers(_:)`` if the number is negative.
  public init(attackers: Int, clipping: NormClipping) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.clipping = clipping
  }

  /// The mean of the shortened usable rows.
  ///
  /// - Complexity: O(n x dimension) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let count = Double(usable.rows.count)
    let shortened = ParallelWork.map(usable.rows) { clipping.shortening(of: $0) }
    return usable.aggregate(
      VectorArithmetic.weightedSum(
        of: shortened.map(\.row), weights: shortened.map { $0.factor / count }))
  }
}
