/// FLTrust: the mean of the updates, scaled to the length of an update that the server computed on
/// a small clean data set and weighted by the cosine of the angle to it, not below 0.
///
/// Cao et al. 2021, "FLTrust: Byzantine-robust Federated Learning via Trust Bootstrapping",
/// Algorithm 2. It trusts the server's data instead of a majority, so any number of attackers is
/// withstood as long as one client is honest; the result is never longer than the server's update.
public struct TrustBootstrapping: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// The server's own update.
  public let trustedUpdate: [Double]

  private let trustedNorm: Double

  /// At least f + 1 vectors; the breakdown point is 1.
  public var tolerance: AttackerTolerance {
    AttackerTolerance(vectorsPerAttacker: 1, additionalVectors: 1)
  }

  /// Trusts `trustedUpdate`, and withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError`` if the number of attackers is negative, or the update is
  ///   zero, not finite or too long.
  public init(attackers: Int, trustedUpdate: [Double]) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard UpdateMatrix.isUsable(trustedUpdate) else { throw .unusableReference }
    trustedNorm = EuclideanNorm.norm(trustedUpdate)
    guard trustedNorm > 0 else { throw .zeroReference }
    self.trustedUpdate = trustedUpdate
  }

  /// The mean weighted by trust. The rows named as selected are those with any trust.
  ///
  /// - Throws: ``RobustAggregationError``, also if no row has any trust.
  /// - Complexity: O(n x dimension) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    guard trustedUpdate.count == usable.dimension else {
      throw .dimensionMismatch(expected: usable.dimension, found: trustedUpdate.count)
    }
    let norms = ParallelWork.map(usable.rows) { EuclideanNorm.norm($0) }
    let trusts = zip(usable.rows, norms).map { row, norm in trust(in: row, norm: norm) }
    let total = trusts.reduce(0, +)
    guard total > 0 else { throw .nothingTrusted }
    var rows = usable.rows
    let weights = rows.indices.map { row in
      if trusts[row] == 0 { return 0.0 }
      let ratio = trustedNorm / norms[row]
      if (0x1p-900...0x1p900).contains(ratio) { return (trusts[row] / total) * ratio }
      let scale = EuclideanNorm.reciprocalPowerOfTwo(of: norms[row])
      rows[row] = rows[row].map { $0 * scale }
      return (trusts[row] / total) * (trustedNorm / (norms[row] * scale))
    }
    return RobustAggregate(
      vector: VectorArithmetic.weightedSum(of: rows, weights: weights),
      unusableRows: usable.unusableRows,
      selectedRows: trusts.indices.filter { trusts[$0] > 0 }.map { usable.indices[$0] })
  }

  /// The cosine of the angle to the trusted update, 0 for obtuse angles and for zero.
  private func trust(in row: [Double], norm: Double) -> Double {
    if norm == 0 { return 0 }
    let plain = EuclideanNorm.plainNumbers
    if plain.contains(norm), plain.contains(trustedNorm) {
      return max(0, VectorArithmetic.dot(row, trustedUpdate) / norm / trustedNorm)
    }
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: norm)
    let trustedScale = EuclideanNorm.reciprocalPowerOfTwo(of: trustedNorm)
    let product = VectorArithmetic.dot(
      row.map { $0 * scale }, trustedUpdate.map { $0 * trustedScale })
    return max(0, product / (norm * scale) / (trustedNorm * trustedScale))
  }
}
