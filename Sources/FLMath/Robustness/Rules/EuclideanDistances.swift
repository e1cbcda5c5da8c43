/// The Euclidean distance of every pair of rows, correct at every magnitude.
///
/// Squares of differences below 2^-511 are not normal numbers, and sums of them rank rows by
/// rounding errors. Such distances are computed again from scaled differences. So rows times a power of two
/// have their distances times that power, bit for bit.
struct EuclideanDistances {
  /// The number of rows.
  let count: Int

  /// Row-major, `count * count`, symmetric, 0 on the diagonal.
  private let values: [Double]

  /// - Parameter rows: usable rows of one length.
  /// - Complexity: O(rows^2 x dimension) time and O(rows^2) memory.
  init(of rows: [[Double]]) {
    let distances = PairwiseDistances(of: rows)
    count = rows.count
    values = (0..<count * count).map { place in
      let value = distances[place / rows.count, place % rows.count]
      // Where squares do not fit, distances are there instead.
      return distances.areSquared ? value.squareRoot() : value
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
