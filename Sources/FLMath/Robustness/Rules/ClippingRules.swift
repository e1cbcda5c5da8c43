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
  /// - Throws: ``RobustAggregationError`` if the number of attackers, of iterations or the radius is
  ///   out of its range, or the centre is not finite.
  public init(
    attackers: Int, radius: Double, iterations: Int = 1, center: [Double]? = nil
  ) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard radius.isFinite, radius > 0 else { throw .invalidRadius(radius) }
    guard iterations >= 1 else { throw .invalidIterations(iterations) }
    if let center, !UpdateMatrix.isUsable(center) { throw .unusableReference }
    self.radius = radius
    self.iterations = iterations
    self.center = center
  }

  /// The last centre.
  ///
  /// - Complexity: O(n x dimension) a step for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    var center = self.center ?? [Double](repeating: 0, count: usable.dimension)
    guard center.count == usable.dimension else {
      throw .dimensionMismatch(expected: usable.dimension, found: center.count)
    }
    for _ in 0..<iterations {
      let step = step(usable.rows, from: center)
      for index in center.indices { center[index] += step[index] }
    }
    guard UpdateMatrix.isUsable(center) else { throw .unusableReference }
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
