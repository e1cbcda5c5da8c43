/// Clipping of every coordinate to an interval around 0.
///
/// The fixed-point codec holds numbers of a bounded range; this brings a vector into it.
public struct LInfinityClipping: Sendable, Hashable {
  /// The largest magnitude that a coordinate keeps.
  public let bound: Double

  /// Clips to the interval from `-bound` to `bound`.
  ///
  /// - Throws: ``ClippingError/invalidBound(_:)`` unless the bound is finite and above 0.
  public init(bound: Double) throws(ClippingError) {
    guard bound.isFinite, bound > 0 else { throw .invalidBound(bound) }
    self.bound = bound
  }

  /// Replaces every coordinate beyond the bound by the bound, with its sign.
  ///
  /// - Returns: the number of coordinates replaced.
  /// - Throws: ``ClippingError/nonFinite(index:found:)`` if an element is NaN or infinite; the
  ///   vector is then unchanged.
  /// - Complexity: O(elements), without allocation.
  @discardableResult
  public func clip(_ vector: inout [Double]) throws(ClippingError) -> Int {
    if let index = vector.firstNonFiniteIndex {
      throw .nonFinite(index: index, found: vector[index])
    }
    var clipped = 0
    for index in vector.indices {
      let value = vector[index]
      clipped &+= value.magnitude > bound ? 1 : 0
      vector[index] = self.clipped(value)
    }
    return clipped
  }

  /// A finite number, or the bound with its sign.
  @inlinable
  package func clipped(_ value: Double) -> Double {
    let notAbove = value > bound ? bound : value
    return notAbove < -bound ? -bound : notAbove
  }
}
