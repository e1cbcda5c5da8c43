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
      let factor = factor(of: row)
      return factor == 1 ? row : row.map { factor * $0 }
    }
    return UpdateMatrix(
      trusted: rows, dimension: updates.dimension, unusableRows: updates.unusableRows)
  }

  func factor(of row: [Double]) -> Double {
    Self.factor(norm: VectorArithmetic.squaredNorm(row).squareRoot(), bound: bound)
  }

  static func factor(norm: Double, bound: Double) -> Double {
    norm > bound ? bound / norm : 1
  }
}
