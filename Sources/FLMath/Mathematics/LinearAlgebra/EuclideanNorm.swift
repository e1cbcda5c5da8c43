/// Euclidean norms and distances of finite vectors of any scale.
///
/// The square of a number below 1e-162 underflows, and that of one above 1e154 overflows. The plain sum of
/// squares is computed first, at full speed. Only where it lies outside of ``plainSquares`` is the sum
/// computed again, with every element multiplied by a power of two.
enum EuclideanNorm {
  /// The sums of squares whose root is right: squares that underflowed are far below their rounding.
  static let plainSquares = 0x1p-900...0x1p1000

  /// The numbers whose squares and products are far from both ends of the range of `Double`.
  static let plainNumbers = 0x1p-400...0x1p400

  /// The norm; infinity or NaN if an element is.
  ///
  /// - Complexity: O(elements).
  static func norm(_ vector: [Double]) -> Double {
    let square = VectorArithmetic.squaredNorm(vector)
    if plainSquares.contains(square) { return square.squareRoot() }
    return scaledNorm(count: vector.count) {
      vector[$0]
    } sumOfSquares: { scale in
      VectorArithmetic.squaredNorm(vector.map { $0 * scale })
    }
  }

  /// The distance of two vectors of the same length, from differences.
  static func distance(_ left: [Double], _ right: [Double]) -> Double {
    let square = VectorArithmetic.squaredDistance(left, right)
    if plainSquares.contains(square) { return square.squareRoot() }
    return distances(of: [left], from: right)[0]
  }

  /// The distance of every row from `point`, from differences.
  ///
  /// - Complexity: O(rows x dimension).
  static func distances(of rows: [[Double]], from point: [Double]) -> [Double] {
    let squares = VectorArithmetic.squaredDistances(of: rows, from: point)
    return rows.indices.map { row in
      if plainSquares.contains(squares[row]) { return squares[row].squareRoot() }
      let vector = rows[row]
      return scaledNorm(count: vector.count) {
        vector[$0] - point[$0]
      } sumOfSquares: { scale in
        let scaled = vector.indices.map { (vector[$0] - point[$0]) * scale }
        return VectorArithmetic.squaredDistances(of: [scaled], from: scaled.map { _ in 0 })[0]
      }
    }
  }

  /// The norm where its square is not to be relied on.
  ///
  /// If the sum is made like the square was, a vector times a power of two has its norm times that power,
  /// bit for bit, whether its square is to be relied on or not.
  ///
  /// - Parameters:
  ///   - count: the number of elements.
  ///   - element: an element of the vector.
  ///   - sumOfSquares: the sum of the squares of all elements, each multiplied by the given power of two.
  @inline(__always)
  static func scaledNorm(
    count: Int, _ element: (Int) -> Double, sumOfSquares: (_ scale: Double) -> Double
  ) -> Double {
    var largest = 0.0
    for index in 0..<count {
      let magnitude = element(index).magnitude
      guard magnitude.isFinite else { return magnitude }
      if magnitude > largest { largest = magnitude }
    }
    if largest == 0 { return 0 }
    let scale = reciprocalPowerOfTwo(of: largest)
    return sumOfSquares(scale).squareRoot() / scale
  }

  /// The power of two that brings a number to between 2 and 4; subnormal numbers to less.
  static func reciprocalPowerOfTwo(of number: Double) -> Double {
    L2Clipping.reciprocalPowerOfTwo(of: max(number.magnitude, .leastNormalMagnitude))
  }
}
