internal import RealModule

/// Finds the geometric median of rows, and proves how near to it the result is.
///
/// Steps of Weiszfeld's algorithm (as Vardi and Zhang 2000 have it) come first; they are cheap and mostly
/// enough. Where they are slow, near a row or among rows near a line, steps are Newton's with the minimum
/// along the line of the step, and a row that may be the median itself is tried.
struct GeometricMedianSearch {
  let sum: SumOfDistances

  /// Whether the rows have been scaled; if not, the search ends where squares or reciprocals do not fit.
  let isScaled: Bool

  /// How near to the median the result must be, in units of the distance within which half of the weight
  /// lies.
  let relativeTolerance: Double

  /// The largest number of steps.
  let iterations: Int

  /// The rows that the cheap proof looks at, the nearest ones.
  private static let rowsOfCheapProof = 16

  /// The share of the excess that a step of Weiszfeld's leaves at which one of Newton's is cheaper. That
  /// costs as much as rows / 4 of the others, and is worth a factor of 16 at least.
  private var slowRate: Double {
    Double.exp2(-16 / Double(max(16, sum.rows.count)))
  }

  /// Where the search has ended.
  struct Result {
    let point: [Double]

    /// The distance from a median is proven to be at most this. It is above the tolerance, or nil, only if
    /// the point is a median as far as `Double` can tell: all rows lie on or very near to a line.
    let bound: Double?

    /// Whether the search goes on from the point once the rows are scaled.
    var needsScaling = false
  }

  /// - Throws: ``FLMathError/RobustAggregation/notConverged(iterations:excess:)``.
  /// - Complexity: O(n x dimension) for a step of Weiszfeld's on n rows, O(n^2 x dimension + n^3) for one
  ///   of Newton's.
  func solve(
    from start: SumOfDistances.Surroundings
  ) throws(FLMathError) -> Result {
    var here = start
    var lastExcess = Double.infinity
    var tried: Set<Int> = []
    for _ in 0..<iterations {
      if !isScaled, !here.isPlain {
        return Result(point: here.point, bound: nil, needsScaling: true)
      }
      if here.excess == 0 { return Result(point: here.point, bound: 0) }
      if let row = here.dominantRow(sum.weights), tried.insert(row).inserted {
        let there = sum.surroundings(of: sum.rows[row])
        if there.excess <= sum.rounding {
          return Result(point: there.point, bound: there.excess == 0 ? 0 : nil)
        }
      }
      let others = here.others()
      let radius = radius(here)
      let nearest = others.prefix(Self.rowsOfCheapProof)
      if isMedian(here, within: radius, provenBy: nearest) {
        return Result(point: here.point, bound: radius)
      }
      let isSlow = here.excess > lastExcess * slowRate
      let isRounding = here.excess <= 2 * sum.rounding
      lastExcess = here.excess
      if !isSlow, !isRounding {
        here = sum.surroundings(of: here.weiszfeldStep())
        continue
      }
      let directions = PullDirections(to: others, from: here, of: sum)
      if directions.proveMedian(within: radius, excess: here.excess, rounding: sum.rounding) {
        return Result(point: here.point, bound: radius)
      }
      // Rows on a line prove nothing; others may still get nearer where only rounding is left.
      let isFlat = isRounding && provenBound(here, directions, above: radius) == nil
      guard !isFlat, !(isRounding && isSlow), let next = step(from: here, directions) else {
        return Result(
          point: here.point, bound: provenBound(here, directions, above: radius))
      }
      here = sum.surroundings(of: next)
    }
    throw .robustAggregation(.notConverged(iterations: iterations, excess: here.excess))
  }

  /// What to prove: the tolerance, and the rounding of the point's own coordinates.
  private func radius(_ here: SumOfDistances.Surroundings) -> Double {
    relativeTolerance * here.medianDistance(sum.weights)
      + 0x1p-51 * EuclideanNorm.norm(here.point)
  }

  /// The first of some radii above the tolerance within which a median is proven to lie.
  private func provenBound(
    _ here: SumOfDistances.Surroundings, _ directions: PullDirections, above tolerance: Double
  ) -> Double? {
    let largest = here.medianDistance(sum.weights)
    var radius = 8 * tolerance
    while radius <= largest {
      if directions.proveMedian(within: radius, excess: here.excess, rounding: sum.rounding) {
        return radius
      }
      radius *= 8
    }
    return nil
  }

