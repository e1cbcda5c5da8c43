/// A rotation that spreads every vector evenly over its coordinates: random signs, then the
/// normalised Walsh-Hadamard transform (Suresh, Yu, Kumar and McMahan 2017, "Distributed Mean
/// Estimation with Limited Communication", section 3).
///
/// Lengths are kept. All parties derive the signs from the same seed; nothing about it is secret.
public struct RandomRotation: Sendable, Hashable {
  /// The number of coordinates before padding.
  public let dimension: Int

  /// The smallest power of two of at least `dimension` and 8: the number of coordinates after
  /// rotation.
  public let paddedDimension: Int

  /// The seed of the signs.
  public let seed: UInt64

  /// The rotation of vectors of a dimension.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless the dimension is from 1 to 2^30.
  public init(dimension: Int, seed: UInt64) throws(FLMathError) {
    self.dimension = dimension
    paddedDimension = try Self.paddedDimension(dimension)
    self.seed = seed
  }

  /// The padded form of a dimension.
  static func paddedDimension(_ dimension: Int) throws(FLMathError) -> Int {
    guard dimension >= 1, dimension <= 1 << 30 else {
      throw .privacy(.outOfRange(.dimension, found: Double(dimension)))
    }
    let bits = Int.bitWidth - (dimension - 1).leadingZeroBitCount
    return max(WalshHadamard.groupSize, 1 << bits)
  }

  /// Rotates a vector, padded with zeros, and multiplies it by `scale`.
  ///
  /// - Returns: `paddedDimension` coordinates, in groups of eight.
  /// - Throws: ``FLMathError`` if the vector has another dimension or an element that is
  ///   NaN or infinite.
  func rotated(
    _ vector: [Double], scale: Double
  ) throws(FLMathError) -> [SIMD8<Double>] {
    guard vector.count == dimension else {
      throw .privacy(.dimensionMismatch(expected: dimension, found: vector.count))
    }
    if let index = vector.firstNonFiniteIndex {
      throw .privacy(.nonFinite(index: index, found: vector[index]))
    }
    let factor = scale / Double(paddedDimension).squareRoot()
    let size = WalshHadamard.groupSize
    var groups = [SIMD8<Double>](repeating: .zero, count: paddedDimension / size)
    let whole = dimension / size
    var signs = SignSequence(seed: seed)
    for index in 0..<whole {
      let base = index &* size
      let group = SIMD8(
        vector[base], vector[base &+ 1], vector[base &+ 2], vector[base &+ 3],
        vector[base &+ 4], vector[base &+ 5], vector[base &+ 6], vector[base &+ 7])
      groups[index] = signs.applied(to: group * factor)
    }
    if whole &* size < dimension {
      var group = SIMD8<Double>.zero
      for index in whole * size..<dimension {
        group[index - whole * size] = vector[index] * factor
      }
      groups[whole] = signs.applied(to: group)
    }
    WalshHadamard.transform(&groups)
    return groups
  }

  /// Undoes the rotation and divides by `scale`.
  ///
  /// - Parameter groups: `paddedDimension` coordinates, in groups of eight.
  func restored(_ groups: consuming [SIMD8<Double>], scale: Double) -> [Double] {
    WalshHadamard.transform(&groups)
    let factor = 1 / (scale * Double(paddedDimension).squareRoot())
    var vector = [Double](repeating: 0, count: dimension)
    var signs = SignSequence(seed: seed)
    let size = WalshHadamard.groupSize
    for index in groups.indices {
      let base = index &* size
      guard base < dimension else { break }
      let group = signs.applied(to: groups[index] * factor)
      for lane in 0..<min(size, dimension &- base) {
        vector[base &+ lane] = group[lane]
      }
    }
    return vector
  }
}

/// Random signs for one group after another, a byte of the generator's words each.
private struct SignSequence {
  private var generator: SimulationGenerator
  private var word: UInt64 = 0
  private var bytesLeft = 0

  init(seed: UInt64) {
    generator = SimulationGenerator(seed: seed)
  }

  @inline(__always)
  mutating func applied(to group: SIMD8<Double>) -> SIMD8<Double> {
    if bytesLeft == 0 {
      word = generator.next()
      bytesLeft = 8
    }
    // Bit i of the byte becomes the sign bit of lane i.
    let byte = SIMD8<UInt64>(repeating: word & 0xFF)
    let signs = (byte &<< SIMD8(63, 62, 61, 60, 59, 58, 57, 56)) & SIMD8(repeating: 1 << 63)
    word >>= 8
    bytesLeft &-= 1
    return SIMD8<Double>(bits: group.bits ^ signs)
  }
}

extension SIMD8<Double> {
  @inline(__always)
  fileprivate var bits: SIMD8<UInt64> { unsafe unsafeBitCast(self, to: SIMD8<UInt64>.self) }

  @inline(__always)
  fileprivate init(bits: SIMD8<UInt64>) {
    self = unsafe unsafeBitCast(bits, to: SIMD8<Double>.self)
  }
}
