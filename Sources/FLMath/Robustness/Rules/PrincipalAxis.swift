/// The direction in which weighted rows vary most, and how much they do.
///
/// The covariance is that of the weights, `sum of w (x - mean)(x - mean)^T / sum of w`. It has as many
/// rows and columns as a model has parameters, so it is never formed: distances of the rows say what
/// their inner products are (classical scaling, Torgerson 1952), and the matrix of these, of the size
/// of the number of rows, has the same largest eigenvalue.
struct PrincipalAxis {
  /// The standard deviation along the axis: the root of the covariance's largest eigenvalue.
  let deviation: Double

  /// How far each row lies from the mean along the axis, in an unspecified unit that is the same for all;
  /// in the order of the positions.
  let distances: [Double]

  /// - Parameters:
  ///   - distances: the distances of all rows.
  ///   - positions: the rows to take, at least one.
  ///   - weights: one above 0 for each position.
  /// - Complexity: O(positions^3) time and O(positions^2) memory.
  init(of distances: EuclideanDistances, at positions: [Int], weights: [Double]) {
    let count = positions.count
    let diameter = distances.diameter(of: positions)
    guard diameter > 0 else {
      deviation = 0
      self.distances = [Double](repeating: 0, count: count)
      return
    }
    let scale = PowerOfTwo(normalising: diameter)
    let total = weights.reduce(0, +)
    let shares = weights.map { $0 / total }
    let products = Self.innerProducts(distances, positions, shares: shares, scale: scale.factor)
    let roots = shares.map { $0.squareRoot() }
    var matrix = products
    for row in 0..<count {
      for column in 0..<count { matrix[row * count + column] *= roots[row] * roots[column] }
    }
    let (variance, vector) = SymmetricMatrix(matrix, size: count).largestEigenpair()
    deviation = max(0, variance).squareRoot() * scale.inverse
    self.distances = (0..<count).map { row in
      var sum = 0.0
      for column in 0..<count {
        sum += products[row * count + column] * roots[column] * vector[column]
      }
      return sum.magnitude
    }
  }

  /// All weights the same.
  init(of distances: EuclideanDistances, at positions: [Int]) {
    self.init(
      of: distances, at: positions,
      weights: [Double](repeating: 1, count: positions.count))
  }

  /// The inner products of the rows' differences from their weighted mean, scaled.
  private static func innerProducts(
    _ distances: EuclideanDistances, _ positions: [Int], shares: [Double], scale: Double
  ) -> [Double] {
    let count = positions.count
    var products = [Double](repeating: 0, count: count * count)
    var rowMeans = [Double](repeating: 0, count: count)
    for row in 0..<count {
      for column in 0..<count {
        let scaled = distances[positions[row], positions[column]] * scale
        products[row * count + column] = scaled * scaled
        rowMeans[row] += shares[column] * scaled * scaled
      }
    }
    var mean = 0.0
    for row in 0..<count { mean += shares[row] * rowMeans[row] }
    for row in 0..<count {
      for column in 0..<count {
        let square = products[row * count + column]
        products[row * count + column] = (rowMeans[row] + rowMeans[column] - square - mean) / 2
      }
    }
    return products
  }
}
