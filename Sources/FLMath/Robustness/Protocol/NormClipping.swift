/// Shortens vectors to a bound, keeping their direction.
public struct NormClipping: Sendable, Hashable {
  /// The largest Euclidean norm that a vector keeps.
  public let bound: Double

  /// Shortens to `bound`.
  ///
  /// - Throws: ``RobustAggregationError/invalidRadius(_:)`` unless the bound is finite and above 0.
  public init(bound: Double) throws(RobustAggregationError) {
    guard bound.isFinite, bound > 0 else { throw .invalidRadius(bound) }
    self.bound = bound
  }

  /// The same rows, the long ones shortened; unusable ones stay unusable.
  ///
  /// - Complexity: O(rows x dimension).
  public func clipped(_ updates: UpdateMatrix) -> UpdateMatrix {
    let unusable = Set(updates.unusableRows)
    let rows = updates.rows.enumerated().map { index, row in
      if unusable.contains(index) { return row }
      let shortening = shortening(of: row)
      return shortening.factor == 1 ? row : shortening.row.map { shortening.factor * $0 }
    }
    return UpdateMatrix(
      trusted: rows, dimension: updates.dimension, unusableRows: updates.unusableRows)
  }

  /// A row whose product with the factor is the shortened row: the row itself, unless the factor
  /// would be too small to be precise.
  func shortening(of row: [Double]) -> (row: [Double], factor: Double) {
    let norm = EuclideanNorm.norm(row)
    if let factor = Self.factor(norm: norm, bound: bound) { return (row, factor) }
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: norm)
    return (row.map { $0 * scale }, bound / (norm * scale))
  }

  /// What to multiply a vector by; nil if that is too small for `Double`.
  static func factor(norm: Double, bound: Double) -> Double? {
    guard norm > bound else { return 1 }
    let factor = bound / norm
    return factor >= 0x1p-900 ? factor : nil
  }
}
