/// Clipping by the Euclidean norm: a vector longer than the bound is shortened to it, its direction
/// kept.
///
/// This bounds what one client can contribute (McMahan et al. 2018, "Learning Differentially
/// Private Recurrent Language Models", there called flat clipping).
public struct L2Clipping: Sendable, Hashable {
  /// The largest Euclidean norm that a vector keeps.
  public let bound: Double

  /// Clips to `bound`.
  ///
  /// - Throws: ``ClippingError/invalidBound(_:)`` unless the bound is finite and above 0.
  public init(bound: Double) throws(ClippingError) {
    guard bound.isFinite, bound > 0 else { throw .invalidBound(bound) }
    self.bound = bound
  }

  /// Multiplies `vector` by `min(1, bound / norm)`.
  ///
  /// The squared norm may be beyond the range of `Double`. The norm of the result exceeds the bound
  /// by rounding at most, a relative 2^-53 times a small multiple of the number of elements.
  ///
  /// - Returns: the factor; 1 if the vector was within the bound and is unchanged. Where the norm is
  ///   huge and the bound tiny, the factor may be too small for `Double` and come as 0, although
  ///   the vector is clipped correctly.
  /// - Throws: ``ClippingError/nonFinite(index:found:)`` if an element is NaN or infinite; the
  ///   vector is then unchanged.
  /// - Complexity: O(elements), without allocation.
  @discardableResult
  public func clip(_ vector: inout [Double]) throws(ClippingError) -> Double {
    if let index = vector.firstNonFiniteIndex {
      throw .nonFinite(index: index, found: vector[index])
    }
    // A power of two near the largest element scales without rounding, and after it the squares
    // neither overflow nor all vanish.
    let exponent = max(-1022, min(1022, Self.largestMagnitude(vector).exponentOrZero))
    let scale = Double(sign: .plus, exponent: -exponent, significand: 1)
    let scaledNorm = Self.sumOfSquares(vector, scaledBy: scale).squareRoot()
    let scaledBound = bound * scale
    guard scaledNorm > scaledBound else { return 1 }

    let factor = scaledBound / scaledNorm
    if scaledBound.isNormal, factor.isNormal {
      for index in vector.indices {
        vector[index] *= factor
      }
      return factor
    }
    // One factor would be too small to be precise: two keep the precision.
    let remainder = bound / scaledNorm
    for index in vector.indices {
      vector[index] = vector[index] * scale * remainder
    }
    return scale * remainder
  }

  private static func largestMagnitude(_ vector: [Double]) -> Double {
    var largest = 0.0
    for index in vector.indices {
      let magnitude = vector[index].magnitude
      largest = magnitude > largest ? magnitude : largest
    }
    return largest
  }

  private static func sumOfSquares(_ vector: [Double], scaledBy scale: Double) -> Double {
    // Independent partial sums: additions need not wait for each other.
    var sums = SIMD4<Double>.zero
    var index = 0
    while index &+ 4 <= vector.count {
      let four =
        SIMD4(vector[index], vector[index &+ 1], vector[index &+ 2], vector[index &+ 3]) * scale
      sums += four * four
      index &+= 4
    }
    var sum = sums.sum()
    while index < vector.count {
      let one = vector[index] * scale
      sum += one * one
      index &+= 1
    }
    return sum
  }
}

extension Double {
  /// The exponent of a finite number, 0 for zero.
  fileprivate var exponentOrZero: Int { isZero ? 0 : exponent }
}