  private func isMedian(
    _ here: SumOfDistances.Surroundings, within radius: Double, provenBy rows: ArraySlice<Int>
  ) -> Bool {
    // Tells before the products are computed whether they can prove anything.
    let most = PullDirections.mostAdded(
      within: radius, weights: rows.map { sum.weights[$0] },
      distances: rows.map { here.distances[$0] })
    guard most > here.excess + sum.rounding else { return false }
    return PullDirections(to: Array(rows), from: here, of: sum)
      .proveMedian(within: radius, excess: here.excess, rounding: sum.rounding)
  }

  /// The next point, by a step of Newton's or along the pull; nil if neither gets any nearer.
  private func step(
    from here: SumOfDistances.Surroundings, _ directions: PullDirections
  ) -> [Double]? {
    if here.weightHere == 0, let newton = directions.newtonStep(),
      let next = step(from: here, directions, newton, isNewton: true)
    {
      return next
    }
    return step(
      from: here, directions, directions.weights.map { $0 / here.stiffness }, isNewton: false)
  }

  /// The next point in the direction of a combination of the directions to the rows.
  private func step(
    from here: SumOfDistances.Surroundings, _ directions: PullDirections, _ lengths: [Double],
    isNewton: Bool
  ) -> [Double]? {
    var factors = [Double](repeating: 0, count: sum.rows.count)
    for (place, row) in directions.rows.enumerated() {
      factors[row] = lengths[place] / directions.distances[place]
    }
    // Its length is that of the sum: from the lengths along the directions it would be lost to cancellation.
    let step = VectorArithmetic.weightedDifferences(
      of: sum.rows, from: here.point, weights: factors)
    let full = EuclideanNorm.norm(step)
    guard full > 0 else { return nil }
    // A Newton step that is short beside all distances is right as it is.
    let isShort = isNewton && full <= (directions.distances.min() ?? 0) / 16
    let cosines = directions.products(with: lengths).map { min(max($0 / full, -1), 1) }
    let length =
      isShort
      ? full
      : LineOfDistances(directions, along: cosines, weightHere: here.weightHere).minimum()
    // A step that is within the rounding of the point's own coordinates gets no nearer.
    guard length > 0x1p-51 * EuclideanNorm.norm(here.point) else { return nil }
    var next = here.point
    for index in next.indices { next[index] += step[index] * (length / full) }
    return next == here.point ? nil : next
  }
}

/// The sum of distances along a half-line from a point: each row has a place on the line and a distance
/// across it.
struct LineOfDistances {
  private let weights: [Double]
  private let places: [Double]
  private let across: [Double]
  private let weightHere: Double

  /// - Parameters:
  ///   - along: the inner products of the directions to the rows with the direction of the line.
  ///   - weightHere: the weight of rows at the point itself.
  init(_ directions: PullDirections, along cosines: [Double], weightHere: Double) {
    weights = directions.weights
    places = zip(directions.distances, cosines).map { $0 * $1 }
    across = zip(directions.distances, cosines).map {
      $0 * max(0, (1 - $1) * (1 + $1)).squareRoot()
    }
    self.weightHere = weightHere
  }

  /// How far from the point the sum of distances is least: 0 if it does not fall along the line.
  ///
  /// - Complexity: 64 x O(rows).
  func minimum() -> Double {
    // The derivative rises, and is not below 0 beyond the last place. Bit patterns of numbers above 0 are
    // in order, so that halving them finds a root of any scale in 64 steps.
    guard let farthest = places.max(), farthest > 0 else { return 0 }
    var (low, high) = ((0.0).bitPattern, farthest.bitPattern)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if derivative(at: Double(bitPattern: middle)) < 0 { low = middle } else { high = middle }
    }
    return low == 0 ? 0 : Double(bitPattern: high)
  }

  private func derivative(at length: Double) -> Double {
    var derivative = weightHere
    for row in weights.indices {
      let left = length - places[row]
      let distance = Double.hypot(left, across[row])
      if distance > 0 { derivative += weights[row] * (left / distance) }
    }
    return derivative
  }
}
