/// Rows multiplied by a power of two such that squares and reciprocals of their distances fit `Double`.
///
/// The scale is that of a norm which half of the weight does not exceed: attackers cannot choose it. Rows
/// longer than 2^500 afterwards are shortened to that. A geometric median depends on the directions to
/// such rows only, so it changes by less than rounding.
struct ScaledRows {
  let rows: [[Double]]

  /// What the rows were multiplied by.
  let scale: Double

  private static let longest = 0x1p500

  /// - Parameter weights: one for each row, with the sum 1.
  /// - Complexity: O(rows x dimension).
  init(_ rows: [[Double]], weights: [Double]) {
    let norms = ParallelWork.map(rows) { EuclideanNorm.norm($0) }
    var within = 0.0
    let middle = norms.indices.sorted { norms[$0] < norms[$1] }.first { row in
      within += weights[row]
      return within >= 0.5 && norms[row] > 0
    }
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: middle.map { norms[$0] } ?? 1)
    self.scale = scale
    self.rows = zip(rows, norms).map { Self.scaled($0, norm: $1, by: scale) }
  }

  /// A vector by the same rule.
  func scaled(_ vector: [Double]) -> [Double] {
    Self.scaled(vector, norm: EuclideanNorm.norm(vector), by: scale)
  }

  /// A point among the scaled rows, as one among the rows.
  func restored(_ point: [Double]) -> [Double] {
    point.map { $0 / scale }
  }

  private static func scaled(_ vector: [Double], norm: Double, by scale: Double) -> [Double] {
    if norm * scale <= longest { return vector.map { $0 * scale } }
    let ownScale = EuclideanNorm.reciprocalPowerOfTwo(of: norm)
    let factor = longest / (norm * ownScale)
    return vector.map { $0 * ownScale * factor }
  }
}
