/// A few columns of many rows, copied together: row after row in vectors of eight columns.
///
/// What is done to one column is done to eight at a time, without a branch on any value.
struct ColumnBlock {
  /// Vectors of eight columns in a block: 100 rows of 64 columns are 51 kB.
  static let vectorsPerRow = 8

  /// The columns of a block.
  static let width = 8 * vectorsPerRow

  var vectors: [SIMD8<Double>]

  init(rows: Int) {
    vectors = [SIMD8<Double>](repeating: .zero, count: rows * Self.vectorsPerRow)
  }

  /// Copies the columns from `start` on, at most ``width``; columns beyond the last are zero.
  mutating func load(_ rows: [[Double]], from start: Int) {
    for (row, elements) in rows.enumerated() {
      let values = elements.span
      let target = row &* Self.vectorsPerRow
      for vector in 0..<Self.vectorsPerRow {
        vectors[target &+ vector] = SIMD8(values, paddedFrom: start &+ vector &* 8)
      }
    }
  }

  /// Exchanges, in every column, what lies in the rows of each comparator if it is out of order.
  mutating func sort(by comparators: [SelectionNetwork.Comparator]) {
    for comparator in comparators {
      let low = comparator.low &* Self.vectorsPerRow
      let high = comparator.high &* Self.vectorsPerRow
      for vector in 0..<Self.vectorsPerRow {
        let left = vectors[low &+ vector]
        let right = vectors[high &+ vector]
        let inOrder = left .< right
        vectors[low &+ vector] = right.replacing(with: left, where: inOrder)
        vectors[high &+ vector] = left.replacing(with: right, where: inOrder)
      }
    }
  }

  /// Eight columns of a row.
  @inline(__always)
  func eight(row: Int, vector: Int) -> SIMD8<Double> {
    vectors[row &* Self.vectorsPerRow &+ vector]
  }

  /// One column of a row.
  func value(row: Int, column: Int) -> Double {
    vectors[row * Self.vectorsPerRow + column / 8][column % 8]
  }
}
