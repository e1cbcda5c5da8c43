/// The sum of weighted distances of rows from a point, which the geometric median minimises.
struct SumOfDistances {
  /// Finite vectors of one length, at least one.
  let rows: [[Double]]

  /// One for each row, with the sum 1.
  let weights: [Double]

  /// How much rounding can change the length of a sum of pulls: a bound for sums of squares in eight
  /// lanes and blocks, and for a sum over all rows.
  let rounding: Double

  init(rows: [[Double]], weights: [Double]) {
    self.rows = rows
    self.weights = weights
    let dimension = rows[0].count
    let additions = min(dimension, 2048) / 8 + dimension / 2048 + 8
    rounding = (Double(rows.count + 4) + Double(additions) / 2) * 0x1p-53
  }

  /// The sum of distances around one point. Every row pulls with its weight.
  struct Surroundings {
    let point: [Double]

    /// The distance of every row.
    let distances: [Double]

    /// The weight of the rows at the point itself.
    let weightHere: Double

    /// The sum of the pulls of the other rows: the gradient with the opposite sign.
    let pull: [Double]

    /// The sum of weight / distance over the other rows.
    let stiffness: Double

    /// How much the pull exceeds the weight of the rows at the point: the length of the shortest
    /// subgradient. The point is a geometric median if it is 0.
    let excess: Double
  }

  /// The distance below which a row counts as being at the point.
  fileprivate static let smallestDistance = 0x1p-1000

  /// - Complexity: O(rows x dimension).
  func surroundings(of point: [Double]) -> Surroundings {
    let distances = EuclideanNorm.distances(of: rows, from: point)
    var factors = [Double](repeating: 0, count: rows.count)
    var (weightHere, stiffness) = (0.0, 0.0)
    for row in rows.indices {
      if distances[row] < Self.smallestDistance {
        weightHere += weights[row]
      } else {
        factors[row] = weights[row] / distances[row]
        stiffness += factors[row]
      }
    }
    let pull = VectorArithmetic.weightedDifferences(of: rows, from: point, weights: factors)
    return Surroundings(
      point: point, distances: distances, weightHere: weightHere, pull: pull,
      stiffness: stiffness, excess: max(0, EuclideanNorm.norm(pull) - weightHere))
  }
}

extension SumOfDistances.Surroundings {
  /// Whether point and distances are 0 or in the range where squares and reciprocals fit.
  var isPlain: Bool {
    (distances + [EuclideanNorm.norm(point)]).allSatisfy {
      $0 == 0 || EuclideanNorm.plainNumbers.contains($0)
    }
  }

  /// The rows that are not at the point, nearest first.
  func others() -> [Int] {
    distances.indices.filter { distances[$0] >= SumOfDistances.smallestDistance }
      .sorted { (distances[$0], $0) < (distances[$1], $1) }
  }

  /// The next point of Weiszfeld's algorithm, in the form of Vardi and Zhang 2000, "The multivariate
  /// L1-median and associated data depth", which leaves rows that are not a median.
  func weiszfeldStep() -> [Double] {
    let factor = excess / (excess + weightHere) / stiffness
    var next = point
    for index in next.indices { next[index] += factor * pull[index] }
    return next
  }

  /// The nearest other row, if it and rows about as near have more than half of the sum of weight /
  /// distance: the median may be that row.
  func dominantRow(_ weights: [Double]) -> Int? {
    guard let nearest = others().first else { return nil }
    var share = 0.0
    for row in distances.indices
    where distances[row] >= SumOfDistances.smallestDistance
      && distances[row] <= 2 * distances[nearest]
    {
      share += weights[row] / distances[row]
    }
    return share > stiffness / 2 ? nearest : nil
  }

  /// A distance within which half of the weight lies. Attackers with less than half cannot raise it
  /// above the distance of the farthest honest row.
  func medianDistance(_ weights: [Double]) -> Double {
    var within = 0.0
    for row in distances.indices.sorted(by: { distances[$0] < distances[$1] }) {
      within += weights[row]
      if within >= 0.5 { return distances[row] }
    }
    return distances.max() ?? 0
  }
}

/// The directions from a point to some rows, and the inner products of each two: all that is needed for
/// the second derivatives of the sum of distances.
struct PullDirections {
  /// Positions in the matrix.
  let rows: [Int]
  let distances: [Double]
  let weights: [Double]

  /// Row-major, `rows.count * rows.count`, symmetric, about 1 on the diagonal.
  private var products: [Double]

