/// The point with the least sum of distances from the vectors.
///
/// It withstands any minority: f attackers among at least 2f + 1 vectors, or, with weights, attackers
/// with less than half of the weight. The iteration ends when its point is proven to be near to the
/// median. What counts as near is relative to a distance within which half of the weight lies, so
/// attackers cannot widen it. Where rows lie on a line and there are several medians, the result is one
/// of them.
///
/// Pillutla, Kakade and Harchaoui 2022, "Robust Aggregation for Federated Learning" (RFA), take a few
/// smoothed steps instead: ``init(attackers:smoothing:steps:start:)``. After few steps, attackers far away
/// may still hold the point far from the median.
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

  /// When the iteration ends.
  public enum Ending: Sendable, Hashable {
    /// When a median is proven to be within `relativeTolerance` times a distance within which half of the
    /// weight lies, or within a few roundings of the point's coordinates.
    case proven(relativeTolerance: Double, maximumIterations: Int)
    /// After so many steps of RFA, wherever they lead.
    case smoothedSteps(SmoothedWeiszfeld, count: Int)
  }

  /// The number of vectors that may be anything.
  public let attackers: Int

  /// When the iteration ends.
  public let ending: Ending

  /// Where the iteration starts.
  public let start: Start

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors, and ends near the median.
  ///
  /// - Parameters:
  ///   - attackers: 0 or more.
  ///   - relativeTolerance: the largest distance from a median, in units of a distance within which half of
  ///     the weight lies; above 0.
  ///   - iterations: the largest number of iterations, at least 1. A few are usual.
  ///   - start: where the iteration starts.
  /// - Throws: ``FLMathError`` if a number is out of its range.
  public init(
    attackers: Int, relativeTolerance: Double = 1e-9, iterations: Int = 1000,
    start: Start = .coordinateMedian
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard iterations >= 1 else { throw .robustAggregation(.invalidIterations(iterations)) }
    guard relativeTolerance > 0, relativeTolerance.isFinite else {
      throw .robustAggregation(.invalidTolerance(relativeTolerance))
    }
    ending = .proven(relativeTolerance: relativeTolerance, maximumIterations: iterations)
    self.start = start
  }

  /// Withstands `attackers` arbitrary vectors as far as a number of RFA's steps does.
  ///
  /// - Parameters:
  ///   - attackers: 0 or more.
  ///   - smoothing: the distance below which vectors count as being at the point, finite and above 0.
  ///   - steps: the number of steps, at least 1. Nothing is said about how near to the median they lead.
  ///   - start: where the iteration starts.
  /// - Throws: ``FLMathError`` if a number is out of its range.
  public init(
    attackers: Int, smoothing: Double, steps: Int, start: Start = .weightedMean
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard steps >= 1 else { throw .robustAggregation(.invalidIterations(steps)) }
    ending = .smoothedSteps(try SmoothedWeiszfeld(smoothing: smoothing), count: steps)
    self.start = start
  }

  /// The geometric median of the usable rows, all of the same weight.
  ///
  /// - Throws: ``FLMathError``, also if the iterations do not suffice.
  /// - Complexity: O(n x dimension) an iteration for n rows; O(n^2 x dimension + n^3) where the rows
  ///   nearly lie on a line, or the median is near a row.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    try aggregate(updates, weights: [UInt64](repeating: 1, count: updates.rows.count))
  }

  /// The weighted geometric median of the usable rows.
  ///
  /// - Parameter weights: one for each row of the matrix, such as its number of examples. They are
  ///   the clients' own word: bound them.
  /// - Throws: ``FLMathError``, also if f rows may hold half of the weight, or the iterations do
  ///   not suffice.
  public func aggregate(
    _ updates: UpdateMatrix, weights: [UInt64]
  ) throws(FLMathError) -> RobustAggregate {
    guard weights.count == updates.rows.count else {
      throw .robustAggregation(
        .weightCountMismatch(expected: updates.rows.count, found: weights.count))
    }
    let usable = try UsableUpdates(of: updates, for: self)
    let weights = try shares(of: usable.indices.map { weights[$0] }, attackers: usable.attackers)
    switch ending {
    case .proven(let relativeTolerance, let maximumIterations):
      func result(
        _ rows: [[Double]], from start: [Double], isScaled: Bool
      ) throws(FLMathError) -> GeometricMedianSearch.Result {
        let sum = SumOfDistances(rows: rows, weights: weights)
        return try GeometricMedianSearch(
          sum: sum, isScaled: isScaled, relativeTolerance: relativeTolerance,
          iterations: maximumIterations
        ).solve(from: sum.surroundings(of: start))
      }
      let start = try startingPoint(usable.rows, weights)
      let plain = try result(usable.rows, from: start, isScaled: false)
      guard plain.needsScaling else {
        return usable.aggregate(plain.point, distanceBound: plain.bound)
      }
      let scaled = ScaledRows(usable.rows, weights: weights)
      let found = try result(scaled.rows, from: scaled.scaled(plain.point), isScaled: true)
      return usable.aggregate(
        scaled.restored(found.point), distanceBound: found.bound.map { $0 / scaled.scale })
    case .smoothedSteps(let weiszfeld, let count):
      var point = try startingPoint(usable.rows, weights)
      for _ in 0..<count {
        point = try step(by: weiszfeld, usable.rows, weights, from: point)
      }
      return usable.aggregate(point)
    }
  }

  private func step(
    by weiszfeld: SmoothedWeiszfeld, _ rows: [[Double]], _ weights: [Double], from point: [Double]
  ) throws(FLMathError) -> [Double] {
    var factors: [Double] = []
    factors.reserveCapacity(rows.count)
    var shares = 0.0
    for (weight, distance) in zip(weights, EuclideanNorm.distances(of: rows, from: point)) {
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
  ) throws(FLMathError) -> [Double] {
    let total = weights.reduce(0) { $0 + Double($1) }
    guard total > 0 else { throw .robustAggregation(.zeroTotalWeight) }
    let heaviest = weights.sorted(by: >).prefix(attackers).reduce(0) { $0 + Double($1) }
    guard 2 * heaviest < total else {
      throw .robustAggregation(
        .weightBeyondBreakdown(attackers: attackers, share: heaviest / total))
    }
    return weights.map { Double($0) / total }
  }

  private func startingPoint(
    _ rows: [[Double]], _ weights: [Double]
  ) throws(FLMathError) -> [Double] {
    switch start {
    case .coordinateMedian:
      return CoordinateStatistics.median(of: rows)
    case .weightedMean:
      return VectorArithmetic.weightedSum(of: rows, weights: weights)
    case .point(let point):
      guard point.count == rows[0].count else {
        throw .robustAggregation(.dimensionMismatch(expected: rows[0].count, found: point.count))
      }
      guard UpdateMatrix.isUsable(point) else { throw .robustAggregation(.unusableReference) }
      return point
    }
  }
}

