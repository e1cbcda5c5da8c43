/// Some coordinates of a vector, the others being zero.
public struct SparseVector: Sendable, Hashable {
  /// The number of elements of the vector.
  public let dimension: Int

  /// Where the values are, in ascending order, each below the dimension.
  public let indices: [Int]

  /// The values at the indices.
  public let values: [Double]

  /// Takes values and their places.
  ///
  /// - Throws: ``CompressionError`` if the dimension is out of its range, if the indices are not ascending, beyond the dimension or not as
  ///   many as the values, or if a value is not finite.
  public init(dimension: Int, indices: [Int], values: [Double]) throws(CompressionError) {
    guard indices.count == values.count else { throw .invalidIndices }
    var next = 0
    for index in indices {
      guard index >= next, index < dimension else { throw .invalidIndices }
      next = index + 1
    }
    if let index = values.firstNonFiniteIndex {
      throw .nonFinite(index: indices[index], found: values[index])
    }
    self.dimension = try CompressionError.validated(dimension: dimension)
    self.indices = indices
    self.values = values
  }

  /// All coordinates.
  public var dense: [Double] {
    var vector = [Double](repeating: 0, count: dimension)
    for (index, value) in zip(indices, values) { vector[index] = value }
    return vector
  }
}
