/// The Euclidean distance of every pair of rows, correct at every magnitude.
///
/// Squares of differences below 2^-511 are not normal numbers, and sums of them rank rows by
/// rounding errors. Such distances are computed again from scaled differences.
struct EuclideanDistances {
  /// The number of rows.
  let count: Int

  /// Row-major, `count * count`, symmetric, 0 on the diagonal.
  private var values: [Double]

  /// - Parameter rows: usable rows of one length.
  /// - Complexity: O(rows^2 x dimension) time and O(rows^2) memory.
  init(of rows: [[Double]]) {
    let squares = PairwiseDistances(of: rows)
    count = rows.count
    values = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for other in 0..<row {
        let found = squares[row, other]
        // Where squares do not fit, distances are there instead; those with a plain square are the same.
        let square = squares.areSquared ? found : found * found
        let distance =
          !squares.areSquared && EuclideanNorm.plainSquares.contains(square)
          ? found
          : Self.root(square, of: rows[row], rows[other]) {
            PairwiseDistances(of: [$0, $1])[0, 1]
          }
        values[row * count + other] = distance
        values[other * count + row] = distance
      }
    }
  }

  /// The distance of two rows.
  subscript(row: Int, other: Int) -> Double {
    values[row * count + other]
  }

  /// The largest distance of two of the rows at `positions`.
  func diameter(of positions: [Int]) -> Double {
    var largest = 0.0
    for (place, row) in positions.enumerated() {
      for other in positions[..<place] { largest = max(largest, self[row, other]) }
    }
    return largest
  }

  /// The distance of two vectors of one length.
  static func distance(_ left: [Double], _ right: [Double]) -> Double {
    let square = VectorArithmetic.squaredDistances(of: [left], from: right)[0]
    return root(square, of: left, right) {
      VectorArithmetic.squaredDistances(of: [$0], from: $1)[0]
    }
  }

  /// The Euclidean norm of a vector.
  static func norm(of vector: [Double]) -> Double {
    let square = VectorArithmetic.squaredNorm(vector)
    return root(square, of: vector, vector.map { _ in 0 }) { difference, _ in
      VectorArithmetic.squaredNorm(difference)
    }
  }

  /// The root of a squared distance, which is computed again by `squaredDistance` from differences that
  /// are brought to the magnitude 1 where it is not reliable. So vectors times a power of two have their
  /// distance times that power, bit for bit.
  private static func root(
    _ square: Double, of left: [Double], _ right: @autoclosure () -> [Double],
    squaredDistance: (_ difference: [Double], _ zero: [Double]) -> Double
  ) -> Double {
    if EuclideanNorm.plainSquares.contains(square) { return square.squareRoot() }
    var difference = left
    for (index, element) in right().enumerated() { difference[index] -= element }
    let largest = difference.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0, largest.isFinite else { return largest }
    let scale = PowerOfTwo(normalising: largest)
    for index in difference.indices { difference[index] *= scale.factor }
    let scaled = squaredDistance(difference, difference.map { _ in 0 })
    return scaled.squareRoot() * scale.inverse
  }
}

/// A power of two that brings numbers near to 1 without rounding, and its reciprocal.
struct PowerOfTwo {
  let factor: Double
  let inverse: Double

  /// The power that brings `magnitude`, finite and above 0, to 1 or 2, or a subnormal number as near to
  /// it as a factor can.
  init(normalising magnitude: Double) {
    // Both the power and its reciprocal have to be normal numbers.
    let exponent = max(-1000, min(1000, Int(magnitude.exponent)))
    factor = Double(sign: .plus, exponent: -exponent, significand: 1)
    inverse = Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
