/// The point with the least sum of distances from the vectors, found by the smoothed Weiszfeld
/// algorithm.
///
/// Pillutla, Kakade and Harchaoui 2022, "Robust Aggregation for Federated Learning" (RFA). It
/// withstands any minority: f attackers among at least 2f + 1 vectors, or, with weights, attackers
/// who hold less than half of the weight.
public struct GeometricMedian: RobustAggregationRule, Hashable {
  /// Where the iteration starts.
  public enum Start: Sendable, Hashable {
    /// At the median of every coordinate: attackers cannot take it far, however long their vectors.
    case coordinateMedian
    /// At the weighted mean, as in RFA. Attackers far away cost iterations.
    case weightedMean
    /// At a point of the server's, such as zero or the last round's result.
    case point([Double])
  }

  /// The number of vectors that may be anything.
  public let attackers: Int

  /// One step of the iteration.
  public let weiszfeld: SmoothedWeiszfeld

  /// The largest number of steps.
  public let iterations: Int

  /// The relative decrease of the sum of distances below which the iteration ends; 0 for all steps.
  public let relativeTolerance: Double

  /// Where the iteration starts.
  public let start: Start

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``RobustAggregationError`` if the number of attackers, the smoothing, the number of
  ///   iterations or the tolerance is out of its range.
  public init(
    attackers: Int, smoothing: Double = 1e-6, iterations: Int = 100,
    relativeTolerance: Double = 1e-9, start: Start = .coordinateMedian
  ) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard iterations >= 1 else { throw .invalidIterations(iterations) }
    guard relativeTolerance >= 0 else { throw .invalidTolerance(relativeTolerance) }
    weiszfeld = try SmoothedWeiszfeld(smoothing: smoothing)
    self.iterations = iterations
    self.relativeTolerance = relativeTolerance
    self.start = start
  }

  /// The geometric median of the usable rows, all of the same weight.
  ///
  /// - Complexity: O(n x dimension) a step for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    try aggregate(updates, weights: [UInt64](repeating: 1, count: updates.rows.count))
  }

  /// The weighted geometric median of the usable rows.
  ///
  /// - Parameter weights: one for each row of the matrix, such as its number of examples. They are
  ///   the clients' own word: bound them.
  /// - Throws: ``RobustAggregationError``, also if f rows may hold half of the weight.
  public func aggregate(
    _ updates: UpdateMatrix, weights: [UInt64]
  ) throws(RobustAggregationError) -> RobustAggregate {
    guard weights.count == updates.rows.count else {
      throw .weightCountMismatch(expected: updates.rows.count, found: weights.count)
    }
    let usable = try UsableUpdates(of: updates, for: self)
    let weights = try shares(of: usable.indices.map { weights[$0] }, attackers: usable.attackers)
    var point = try startingPoint(usable, weights)
    var lastObjective = Double.infinity
    for _ in 0..<iterations {
      let distances = VectorArithmetic.squaredDistances(of: usable.rows, from: point)
        .map { $0.squareRoot() }
      var objective = 0.0
      for (weight, distance) in zip(weights, distances) { objective += weight * distance }
      if relativeTolerance > 0, lastObjective - objective <= relativeTolerance * objective { break }
      lastObjective = objective
      point = try step(usable.rows, weights, distances, from: point)
    }
    return usable.aggregate(point)
  }

  private func step(
    _ rows: [[Double]], _ weights: [Double], _ distances: [Double], from point: [Double]
  ) throws(RobustAggregationError) -> [Double] {
    var factors: [Double] = []
    factors.reserveCapacity(rows.count)
    var shares = 0.0
    for (weight, distance) in zip(weights, distances) {
      let divisor = max(weiszfeld.smoothing, distance)
      factors.append(weight / divisor)
      shares += weight * (weiszfeld.smoothing / divisor)
    }
    return try weiszfeld.step(
      from: point,
      differences: VectorArithmetic.weightedDifferences(of: rows, from: point, weights: factors),
      shares: shares)
  }

  /// The weights as shares of their sum.
  private func shares(
    of weights: [UInt64], attackers: Int
  ) throws(RobustAggregationError) -> [Double] {
    let total = weights.reduce(0) { $0 + Double($1) }
    guard total > 0 else { throw .zeroTotalWeight }
    let heaviest = weights.sorted(by: >).prefix(attackers).reduce(0) { $0 + Double($1) }
    guard 2 * heaviest < total else {
      throw .weightBeyondBreakdown(attackers: attackers, share: heaviest / total)
    }
    return weights.map { Double($0) / total }
  }

  private func startingPoint(
    _ usable: UsableUpdates, _ weights: [Double]
  ) throws(RobustAggregationError) -> [Double] {
    switch start {
    case .coordinateMedian:
      return CoordinateStatistics.median(of: usable.rows)
    case .weightedMean:
      return VectorArithmetic.weightedSum(of: usable.rows, weights: weights)
    case .point(let point):
      guard point.count == usable.dimension else {
        throw .dimensionMismatch(expected: usable.dimension, found: point.count)
      }
      guard UpdateMatrix.isUsable(point) else { throw .unusableReference }
      return point
    }
  }
}
