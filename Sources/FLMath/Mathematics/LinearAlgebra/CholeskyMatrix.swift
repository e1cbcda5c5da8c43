/// A symmetric matrix, of which the lower triangle is kept and replaced by its Cholesky factor.
struct CholeskyMatrix {
  let count: Int
  private var elements: [Double]

  init(count: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
    self.count = count
    elements = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0...row { elements[row * count + column] = element(row, column) }
    }
  }

  /// Replaces the matrix by L, where L L^T is the matrix.
  ///
  /// - Returns: whether the matrix is positive definite, with pivots above `leastPivot`. If not, the
  ///   matrix is spoilt.
  /// - Complexity: O(count^3).
  mutating func factorise(leastPivot: Double) -> Bool {
    let count = count
    var matrix = elements.mutableSpan
    for row in 0..<count {
      for column in 0...row {
        var sum = matrix[row &* count &+ column]
        for index in 0..<column {
          sum -= matrix[row &* count &+ index] * matrix[column &* count &+ index]
        }
        if column < row {
          matrix[row &* count &+ column] = sum / matrix[column &* count &+ column]
        } else {
          guard sum > leastPivot else { return false }
          matrix[row &* count &+ row] = sum.squareRoot()
        }
      }
    }
    return true
  }

  /// The solution of L L^T x = right, once the matrix is factorised.
  func solve(_ right: [Double]) -> [Double] {
    var solution = right
    for row in 0..<count {
      for index in 0..<row { solution[row] -= elements[row * count + index] * solution[index] }
      solution[row] /= elements[row * count + row]
    }
    for row in (0..<count).reversed() {
      for index in row + 1..<count {
        solution[row] -= elements[index * count + row] * solution[index]
      }
      solution[row] /= elements[row * count + row]
    }
    return solution
  }
}