/// One step towards the geometric median, the point with the least sum of distances, as sums over
/// clients: what each computes from the point that the server sent, and what the server makes of
/// the sums. It needs nothing but the sums, so it works under secure aggregation.
///
/// Pillutla, Kakade and Harchaoui 2022, "Robust Aggregation for Federated Learning" (RFA), Algorithm
/// 2: client i with update x and weight a has the weight b = a / max(smoothing, |x - point|), and the
/// next point is the mean of the x weighted by b. Here b is multiplied by the smoothing, and x is
/// taken relative to the point. The step is the same, but what a client sends is bounded: the
/// difference b (x - point) / smoothing by a in Euclidean norm, b by a. So the bounds of a
/// fixed-point encoding apply, and an attacker's share of the sums is limited like anyone else's.
///
/// The smoothing sets the precision. Weights are multiples of smoothing / distance, so under an
/// encoding of B bits it should be well above 2^-B times the usual distance.
public struct SmoothedWeiszfeld: Sendable, Hashable {
  /// The distance below which updates count as being at the point.
  public let smoothing: Double

  /// Smooths by `smoothing`, in units of the updates.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidSmoothing(_:)`` unless it is finite, above 0 and has a
  ///   reciprocal.
  public init(smoothing: Double = 1e-6) throws(FLMathError) {
    guard smoothing.isFinite, smoothing > 0, (1 / smoothing).isFinite else {
      throw .robustAggregation(.invalidSmoothing(smoothing))
    }
    self.smoothing = smoothing
  }

