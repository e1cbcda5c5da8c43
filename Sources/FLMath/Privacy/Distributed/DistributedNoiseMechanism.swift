/// A client's vector as words that hide it among others, and the sum of words as the sum of vectors.
///
/// Clip, pad, rotate, scale, round conditionally, add the noise share, wrap; and unwrap and undo
/// (Kairouz, Liu and Steinke 2021, algorithms 1 and 2).
public struct DistributedNoiseMechanism: Sendable {
  /// The numbers of the mechanism.
  public let parameters: DistributedNoiseParameters

  /// The rotation of the round.
  public private(set) var rotation: RandomRotation

  private let clipping: L2Clipping
  private let words: ModularWords
  private let share: NoiseShare

  /// The mechanism of a round.
  ///
  /// - Parameter seed: the seed of the rotation. It is the same for all clients and the server, and differs from
  ///   round to round. A client that chooses its vector must not choose the seed as well.
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` if the noise is beyond what the samplers
  ///   allow.
  public init(
    _ parameters: DistributedNoiseParameters, seed: UInt64
  ) throws(FLMathError) {
    self.parameters = parameters
    rotation = try RandomRotation(dimension: parameters.choice.dimension, seed: seed)
    words = try ModularWords(bits: parameters.choice.bits)
    let deviation = parameters.scaledLocalStandardDeviation
    let variance = deviation * deviation
    switch parameters.choice.noise {
    case .discreteGaussian:
      let distribution = DiscreteGaussian(variance: try ExactVariance(atLeast: variance))
      share = .discreteGaussian(DiscreteGaussianTable(distribution))
    case .skellam:
      share = .skellam(try Skellam(variance: variance))
    }
    clipping = try L2Clipping(bound: parameters.choice.clip)
  }

  private enum NoiseShare: Sendable {
    case discreteGaussian(DiscreteGaussianTable)
    case skellam(Skellam)
  }

  /// The same mechanism in another round: only the seed of the rotation differs. The tables of the noise
  /// are shared.
  package func rotating(by seed: UInt64) throws(FLMathError) -> Self {
    var other = self
    other.rotation = try RandomRotation(dimension: parameters.choice.dimension, seed: seed)
    return other
  }

  /// A client's words, its noise share included: `paddedDimension` numbers below 2^bits.
  ///
  /// - Parameters:
  ///   - vector: the update; it is clipped.
  ///   - generator: of roundings and noise: cryptographic, unless this is a simulation.
  /// - Throws: ``FLMathError`` if the vector has another dimension or an element that is
  ///   NaN or infinite.
  /// - Complexity: O(d log d), with two working copies of the vector.
  public func encode(
    _ vector: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [UInt64] {
    words.wrapped(try integers(of: vector, using: &generator))
  }

  /// A client's whole numbers, its noise share included, before they are wrapped. Parameters and errors
  /// are those of ``encode(_:using:)``.
  package func integers(
    of vector: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [Int64] {
    var numbers = try rounded(vector, using: &generator)
    addShares(1, to: &numbers, using: &generator)
    return numbers
  }

  /// Adds the noise of so many clients.
  package func addShares(
    _ count: Int, to numbers: inout [Int64], using generator: inout some RandomNumberGenerator
  ) {
    for _ in 0..<count {
      switch share {
      case .discreteGaussian(let table): table.addNoise(to: &numbers, using: &generator)
      case .skellam(let skellam): skellam.addNoise(to: &numbers, using: &generator)
      }
    }
  }

  /// The vector as whole numbers on the grid, without noise.
  func rounded(
    _ vector: [Double], using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [Int64] {
    var clipped = vector
    try clipping.clip(&clipped)
    let groups = try rotation.rotated(clipped, scale: parameters.scale)
    return ConditionalRounding(bound: parameters.scaledL2Bound)
      .rounded(groups, using: &generator)
  }

  /// The sum of the clients' vectors that belongs to the sum, modulo 2^bits, of their words.
  ///
  /// - Throws: ``FLMathError`` if there are not `paddedDimension` words or one is not below
  ///   2^bits.
  public func decode(sum: [UInt64]) throws(FLMathError) -> [Double] {
    guard sum.count == rotation.paddedDimension else {
      throw .privacy(.dimensionMismatch(expected: rotation.paddedDimension, found: sum.count))
    }
    return try self.sum(ofIntegers: words.unwrapped(sum))
  }

  /// The sum of the clients' vectors that belongs to the sum of their whole numbers.
  ///
  /// - Throws: ``FLMathError/Privacy/dimensionMismatch(expected:found:)`` if there are not
  ///   `paddedDimension` numbers.
  package func sum(ofIntegers numbers: [Int64]) throws(FLMathError) -> [Double] {
    guard numbers.count == rotation.paddedDimension else {
      throw .privacy(.dimensionMismatch(expected: rotation.paddedDimension, found: numbers.count))
    }
    let size = WalshHadamard.groupSize
    var groups = [SIMD8<Double>](repeating: .zero, count: numbers.count / size)
    for index in groups.indices {
      var group = SIMD8<Double>.zero
      for lane in 0..<size { group[lane] = Double(numbers[index &* size &+ lane]) }
      groups[index] = group
    }
    return rotation.restored(groups, scale: parameters.scale)
  }
}

/// Rounding to whole numbers, up or down at random so that the mean is kept, repeated until the
/// Euclidean norm is within a bound (Kairouz, Liu and Steinke 2021, section 4.1, algorithm 1).
///
/// The bound is what the privacy of the whole rests on, so it is checked on the result.
struct ConditionalRounding {
  /// The largest Euclidean norm of a result.
  let bound: Double

  /// After so many repetitions, each of which fails with at most the rounding bias, everything is
  /// rounded towards zero, which is always within the bound.
  private static let attempts = 256

  func rounded(
    _ groups: [SIMD8<Double>], using generator: inout some RandomNumberGenerator
  ) -> [Int64] {
    var result = [Int64](repeating: 0, count: groups.count * WalshHadamard.groupSize)
    // Sums of squares are rounded, by less than this.
    let limit = bound * bound * (1 - 0x1p-40)
    for _ in 0..<Self.attempts
    where Self.round(groups, into: &result, using: &generator) <= limit {
      return result
    }
    for (index, group) in groups.enumerated() {
      for lane in 0..<WalshHadamard.groupSize {
        result[index * WalshHadamard.groupSize + lane] = Int64(group[lane])
      }
    }
    return result
  }

  /// Rounds once.
  ///
  /// - Returns: the sum of the squares.
  private static func round(
    _ groups: [SIMD8<Double>], into result: inout [Int64],
    using generator: inout some RandomNumberGenerator
  ) -> Double {
    var squares = SIMD8<Double>.zero
    for index in groups.indices {
      let uniform = SIMD8<UInt64>(
        generator.next(), generator.next(), generator.next(), generator.next(),
        generator.next(), generator.next(), generator.next(), generator.next())
      let base = index &* WalshHadamard.groupSize
      let group = groups[index]
      var rounded = SIMD8<Double>.zero
      for lane in 0..<WalshHadamard.groupSize {
        let value = group[lane]
        let magnitude = value.magnitude
        let below = Int64(magnitude)
        let fraction = magnitude - Double(below)
        let unit = Double(uniform[lane] >> 11) * 0x1p-53
        // The sign bit of the difference is 1 exactly if unit < fraction: no branch to mispredict.
        let up = Int64(bitPattern: (unit - fraction).bitPattern >> 63)
        let sign = Int64(bitPattern: value.bitPattern) >> 63
        let whole = ((below &+ up) ^ sign) &- sign
        result[base &+ lane] = whole
        rounded[lane] = Double(whole)
      }
      squares += rounded * rounded
    }
    return squares.sum()
  }
}

/// Whole numbers modulo a power of two: what clients send, so that their sum fits the same number of
/// bits.
///
/// A sum that leaves the range wraps around to a wrong number. The scale of
/// ``DistributedNoiseParameters`` makes that improbable; the guarantee of privacy does not depend on
/// it.
public struct ModularWords: Sendable, Hashable {
  /// The number of bits of a word, 2...52.
  public let bits: Int

  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless bits is from 2 to 52.
  public init(bits: Int) throws(FLMathError) {
    guard bits >= 2, bits <= 52 else { throw .privacy(.outOfRange(.bits, found: Double(bits))) }
    self.bits = bits
  }

  private var mask: UInt64 { 1 << UInt64(bits) - 1 }

  /// Every number modulo 2^bits.
  public func wrapped(_ numbers: [Int64]) -> [UInt64] {
    let mask = mask
    return numbers.map { UInt64(bitPattern: $0) & mask }
  }

  /// The numbers from -2^(bits-1) up to, but not including, 2^(bits-1) that the words stand for.
  ///
  /// - Throws: ``FLMathError/Privacy/notReduced(index:found:)`` if a word is not below 2^bits.
  public func unwrapped(_ words: [UInt64]) throws(FLMathError) -> [Int64] {
    if let index = words.firstIndex(where: { [mask] in $0 > mask }) {
      throw .privacy(.notReduced(index: index, found: words[index]))
    }
    let shift = Int64(64 - bits)
    return words.map { Int64(bitPattern: $0 << UInt64(shift)) >> shift }
  }

  /// Adds words modulo 2^bits.
  ///
  /// - Throws: ``FLMathError`` if the lengths differ or a word is not below 2^bits.
  public func add(_ words: [UInt64], to sum: inout [UInt64]) throws(FLMathError) {
    guard words.count == sum.count else {
      throw .privacy(.dimensionMismatch(expected: sum.count, found: words.count))
    }
    let mask = mask
    if let index = words.firstIndex(where: { $0 > mask }) {
      throw .privacy(.notReduced(index: index, found: words[index]))
    }
    for index in sum.indices {
      sum[index] = (sum[index] &+ words[index]) & mask
    }
  }
}
