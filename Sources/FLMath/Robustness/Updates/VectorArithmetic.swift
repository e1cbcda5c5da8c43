/// Sums over long vectors, in blocks of columns that stay in cache and with independent partial
/// sums, so that additions need not wait for each other.
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

  /// The squared distance of every row from `point`, from differences.
  static func squaredDistances(of rows: [[Double]], from point: [Double]) -> [Double] {
    var distances = [Double](repeating: 0, count: rows.count)
    forEachBlock(of: point.count) { columns in
      for row in rows.indices {
        distances[row] += squaredDistance(rows[row], point, in: columns)
      }
    }
    return distances
  }

  /// The sum of the rows, each times its weight.
  static func weightedSum(of rows: [[Double]], weights: [Double]) -> [Double] {
    let dimension = rows.first?.count ?? 0
    var sum = [Double](repeating: 0, count: dimension)
    forEachBlock(of: dimension) { columns in
      for row in rows.indices {
        add(weights[row], times: rows[row], to: &sum, in: columns)
      }
    }
    return sum
  }

  /// The sum of the rows' differences from `point`, each times its weight.
  static func weightedDifferences(
    of rows: [[Double]], from point: [Double], weights: [Double]
  ) -> [Double] {
    var sum = [Double](repeating: 0, count: point.count)
    forEachBlock(of: point.count) { columns in
      for row in rows.indices {
        add(weights[row], times: rows[row], minus: point, to: &sum, in: columns)
      }
    }
    return sum
  }

  /// The mean of the rows at `positions`, of which there is at least one.
  static func mean(of rows: [[Double]], at positions: [Int]) -> [Double] {
    let dimension = rows[positions[0]].count
    var sum = [Double](repeating: 0, count: dimension)
    let count = Double(positions.count)
    forEachBlock(of: dimension) { columns in
      for position in positions {
        add(1, times: rows[position], to: &sum, in: columns)
      }
      for column in columns { sum[column] /= count }
    }
    return sum
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

  private static func add(
    _ factor: Double, times source: [Double], to target: inout [Double], in columns: Range<Int>
  ) {
    let from = source.span.extracting(columns)
    var into = target.mutableSpan
    let start = columns.lowerBound
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
    let start = columns.lowerBound
    for index in 0..<from.count {
      into[start &+ index] += factor * (from[index] - center[index])
    }
  }

  private static func forEachBlock(of dimension: Int, _ body: (Range<Int>) -> Void) {
    var start = 0
    while start < dimension {
      let end = min(dimension, start + blockWidth)
      body(start..<end)
      start = end
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

  /// Eight neighbouring elements; zero beyond the last.
  @inline(__always)
  init(_ values: Span<Double>, paddedFrom index: Int) {
    if index &+ 8 <= values.count {
      self.init(values, at: index)
      return
    }
    self = .zero
    var lane = 0
    while index &+ lane < values.count {
      self[lane] = values[index &+ lane]
      lane &+= 1
    }
  }
}