  /// What a client adds to the sums.
  public struct Contribution: Sendable, Hashable {
    /// The client's difference from the point, in units of the smoothing, times its share: a vector
    /// whose Euclidean norm is at most 1.
    public let difference: [Double]

    /// The client's share, from 0 to 1: smoothing / max(smoothing, distance).
    public let share: Double
  }

  /// What a client with this update contributes at `point`.
  ///
  /// With numbers of examples as weights, a client's contribution is multiplied by its number.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/dimensionMismatch(expected:found:)``, or
  ///   ``FLMathError/RobustAggregation/unusableReference`` if update or point are not finite or too long.
  /// - Complexity: O(dimension).
  public func contribution(
    of update: [Double], at point: [Double]
  ) throws(FLMathError) -> Contribution {
    guard update.count == point.count else {
      throw .robustAggregation(.dimensionMismatch(expected: point.count, found: update.count))
    }
    guard UpdateMatrix.isUsable(update), UpdateMatrix.isUsable(point) else {
      throw .robustAggregation(.unusableReference)
    }
    let distance = EuclideanNorm.distance(update, point)
    let divisor = max(smoothing, distance)
    var difference = update
    for index in difference.indices {
      difference[index] = (update[index] - point[index]) / divisor
    }
    return Contribution(difference: difference, share: smoothing / divisor)
  }

  /// The next point: `point + smoothing * differences / shares`.
  ///
  /// - Parameters:
  ///   - point: the point that was sent to the clients.
  ///   - differences: the sum of the clients' differences, weighted.
  ///   - shares: the sum of the clients' shares, weighted alike.
  /// - Throws: ``FLMathError`` if the dimensions differ, the shares are not above 0, or the
  ///   next point is not finite.
  public func step(
    from point: [Double], differences: [Double], shares: Double
  ) throws(FLMathError) -> [Double] {
    guard differences.count == point.count else {
      throw .robustAggregation(.dimensionMismatch(expected: point.count, found: differences.count))
    }
    guard shares > 0, shares.isFinite else { throw .robustAggregation(.zeroTotalWeight) }
    let factor = smoothing / shares
    var next = point
    for index in next.indices {
      next[index] += factor * differences[index]
    }
    guard UpdateMatrix.isUsable(next) else { throw .robustAggregation(.unusableReference) }
    return next
  }
}

/// Rows multiplied by a power of two such that squares and reciprocals of their distances fit `Double`.
///
/// The scale is that of a norm which half of the weight does not exceed: attackers cannot choose it. Rows
/// longer than 2^500 afterwards are shortened to that. A geometric median depends on the directions to
/// such rows only, so it changes by less than rounding.
struct ScaledRows {
  let rows: [[Double]]

  /// What the rows were multiplied by.
  let scale: Double

  private static let longest = 0x1p500

  /// - Parameter weights: one for each row, with the sum 1.
  /// - Complexity: O(rows x dimension).
  init(_ rows: [[Double]], weights: [Double]) {
    let norms = ParallelWork.map(rows) { EuclideanNorm.norm($0) }
    var within = 0.0
    let middle = norms.indices.sorted { norms[$0] < norms[$1] }.first { row in
      within += weights[row]
      return within >= 0.5 && norms[row] > 0
    }
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: middle.map { norms[$0] } ?? 1)
    self.scale = scale
    self.rows = zip(rows, norms).map { Self.scaled($0, norm: $1, by: scale) }
  }

  /// A vector by the same rule.
  func scaled(_ vector: [Double]) -> [Double] {
    Self.scaled(vector, norm: EuclideanNorm.norm(vector), by: scale)
  }

  /// A point among the scaled rows, as one among the rows.
  func restored(_ point: [Double]) -> [Double] {
    point.map { $0 / scale }
  }

  private static func scaled(_ vector: [Double], norm: Double, by scale: Double) -> [Double] {
    if norm * scale <= longest { return vector.map { $0 * scale } }
    let ownScale = EuclideanNorm.reciprocalPowerOfTwo(of: norm)
    let factor = longest / (norm * ownScale)
    return vector.map { $0 * ownScale * factor }
  }
}
