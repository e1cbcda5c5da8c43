/// The squared Euclidean distance of every pair of rows.
///
/// Computed from differences, in `Double`: |a|^2 + |b|^2 - 2ab cancels where the rows have much in
/// common, and then ranks rows by rounding errors. Where the square of a distance would underflow or
/// overflow, all distances are kept as they are instead of squared.
struct PairwiseDistances {
  /// The number of rows.
  let count: Int

  /// Whether ``subscript(row:column:)`` gives squares.
  private(set) var areSquared = true

  /// Row-major, `count * count`, symmetric, 0 on the diagonal.
  private var values: [Double]

  /// Vectors of eight columns that are done at a time: 100 rows take 200 kB.
  private static let vectorsPerBlock = 32

  /// - Complexity: O(rows^2 x dimension) time and O(rows^2) memory.
  init(of rows: [[Double]]) {
    let count = rows.count
    self.count = count
    let zeros = [Double](repeating: 0, count: count * count)
    let dimension = rows.first?.count ?? 0
    values = ParallelWork.reduce(ColumnChunks.count(of: dimension), into: zeros) { chunk in
      Self.squares(of: rows, in: ColumnChunks.columns(of: chunk, dimension: dimension))
    } _: { squares, part in
      for index in squares.indices { squares[index] += part[index] }
    }
    takeRootsUnlessPlain(rows)
    for row in 0..<count {
      for column in 0..<row {
        values[row * count + column] = values[column * count + row]
      }
    }
  }

  /// What some columns add to the squares above the diagonal.
  private static func squares(of rows: [[Double]], in columns: Range<Int>) -> [Double] {
    let count = rows.count
    var squares = [Double](repeating: 0, count: count * count)
    let width = vectorsPerBlock
    var block = [SIMD8<Double>](repeating: .zero, count: count * width)
    for start in stride(from: columns.lowerBound, to: columns.upperBound, by: 8 * width) {
      for (row, elements) in rows.enumerated() {
        copy(elements, from: start, to: row * width, in: &block)
      }
      for row in 0..<count { addDistances(of: row, count: count, in: block, to: &squares) }
    }
    return squares
  }

  /// The squared distance of two rows, or the distance where squares do not fit: either is larger for
  /// rows that are farther apart.
  subscript(row: Int, column: Int) -> Double {
    values[row * count + column]
  }

  /// Something that is larger the larger the sum of the squared distances is: the sum itself, or its
  /// root where the distances are not squared.
  func sumOfSquares(_ distances: [Double]) -> Double {
    areSquared ? distances.reduce(0, +) : EuclideanNorm.norm(distances)
  }

  /// Replaces the squares above the diagonal by distances if one of them is not to be relied on.
  private mutating func takeRootsUnlessPlain(_ rows: [[Double]]) {
    // Equal rows have the distance 0, which is as good as its square.
    let doubtful = { (square: Double, row: Int, column: Int) in
      !EuclideanNorm.plainSquares.contains(square) && (square != 0 || rows[row] != rows[column])
    }
    areSquared = !rows.indices.contains { row in
      (row + 1..<count).contains { doubtful(values[row * count + $0], row, $0) }
    }
    if areSquared { return }
    for row in 0..<count {
      for column in row + 1..<count {
        let square = values[row * count + column]
        values[row * count + column] =
          EuclideanNorm.plainSquares.contains(square)
          ? square.squareRoot() : EuclideanNorm.scaledDistance(rows[row], rows[column])
      }
    }
  }

  private static func copy(
    _ elements: [Double], from start: Int, to target: Int, in block: inout [SIMD8<Double>]
  ) {
    let values = elements.span
    for vector in 0..<vectorsPerBlock {
      // Columns beyond the last are 0 in every row and add nothing to a distance.
      block[target &+ vector] = SIMD8(values, paddedFrom: start &+ vector &* 8)
    }
  }

  /// Adds the block's part of the distances of `row` from the rows after it.
  private static func addDistances(
    of row: Int, count: Int, in block: [SIMD8<Double>], to squares: inout [Double]
  ) {
    let vectors = block.span
    let width = vectorsPerBlock
    let own = row &* width
    let line = row &* count
    var other = row &+ 1
    // Two at a time, so that the row's own columns are read half as often.
    while other &+ 1 < count {
      let (left, right) = (other &* width, (other &+ 1) &* width)
      var leftSum = SIMD8<Double>.zero
      var rightSum = SIMD8<Double>.zero
      for vector in 0..<width {
        let mine = vectors[own &+ vector]
        let toLeft = mine - vectors[left &+ vector]
        let toRight = mine - vectors[right &+ vector]
        leftSum += toLeft * toLeft
        rightSum += toRight * toRight
      }
      squares[line &+ other] += leftSum.sum()
      squares[line &+ other &+ 1] += rightSum.sum()
      other &+= 2
    }
    if other < count {
      var sum = SIMD8<Double>.zero
      for vector in 0..<width {
        let difference = vectors[own &+ vector] - vectors[other &* width &+ vector]
        sum += difference * difference
      }
      squares[line &+ other] += sum.sum()
    }
  }
}
