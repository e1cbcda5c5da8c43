/// Lowers the weights of vectors that lie far out along the direction of the largest variance, again and
/// again, and takes the weighted mean with the smallest variance (CAF).
///
/// Allouah, Guerraoui and Stephan 2025, "Towards Trustworthy Federated Learning with Untrusted
/// Participants", the rule of CafCor. It has the guarantee of ``SmallestEigenvalueAveraging``, but for a
/// constant, at a polynomial cost: for every set of n - f vectors, the distance of the result from its mean
/// is at most `(sqrt(f / (n - f)) + sqrt(2f / (n - 2f))) * b + sqrt(f / (n - 2f))` times the root of the
/// largest eigenvalue of its covariance, with `b = sqrt(2n (n - f)) / (n - 2f)`. For as long as the vectors
/// of the set lose no more weight than the others, they keep n - 2f of it. The first step in which they lose
/// more has a root of at most b times theirs, because the others cause less than half of its variance. Later
/// steps only take away weight from it, so their means are near to its mean.
///
/// Two things differ from ByzFL. Weights are taken relative to the farthest vector *that still has a
/// weight*: in ByzFL a huge vector whose weight is 0 remains the farthest, so that no other weight
/// changes any more and the loop does not end. Here each step takes the weight of a vector to 0, so there
/// are at most 2f + 1 steps. And the eigenvalues are exact, where ByzFL makes one step of the power method
/// from a random start.
public struct CovarianceBoundAgnosticFilter: RobustAggregationRule, Hashable {
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

  /// The weighted mean of the usable rows. The rows named as selected are those with a weight above 0.
  ///
  /// - Complexity: O(n^2 x dimension + f n^3) time and O(n^2) memory for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let count = usable.rows.count
    let distances = EuclideanDistances(of: usable.rows)
    var weights = [Double](repeating: 1, count: count)
    var best = (weights: weights, deviation: Double.infinity)
    // The paper stops at n - 2f already. With that step included, all weights of attackers are gone after
    // one of the steps, even if honest vectors lost as much, and without attackers there is one step.
    while weights.reduce(0, +) >= Double(count - 2 * usable.attackers) {
      let positions = weights.indices.filter { weights[$0] > 0 }
      let axis = PrincipalAxis(
        of: distances, at: positions, weights: positions.map { weights[$0] })
      if axis.deviation < best.deviation { best = (weights, axis.deviation) }
      guard let farthest = axis.distances.max(), farthest > 0 else { break }
      for (position, distance) in zip(positions, axis.distances) {
        let share = distance / farthest
        weights[position] *= 1 - share * share
      }
    }
    let selected = best.weights.indices.filter { best.weights[$0] > 0 }
    let total = best.weights.reduce(0, +)
    return RobustAggregate(
      vector: VectorArithmetic.weightedSum(
        of: selected.map { usable.rows[$0] }, weights: selected.map { best.weights[$0] / total }),
      unusableRows: usable.unusableRows,
      selectedRows: selected.map { usable.indices[$0] })
  }
}