  /// - Parameter chosen: positions of rows that are not at the point.
  /// - Complexity: O(chosen^2 x dimension).
  init(
    to chosen: [Int], from around: SumOfDistances.Surroundings, of sum: SumOfDistances
  ) {
    rows = chosen
    distances = chosen.map { around.distances[$0] }
    weights = chosen.map { sum.weights[$0] }
    let (point, vectors) = (around.point, sum.rows)
    let factors = chosen.map { 1 / around.distances[$0] }
    products = RowBlocks.sums(of: .product, rows: chosen.count, dimension: point.count) {
      place, start, target, block in
      Self.copy(
        vectors[chosen[place]], minus: point, times: factors[place], from: start, to: target,
        in: &block)
    }
  }

  /// The number of directions.
  var count: Int { rows.count }

  /// The cosine of the angle between two directions.
  subscript(row: Int, column: Int) -> Double { products[row * count + column] }

  /// The inner products of every direction with a combination of all.
  func products(with factors: [Double]) -> [Double] {
    factors.indices.map { row in
      factors.indices.reduce(0) { $0 + self[row, $1] * factors[$1] }
    }
  }

  private static func copy(
    _ elements: [Double], minus point: [Double], times factor: Double, from start: Int,
    to target: Int, in block: inout MutableSpan<Double>
  ) {
    let (source, center) = (elements.span, point.span)
    let left = min(RowBlocks.width, source.count &- start)
    for column in 0..<left {
      block[target &+ column] = (source[start &+ column] - center[start &+ column]) * factor
    }
    for column in left..<RowBlocks.width { block[target &+ column] = 0 }
  }
}

extension PullDirections {
  /// Whether a median must lie within `radius` of the point, given the length of the shortest subgradient
  /// there.
  ///
  /// Let v be the direction to a median at the distance T. The derivative along v begins at -excess or
  /// above. A row at the distance d adds to it, on the way to T, at least
  /// `w (1 - cos^2) (1 - (1 + T/d)^-2) / 2`, cos being that of the angle between v and the row's direction:
  /// its second derivative is `d^2 (1 - cos^2) / distance^3`, and its distance grows to d + T at most. At a
  /// median the derivative from the side of the point is 0 or below. So T is below the radius if for every
  /// v the rows together add more than the excess on the way to the radius: if the matrix
  /// `(sum of c) I - sum of c u u^T` is above excess times I, where c is the row's factor of (1 - cos^2) and
  /// u its direction. Rows that are left out could only add. Far rows have factors near 0, so an attacker
  /// cannot make a point seem nearer to the median, or the bound wider, by distance.
  ///
  /// - Complexity: O(directions^3).
  func proveMedian(within radius: Double, excess: Double, rounding: Double) -> Bool {
    let factors = zip(weights, distances).map { $0 * Self.curving(radius / $1) }
    let sum = factors.reduce(0, +)
    let roots = factors.map { $0.squareRoot() }
    let diagonal = sum * (1 - Double(count) * rounding) - excess - rounding
    guard diagonal > 0 else { return false }
    var matrix = CholeskyMatrix(count: count) { row, column in
      (row == column ? diagonal : 0) - roots[row] * roots[column] * self[row, column]
    }
    return matrix.factorise(leastPivot: Double(count) * rounding * sum)
  }

  /// The largest sum of factors that rows add within the radius, in no particular direction.
  static func mostAdded(
    within radius: Double, weights: [Double], distances: [Double]
  ) -> Double {
    zip(weights, distances).reduce(0) { $0 + $1.0 * curving(radius / $1.1) }
  }

  /// (1 - (1 + x)^-2) / 2, without cancellation.
  private static func curving(_ x: Double) -> Double {
    x > 0x1p60 ? 0.5 : x * (2 + x) / (2 * (1 + x) * (1 + x))
  }

  /// Newton's step, as lengths along the directions; nil if it cannot be computed.
  ///
  /// The second derivatives are `s I - U C U^T` with s the sum of c = weight / distance, C diagonal. By
  /// the formula of Woodbury the step is `(1/s) (pull + U R (I - R U^T U R)^-1 R U^T pull)`, R^2 being C / s.
  func newtonStep() -> [Double]? {
    let stiffness = zip(weights, distances).reduce(0) { $0 + $1.0 / $1.1 }
    let roots = zip(weights, distances).map { ($0 / $1 / stiffness).squareRoot() }
    let pulls = products(with: weights)
    // Rows on a line have no curvature along it: a little more than there is keeps the step finite.
    for added in [0, 1e-12] {
      var matrix = CholeskyMatrix(count: count) { row, column in
        (row == column ? 1 + added : 0) - roots[row] * roots[column] * self[row, column]
      }
      guard matrix.factorise(leastPivot: 1e-15 * Double(count)) else { continue }
      let solution = matrix.solve(zip(roots, pulls).map { $0 * $1 })
      return weights.indices.map {
        (weights[$0] + roots[$0] * solution[$0]) / stiffness
      }
    }
    return nil
  }
}
