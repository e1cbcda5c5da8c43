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
  /// - Throws: ``FLMathError/Clipping/invalidBound(_:)`` unless the bound is finite and above 0.
  public init(bound: Double) throws(FLMathError) {
    guard bound.isFinite, bound > 0 else { throw .clipping(.invalidBound(bound)) }
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
  /// - Throws: ``FLMathError/Clipping/nonFinite(index:found:)`` if an element is NaN or infinite; the
  ///   vector is then unchanged.
  /// - Complexity: O(elements), without allocation.
  @discardableResult
  public func clip(_ vector: inout [Double]) throws(FLMathError) -> Double {
    let factors = try factors(of: vector.span)
    for index in vector.indices {
      vector[index] = vector[index] * factors.first * factors.second
    }
    return factors.product
  }

  /// What to multiply the elements of a vector by, one after the other: two multiplications keep the
  /// precision where one factor would be too small to be precise.
  @usableFromInline
  package struct Factors: Sendable {
    @usableFromInline package let first: Double
    @usableFromInline package let second: Double
    /// 1 if the vector is within the bound.
    @usableFromInline let product: Double
    /// The norm of the vector; infinity beyond the range of `Double`, 0 if it was not computed.
    @usableFromInline package let norm: Double

    /// Those of a vector that stays as it is.
    package static let none = Factors(first: 1, second: 1, product: 1, norm: 0)

    @inlinable
    init(first: Double, second: Double, product: Double, norm: Double) {
      self.first = first
      self.second = second
      self.product = product
      self.norm = norm
    }
  }

  /// The factors that shorten a vector to the bound.
  ///
  /// - Throws: as ``clip(_:)``.
  @inlinable
  package func factors(
    of vector: Span<some UpdateNumber>
  ) throws(FLMathError) -> Factors {
    if let index = vector.firstNonFiniteIndex {
      throw .clipping(.nonFinite(index: index, found: vector[index].widened))
    }
    let scale = Self.scale(of: vector)
    // The magnitude changes nothing but tells the compiler to leave out what a root of a negative
    // number would need.
    let scaledNorm = Self.sumOfSquares(vector, scaledBy: scale).magnitude.squareRoot()
    let ratio = bound / scaledNorm
    let factor = ratio * scale
    // There is no branch here: it would reveal whether the norm is beyond the bound.
    // The sign bit of the difference is 1 exactly if it is, and then so are all bits of the mask.
    let mask = UInt64(bitPattern: Int64(bitPattern: (factor - 1).bitPattern) &>> 63)
    return Factors(
      first: Self.selected(scale, orOneBy: mask), second: Self.selected(ratio, orOneBy: mask),
      product: Self.selected(factor, orOneBy: mask), norm: scaledNorm / scale)
  }

  /// `number` if all bits of the mask are 1, 1 if none is.
  @inlinable
  static func selected(_ number: Double, orOneBy mask: UInt64) -> Double {
    Double(bitPattern: number.bitPattern & mask | (1.0).bitPattern & ~mask)
  }

  /// A power of two near the reciprocal of the largest element: it scales without rounding, and
  /// after it the squares neither overflow nor all vanish.
  @inlinable
  static func scale(of vector: Span<some UpdateNumber>) -> Double {
    // Subnormal numbers count as the least normal one.
    var largest = Double.leastNormalMagnitude
    for index in vector.indices {
      let magnitude = vector[index].widened.magnitude
      largest = magnitude > largest ? magnitude : largest
    }
    return reciprocalPowerOfTwo(of: largest)
  }

  /// The power of two that brings a positive, normal number to between 2 and 4.
  @inlinable
  static func reciprocalPowerOfTwo(of number: Double) -> Double {
    // Exponent fields of normal numbers are 1...2046, so that this is one of them too.
    Double(bitPattern: (2047 &- number.bitPattern &>> 52) &<< 52)
  }

  @inlinable
  static func sumOfSquares(
    _ vector: Span<some UpdateNumber>, scaledBy scale: Double
  ) -> Double {
    // Independent partial sums: additions need not wait for each other.
    var sums = SIMD4<Double>.zero
    var index = 0
    while index &+ 4 <= vector.count {
      let four =
        SIMD4(
          vector[index].widened, vector[index &+ 1].widened, vector[index &+ 2].widened,
          vector[index &+ 3].widened) * scale
      sums += four * four
      index &+= 4
    }
    var sum = sums.sum()
    while index < vector.count {
      let one = vector[index].widened * scale
      sum += one * one
      index &+= 1
    }
    return sum
  }
}

/// Clipping of every coordinate to an interval around 0.
///
/// The fixed-point codec holds numbers of a bounded range; this brings a vector into it.
public struct LInfinityClipping: Sendable, Hashable {
  /// The largest magnitude that a coordinate keeps.
  public let bound: Double

  /// Clips to the interval from `-bound` to `bound`.
  ///
  /// - Throws: ``FLMathError/Clipping/invalidBound(_:)`` unless the bound is finite and above 0.
  public init(bound: Double) throws(FLMathError) {
    guard bound.isFinite, bound > 0 else { throw .clipping(.invalidBound(bound)) }
    self.bound = bound
  }

  /// Replaces every coordinate beyond the bound by the bound, with its sign.
  ///
  /// - Returns: the number of coordinates replaced.
  /// - Throws: ``FLMathError/Clipping/nonFinite(index:found:)`` if an element is NaN or infinite; the
  ///   vector is then unchanged.
  /// - Complexity: O(elements), without allocation.
  @discardableResult
  public func clip(_ vector: inout [Double]) throws(FLMathError) -> Int {
    if let index = vector.firstNonFiniteIndex {
      throw .clipping(.nonFinite(index: index, found: vector[index]))
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
  /// It does not branch on a number, so the compiler can clip several at once.
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

/// What one client's update loses by clipping.
package struct ClippedCoordinates {
  /// The largest magnitude of a coordinate, before any clipping.
  package let largest: Double
  /// The number of coordinates that are cut off at the bound, after the norm was clipped.
  package let count: UInt64

  /// Goes through the update once, without a branch on a number.
  @inlinable
  package init(
    of numbers: Span<some UpdateNumber>, shortenedBy factors: L2Clipping.Factors, bound: Double
  ) {
    var largest = 0.0
    var count: UInt64 = 0
    for index in numbers.indices {
      let number = numbers[index].widened
      largest = number.magnitude > largest ? number.magnitude : largest
      let shortened = (number * factors.first * factors.second).magnitude
      count &+= (bound - shortened).bitPattern &>> 63
    }
    self.largest = largest
    self.count = count
  }
}

extension FLMathError {
  /// Why a vector cannot be clipped.
  public enum Clipping: Hashable, Sendable, CustomStringConvertible {
    /// The bound is not a finite number above 0.
    case invalidBound(Double)
    /// An element is NaN or infinite, so that no factor brings it within the bound.
    case nonFinite(index: Int, found: Double)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidBound(let found):
        "Expected a finite clipping bound above 0, got \(found); choose one by the size of updates."
      case .nonFinite(let index, let found):
        "Expected finite elements to clip, but the one at index \(index) is \(found); "
          + "the training has probably diverged: discard the update."
      }
    }
  }
}
