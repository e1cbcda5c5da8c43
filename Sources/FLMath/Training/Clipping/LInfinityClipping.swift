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

  /// Writes finite numbers to `target`, multiplied by `factors`, clipped, and multiplied by `scale`.
  ///
  /// There is no branch on a number, and nothing that keeps the compiler from clipping several at once.
  @inlinable
  package func clip<Number: UpdateNumber>(
    _ numbers: Span<Number>, shortenedBy factors: L2Clipping.Factors, scaledBy scale: Double,
    to target: inout MutableSpan<Double>
  ) {
    // Checked once for all: a check of each index would be a way out of the loop.
    _ = target.span.extracting(first: numbers.count)
    unsafe numbers.withUnsafeBufferPointer { numbers in
      unsafe target.withUnsafeMutableBufferPointer { target in
        for index in 0..<numbers.count {
          let shortened = unsafe numbers[index].widened * factors.first * factors.second
          unsafe target[index] = clipped(shortened) * scale
        }
      }
    }
  }

  /// A finite number, or the bound with its sign.
  @inlinable
  package func clipped(_ value: Double) -> Double {
    let notAbove = value > bound ? bound : value
    return notAbove < -bound ? -bound : notAbove
  }
}
