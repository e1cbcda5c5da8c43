/// The squared Euclidean distance of every pair of rows.
///
/// Computed from differences, in `Double`: |a|^2 + |b|^2 - 2ab cancels where the rows have much in
/// common, and then ranks rows by rounding errors.
struct PairwiseDistances {
  /// The number of rows.
  let count: Int

  /// Row-major, `count * count`, symmetric, 0 on the diagonal.
  private var squares: [Double]

  /// Vectors of eight columns that are done at a time: 100 rows take 200 kB.
  private static let vectorsPerBlock = 32

  /// - Complexity: O(rows^2 x dimension) time and O(rows^2) memory.
  init(of rows: [[Double]]) {
    let count = rows.count
    self.count = count
    squares = [Double](repeating: 0, count: count * count)
    let width = Self.vectorsPerBlock
    var block = [SIMD8<Double>](repeating: .zero, count: count * width)
    var start = 0
    let dimension = rows.first?.count ?? 0
    while start < dimension {
      for (row, elements) in rows.enumerated() {
        Self.copy(elements, from: start, to: row * width, in: &block)
      }
      for row in 0..<count {
        Self.addDistances(of: row, count: count, in: block, to: &squares)
      }
      start += 8 * width
    }
    for row in 0..<count {
      for column in 0..<row {
        squares[row * count + column] = squares[column * count + row]
      }
    }
  }

  /// The squared distance of two rows.
  subscript(row: Int, column: Int) -> Double {
    squares[row * count + column]
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
