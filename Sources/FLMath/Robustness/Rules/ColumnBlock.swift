internal import CVectorKernels

/// A few columns of many rows, copied together, row after row.
///
/// What is done to one column is done to all at a time, without a branch on any value.
struct ColumnBlock {
  /// The columns of a block: 100 rows take 51 kB.
  static let width = Int(FLMATH_SORTED_COLUMNS)

  /// Vectors of eight columns in a row.
  static let vectorsPerRow = width / 8

  private var values: [Double]

  init(rows: Int) {
    values = [Double](repeating: 0, count: rows * Self.width)
  }

  /// Copies the columns from `start` on, at most ``width``; columns beyond the last are zero.
  mutating func load(_ rows: [[Double]], from start: Int) {
    var target = values.mutableSpan
    for (row, elements) in rows.enumerated() {
      let source = elements.span
      let first = row &* Self.width
      let count = max(0, min(Self.width, source.count &- start))
      for column in 0..<count { target[first &+ column] = source[start &+ column] }
      for column in count..<Self.width { target[first &+ column] = 0 }
    }
  }

  /// Exchanges, in every column, what lies in the rows of each comparator if it is out of order.
  ///
  /// - Parameter network: of as many elements as there are rows.
  mutating func sort(by network: SelectionNetwork) {
    precondition(network.count * Self.width == values.count)
    // Every comparator is of two different elements below the network's count, so of two rows.
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe network.comparators.withUnsafeBufferPointer { comparators in
        guard let block = values.baseAddress, let pairs = comparators.baseAddress else { return }
        unsafe flmath_exchange_rows(block, pairs, comparators.count / 2)
      }
    }
  }

  /// Eight columns of a row.
  @inline(__always)
  func eight(row: Int, vector: Int) -> SIMD8<Double> {
    SIMD8(values.span, at: row &* Self.width &+ vector &* 8)
  }

  /// Writes the values of one column, in the order of the rows.
  func copyColumn(_ column: Int, to target: inout [Double]) {
    let source = values.span
    var place = column
    for row in target.indices {
      target[row] = source[place]
      place &+= Self.width
    }
  }
}
