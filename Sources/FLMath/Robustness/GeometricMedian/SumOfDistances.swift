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
