/// A small symmetric matrix, for its largest eigenvalue.
///
/// Golub and Van Loan 2013, "Matrix Computations", sections 8.3.1 (Householder tridiagonalisation) and
/// 8.4.1 (bisection). There is no iteration that may not converge, and no random start.
struct SymmetricMatrix {
  /// The number of rows and of columns, at least 1.
  let size: Int

  private var elements: [Double]

  /// - Parameter elements: row-major, `size * size` finite numbers, symmetric.
  init(_ elements: [Double], size: Int) {
    self.elements = elements
    self.size = size
  }

  /// The largest eigenvalue, and a vector of norm 1 that belongs to it.
  ///
  /// - Complexity: O(size^3).
  func largestEigenpair() -> (value: Double, vector: [Double]) {
    var copy = self
    let (tridiagonal, reflections) = copy.tridiagonalised()
    let value = tridiagonal.largestEigenvalue()
    var vector = tridiagonal.eigenvector(ofLargest: value)
    for reflection in reflections.reversed() { reflection.apply(to: &vector) }
    let norm = VectorArithmetic.squaredNorm(vector).squareRoot()
    return (value, vector.map { $0 / norm })
  }

  /// Replaces what is outside the diagonal and its neighbours by reflections, column after column.
  private mutating func tridiagonalised() -> (TridiagonalMatrix, [Reflection]) {
    var reflections: [Reflection] = []
    var result = TridiagonalMatrix(diagonal: [], offDiagonal: [])
    for column in 0..<max(0, size - 2) {
      let below = (column + 1..<size).map { elements[$0 * size + column] }
      let norm = VectorArithmetic.squaredNorm(below).squareRoot()
      result.diagonal.append(elements[column * size + column])
      guard norm > 0 else {
        result.offDiagonal.append(0)
        continue
      }
      let image = below[0] > 0 ? -norm : norm
      let reflection = Reflection(of: below, to: image, start: column + 1)
      reflect(by: reflection)
      result.offDiagonal.append(image)
      reflections.append(reflection)
    }
    for row in max(0, size - 2)..<size {
      result.diagonal.append(elements[row * size + row])
      if row + 1 < size { result.offDiagonal.append(elements[row * size + row + 1]) }
    }
    return (result, reflections)
  }

  /// Reflects rows and columns from the reflection's start on.
  private mutating func reflect(by reflection: Reflection) {
    let (normal, start) = (reflection.normal, reflection.start)
    var product = normal.indices.map { row in
      var sum = 0.0
      for column in normal.indices {
        sum += elements[(start + row) * size + start + column] * normal[column]
      }
      return reflection.factor * sum
    }
    let overlap = reflection.factor / 2 * VectorArithmetic.dot(product, normal)
    for index in normal.indices { product[index] -= overlap * normal[index] }
    for row in normal.indices {
      for column in normal.indices {
        elements[(start + row) * size + start + column] -=
          normal[row] * product[column] + product[row] * normal[column]
      }
    }
  }
}

/// The reflection `1 - factor * normal normal^T` of the elements from `start` on.
private struct Reflection {
  let normal: [Double]
  let factor: Double
  let start: Int

  /// The reflection that takes a vector other than 0 to `image` in its first element and 0 in the others.
  init(of vector: [Double], to image: Double, start: Int) {
    // The first element and the image have opposite signs, so nothing cancels.
    var normal = vector
    normal[0] -= image
    let norm = VectorArithmetic.squaredNorm(normal).squareRoot()
    self.normal = normal.map { $0 / norm }
    factor = 2
    self.start = start
  }

  func apply(to vector: inout [Double]) {
    var product = 0.0
    for index in normal.indices { product += normal[index] * vector[start + index] }
    for index in normal.indices { vector[start + index] -= factor * product * normal[index] }
  }
}

/// A symmetric matrix that is 0 outside the diagonal and its neighbours.
private struct TridiagonalMatrix {
  var diagonal: [Double]
  var offDiagonal: [Double]

  /// The largest eigenvalue, not below the true one but for rounding.
  func largestEigenvalue() -> Double {
    var (lower, upper) = (-Double.infinity, -Double.infinity)
    for index in diagonal.indices {
      let left = index > 0 ? offDiagonal[index - 1].magnitude : 0
      let right = index < offDiagonal.count ? offDiagonal[index].magnitude : 0
      lower = max(lower, diagonal[index])
      upper = max(upper, diagonal[index] + left + right)
    }
    while true {
      let middle = lower + (upper - lower) / 2
      guard middle > lower, middle < upper else { return upper }
      if isAboveAllEigenvalues(middle) { upper = middle } else { lower = middle }
    }
  }

  /// Whether all pivots of the matrix minus `shift` are negative (Sylvester's law of inertia).
  private func isAboveAllEigenvalues(_ shift: Double) -> Bool {
    var pivot = diagonal[0] - shift
    for index in offDiagonal.indices {
      guard pivot < 0 else { return false }
      pivot = diagonal[index + 1] - shift - offDiagonal[index] / pivot * offDiagonal[index]
    }
    return pivot < 0
  }

  /// A vector that belongs to the largest eigenvalue, from the twisted factorisation of the matrix minus
  /// it (Dhillon and Parlett 2004, "Multiple representations to compute orthogonal eigenvectors of
  /// symmetric tridiagonal matrices", section 3).
  func eigenvector(ofLargest value: Double) -> [Double] {
    let count = diagonal.count
    let smallest = max(value.magnitude.ulp, .leastNormalMagnitude)
    var (down, up) = (diagonal.map { $0 - value }, diagonal.map { $0 - value })
    for index in offDiagonal.indices {
      if down[index] > -smallest { down[index] = -smallest }
      down[index + 1] -= offDiagonal[index] / down[index] * offDiagonal[index]
    }
    for index in offDiagonal.indices.reversed() {
      if up[index + 1] > -smallest { up[index + 1] = -smallest }
      up[index] -= offDiagonal[index] / up[index + 1] * offDiagonal[index]
    }
    var (twist, least) = (0, Double.infinity)
    for index in 0..<count {
      let pivot = (down[index] + up[index] - (diagonal[index] - value)).magnitude
      if pivot < least { (twist, least) = (index, pivot) }
    }
    var vector = [Double](repeating: 0, count: count)
    vector[twist] = 1
    for index in (0..<twist).reversed() {
      vector[index] = -offDiagonal[index] / down[index] * vector[index + 1]
    }
    for index in twist..<count - 1 {
      vector[index + 1] = -offDiagonal[index] / up[index + 1] * vector[index]
    }
    return vector
  }
}

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
