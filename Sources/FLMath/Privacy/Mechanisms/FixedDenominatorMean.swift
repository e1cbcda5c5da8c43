/// A mean with a denominator that is known before anybody contributes.
///
/// Dividing a noisy sum by the number of those who came, or by their weights, would let the
/// denominator speak of a member. With a public one, the expected number of contributors, the mean
/// is post-processing of the sum, and the sum's sensitivity is the clipping bound (McMahan et al.
/// 2018, "Learning Differentially Private Recurrent Language Models", section 2, estimator f_f).
public struct FixedDenominatorMean: Sendable, Hashable {
  /// The largest Euclidean norm of one contribution: the sensitivity of the sum under adding or
  /// removing a contributor.
  public let clipping: L2Clipping

  /// What the sum is divided by.
  public let denominator: Double

  /// A mean over an expected number of contributors.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless the denominator is finite and
  ///   above 0.
  public init(clipping: L2Clipping, denominator: Double) throws(PrivacyParameterError) {
    try PrivacyParameterError.requirePositive(denominator, .denominator)
    self.clipping = clipping
    self.denominator = denominator
  }

  /// The L2 sensitivity of the mean: bound / denominator, doubled where a contribution is replaced.
  public func sensitivity(under relation: NeighbouringRelation) -> Double {
    relation.sensitivityFactor * clipping.bound / denominator
  }

  /// The mean that belongs to a sum of clipped contributions, noise included.
  public func mean(ofSum sum: [Double]) -> [Double] {
    let denominator = denominator
    return sum.map { $0 / denominator }
  }
}
