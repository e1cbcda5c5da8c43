internal import CVectorKernels

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

/// Sums over pairs of rows, such as squared distances, in blocks of columns that stay in cache.
enum RowBlocks {
  /// What a pair adds for every column.
  enum Summand {
    case squaredDifference
    case product
  }

  /// The columns of a block: 100 rows take 200 kB.
  static let width = Int(FLMATH_BLOCK_COLUMNS)

  /// Returns the sums of all pairs, row-major, `count * count` and symmetric.
  ///
  /// - Parameters:
  ///   - summand: what is summed.
  ///   - count: the number of rows.
  ///   - dimension: the number of columns.
  ///   - copy: writes ``width`` columns of a row, beginning with `start`, to the places of the block from
  ///     `target` on; columns beyond the last are 0 and add nothing. It is called on several threads at
  ///     once.
  /// - Complexity: O(count^2 x dimension) time and O(count^2) memory.
  static func sums(
    of summand: Summand, rows count: Int, dimension: Int,
    _ copy:
      @Sendable (
        _ row: Int, _ start: Int, _ target: Int, _ block: inout MutableSpan<Double>
      ) -> Void
  ) -> [Double] {
    let zeros = [Double](repeating: 0, count: count * count)
    var sums = ParallelWork.reduce(ColumnChunks.count(of: dimension), into: zeros) { chunk in
      var part = zeros
      var block = [Double](repeating: 0, count: count * width)
      let columns = ColumnChunks.columns(of: chunk, dimension: dimension)
      for start in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
        for row in 0..<count {
          var line = block.mutableSpan
          copy(row, start, row * width, &line)
        }
        add(summand, of: block, rows: count, to: &part)
      }
      return part
    } _: { sums, part in
      for index in sums.indices { sums[index] += part[index] }
    }
    for row in 0..<count {
      for column in 0..<row { sums[row * count + column] = sums[column * count + row] }
    }
    return sums
  }

  /// The distance of two rows of any magnitude, from scaled differences that are summed like those of
  /// ``sums(of:rows:dimension:_:)``, on this thread.
  static func distance(_ left: [Double], _ right: [Double]) -> Double {
    let (left, right) = (left.span, right.span)
    return EuclideanNorm.scaledNorm(count: left.count) {
      left[$0] - right[$0]
    } sumOfSquares: { scale in
      var sum = 0.0
      // The row of scaled differences, and one of zeros.
      var block = [Double](repeating: 0, count: 2 * width)
      for chunk in 0..<ColumnChunks.count(of: left.count) {
        var part = [0.0, 0, 0, 0]
        let columns = ColumnChunks.columns(of: chunk, dimension: left.count)
        for start in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
          let count = min(width, columns.upperBound - start)
          for column in 0..<count {
            block[column] = (left[start &+ column] - right[start &+ column]) * scale
          }
          for column in count..<width { block[column] = 0 }
          add(.squaredDifference, of: block, rows: 2, to: &part)
        }
        sum += part[1]
      }
      return sum
    }
  }

  /// Adds a block's part to the sums above the diagonal, and for products to those on it.
  private static func add(
    _ summand: Summand, of block: [Double], rows: Int, to sums: inout [Double]
  ) {
    precondition(block.count == rows * width && sums.count == rows * rows)
    unsafe block.withUnsafeBufferPointer { block in
      unsafe sums.withUnsafeMutableBufferPointer { sums in
        guard let block = block.baseAddress, let sums = sums.baseAddress else { return }
        switch summand {
        case .squaredDifference: unsafe flmath_add_squared_distances(block, rows, sums)
        case .product: unsafe flmath_add_inner_products(block, rows, sums)
        }
      }
    }
  }
}

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
