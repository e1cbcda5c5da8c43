/// Sums over long vectors, in blocks of columns that stay in cache and with independent partial
/// sums, so that additions need not wait for each other. Sums over several rows use several threads.
enum VectorArithmetic {
  /// Columns that are done at a time: 16 kB of every vector that is read again.
  private static let blockWidth = 2048

  /// The sum of the squares; infinity or NaN if an element is, infinity on overflow.
  static func squaredNorm(_ vector: [Double]) -> Double {
    let values = vector.span
    var sums = SIMD8<Double>.zero
    var index = 0
    while index &+ 8 <= values.count {
      let eight = SIMD8(values, at: index)
      sums += eight * eight
      index &+= 8
    }
    var sum = sums.sum()
    while index < values.count {
      sum += values[index] * values[index]
      index &+= 1
    }
    return sum
  }

  /// The inner product of two vectors of the same length.
  static func dot(_ left: [Double], _ right: [Double]) -> Double {
    let (a, b) = (left.span, right.span)
    let count = min(a.count, b.count)
    var sums = SIMD8<Double>.zero
    var index = 0
    while index &+ 8 <= count {
      sums += SIMD8(a, at: index) * SIMD8(b, at: index)
      index &+= 8
    }
    var sum = sums.sum()
    while index < count {
      sum += a[index] * b[index]
      index &+= 1
    }
    return sum
  }

  /// The squared distance of two vectors of the same length, from differences, on this thread.
  static func squaredDistance(_ left: [Double], _ right: [Double]) -> Double {
    var (sum, start) = (0.0, 0)
    while start < right.count {
      let end = min(right.count, start + blockWidth)
      sum += squaredDistance(left, right, in: start..<end)
      start = end
    }
    return sum
  }

  /// The squared distance of every row from `point`, from differences.
  static func squaredDistances(of rows: [[Double]], from point: [Double]) -> [Double] {
    let zeros = [Double](repeating: 0, count: rows.count)
    let dimension = point.count
    return ParallelWork.reduce(ColumnChunks.count(of: dimension), into: zeros) { chunk in
      blocks(of: ColumnChunks.columns(of: chunk, dimension: dimension)).map { columns in
        rows.map { squaredDistance($0, point, in: columns) }
      }
    } _: { distances, blocks in
      // Block after block, as on one thread.
      for block in blocks {
        for row in block.indices { distances[row] += block[row] }
      }
    }
  }

  /// The sum of the rows, each times its weight.
  static func weightedSum(of rows: [[Double]], weights: [Double]) -> [Double] {
    ColumnChunks.vector(dimension: rows.first?.count ?? 0) { columns in
      var sum = [Double](repeating: 0, count: columns.count)
      for columns in blocks(of: columns) {
        for row in rows.indices { add(weights[row], times: rows[row], to: &sum, in: columns) }
      }
      return sum
    }
  }

  /// The sum of the rows' differences from `point`, each times its weight.
  static func weightedDifferences(
    of rows: [[Double]], from point: [Double], weights: [Double]
  ) -> [Double] {
    ColumnChunks.vector(dimension: point.count) { columns in
      var sum = [Double](repeating: 0, count: columns.count)
      for columns in blocks(of: columns) {
        for row in rows.indices {
          add(weights[row], times: rows[row], minus: point, to: &sum, in: columns)
        }
      }
      return sum
    }
  }

  /// The mean of the rows at `positions`, of which there is at least one.
  static func mean(of rows: [[Double]], at positions: [Int]) -> [Double] {
    let count = Double(positions.count)
    return ColumnChunks.vector(dimension: rows[positions[0]].count) { columns in
      var sum = [Double](repeating: 0, count: columns.count)
      for columns in blocks(of: columns) {
        for position in positions { add(1, times: rows[position], to: &sum, in: columns) }
      }
      for index in sum.indices { sum[index] /= count }
      return sum
    }
  }

  private static func squaredDistance(
    _ first: [Double], _ second: [Double], in columns: Range<Int>
  ) -> Double {
    let (left, right) = (first.span, second.span)
    var sums = SIMD8<Double>.zero
    var index = columns.lowerBound
    while index &+ 8 <= columns.upperBound {
      let difference = SIMD8(left, at: index) - SIMD8(right, at: index)
      sums += difference * difference
      index &+= 8
    }
    var sum = sums.sum()
    while index < columns.upperBound {
      let difference = left[index] - right[index]
      sum += difference * difference
      index &+= 1
    }
    return sum
  }

  /// Adds to the sum of a chunk, in some of its columns.
  private static func add(
    _ factor: Double, times source: [Double], to target: inout [Double], in columns: Range<Int>
  ) {
    let from = source.span.extracting(columns)
    var into = target.mutableSpan
    let start = columns.lowerBound % ColumnChunks.width
    for index in 0..<from.count {
      into[start &+ index] += factor * from[index]
    }
  }

  private static func add(
    _ factor: Double, times source: [Double], minus point: [Double], to target: inout [Double],
    in columns: Range<Int>
  ) {
    let from = source.span.extracting(columns)
    let center = point.span.extracting(columns)
    var into = target.mutableSpan
    let start = columns.lowerBound % ColumnChunks.width
    for index in 0..<from.count {
      into[start &+ index] += factor * (from[index] - center[index])
    }
  }

  private static func blocks(of columns: Range<Int>) -> [Range<Int>] {
    stride(from: columns.lowerBound, to: columns.upperBound, by: blockWidth).map {
      $0..<min(columns.upperBound, $0 + blockWidth)
    }
  }
}

extension SIMD8 where Scalar == Double {
  /// Eight neighbouring elements.
  @inline(__always)
  init(_ values: Span<Double>, at index: Int) {
    self.init(
      values[index], values[index &+ 1], values[index &+ 2], values[index &+ 3],
      values[index &+ 4], values[index &+ 5], values[index &+ 6], values[index &+ 7])
  }
}

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
