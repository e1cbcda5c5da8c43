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

  /// - Complexity: O(rows^2 x dimension) time and O(rows^2) memory.
  init(of rows: [[Double]]) {
    count = rows.count
    let dimension = rows.first?.count ?? 0
    values = RowBlocks.sums(of: .squaredDifference, rows: count, dimension: dimension) {
      row, start, target, block in
      Self.copy(rows[row], from: start, to: target, in: &block)
    }
    takeRootsUnlessPlain(rows)
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

  /// Replaces the squares by distances if one of them is not to be relied on.
  private mutating func takeRootsUnlessPlain(_ rows: [[Double]]) {
    let (squares, count) = (values, count)
    // Equal rows have the distance 0, which is as good as its square.
    let doubtful = (0..<count * count).filter { place in
      let (row, column) = (place / count, place % count)
      return row < column && !EuclideanNorm.plainSquares.contains(squares[place])
        && (squares[place] != 0 || rows[row] != rows[column])
    }
    areSquared = doubtful.isEmpty
    if areSquared { return }
    for place in values.indices { values[place] = squares[place].squareRoot() }
    let distances = ParallelWork.map(doubtful.count, size: rows[0].count) {
      RowBlocks.distance(rows[doubtful[$0] / count], rows[doubtful[$0] % count])
    }
    for (place, distance) in zip(doubtful, distances) {
      values[place] = distance
      values[place % count * count + place / count] = distance
    }
  }

  private static func copy(
    _ elements: [Double], from start: Int, to target: Int, in block: inout MutableSpan<Double>
  ) {
    let source = elements.span
    let left = min(RowBlocks.width, source.count &- start)
    for column in 0..<left { block[target &+ column] = source[start &+ column] }
    for column in left..<RowBlocks.width { block[target &+ column] = 0 }
  }
}
