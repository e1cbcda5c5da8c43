/// The mean of the differences from a centre, each shortened to a radius, added to the centre; the
/// result is the next centre.
///
/// Karimireddy, He and Jaggi 2021, "Learning from History for Byzantine Robust Optimization".
/// The radius bounds how far f of n attackers move the centre in a step: 2 radius f / n.
/// Their guarantee is for few attackers and a good centre, such as the last round's result; what is
/// refused here is a majority of attackers.
public struct CenteredClipping: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// The length to which differences from the centre are shortened.
  public let radius: Double

  /// The number of steps.
  public let iterations: Int

  /// The first centre, zero if there is none: updates are differences to the model already.
  public let center: [Double]?

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError`` if the number of attackers, of iterations or the radius is
  ///   out of its range, or the centre is not finite.
  public init(
    attackers: Int, radius: Double, iterations: Int = 1, center: [Double]? = nil
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard radius.isFinite, radius > 0 else { throw .robustAggregation(.invalidRadius(radius)) }
    guard iterations >= 1 else { throw .robustAggregation(.invalidIterations(iterations)) }
    if let center, !UpdateMatrix.isUsable(center) { throw .robustAggregation(.unusableReference) }
    self.radius = radius
    self.iterations = iterations
    self.center = center
  }

  /// The last centre.
  ///
  /// - Complexity: O(n x dimension) a step for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    var center = self.center ?? [Double](repeating: 0, count: usable.dimension)
    guard center.count == usable.dimension else {
      throw .robustAggregation(.dimensionMismatch(expected: usable.dimension, found: center.count))
    }
    for _ in 0..<iterations {
      let step = step(usable.rows, from: center)
      for index in center.indices { center[index] += step[index] }
    }
    guard UpdateMatrix.isUsable(center) else { throw .robustAggregation(.unusableReference) }
    return usable.aggregate(center)
  }

  /// The mean of the shortened differences.
  private func step(_ rows: [[Double]], from center: [Double]) -> [Double] {
    let count = Double(rows.count)
    let distances = EuclideanNorm.distances(of: rows, from: center)
    let factors = distances.map { NormClipping.factor(norm: $0, bound: radius) }
    var step = VectorArithmetic.weightedDifferences(
      of: rows, from: center, weights: factors.map { ($0 ?? 0) / count })
    // Rows so far away that one factor would be too small for them are shortened by two.
    for row in rows.indices where factors[row] == nil {
      let scale = EuclideanNorm.reciprocalPowerOfTwo(of: distances[row])
      let factor = radius / (distances[row] * scale) / count
      for index in step.indices {
        step[index] += (rows[row][index] - center[index]) * scale * factor
      }
    }
    return step
  }
}

/// The mean of the vectors, each shortened to a bound.
///
/// Sun et al. 2019, "Can You Really Backdoor Federated Learning?" The result is
/// never longer than the bound, and f attackers of n move it by at most 2 bound f / n. A majority of attackers is
/// rejected, since it could choose any result within the bound.
public struct NormClippedMean: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// How vectors are shortened.
  public let clipping: NormClipping

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(attackers: Int, clipping: NormClipping) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.clipping = clipping
  }

  /// The mean of the shortened usable rows.
  ///
  /// - Complexity: O(n x dimension) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let count = Double(usable.rows.count)
    let shortened = ParallelWork.map(usable.rows) { clipping.shortening(of: $0) }
    return usable.aggregate(
      VectorArithmetic.weightedSum(
        of: shortened.map(\.row), weights: shortened.map { $0.factor / count }))
  }
}

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
  /// - Throws: ``FLMathError`` if the number of attackers is negative, or the update is
  ///   zero, not finite or too long.
  public init(attackers: Int, trustedUpdate: [Double]) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard UpdateMatrix.isUsable(trustedUpdate) else { throw .robustAggregation(.unusableReference) }
    trustedNorm = EuclideanNorm.norm(trustedUpdate)
    guard trustedNorm > 0 else { throw .robustAggregation(.zeroReference) }
    self.trustedUpdate = trustedUpdate
  }

  /// The mean weighted by trust. The rows named as selected are those with any trust.
  ///
  /// - Throws: ``FLMathError``, also if no row has any trust.
  /// - Complexity: O(n x dimension) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    guard trustedUpdate.count == usable.dimension else {
      throw .robustAggregation(
        .dimensionMismatch(expected: usable.dimension, found: trustedUpdate.count))
    }
    let norms = ParallelWork.map(usable.rows) { EuclideanNorm.norm($0) }
    let trusts = zip(usable.rows, norms).map { row, norm in trust(in: row, norm: norm) }
    let total = trusts.reduce(0, +)
    guard total > 0 else { throw .robustAggregation(.nothingTrusted) }
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
