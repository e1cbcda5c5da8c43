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
  /// - Parameter seed: of the rotation; the same for all clients and the server, another one for
  ///   every round, and not chosen by who chooses the vectors.
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` if the noise is beyond what the samplers
  ///   allow.
  public init(
    _ parameters: DistributedNoiseParameters, seed: UInt64
  ) throws(PrivacyParameterError) {
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
    do throws(ClippingError) {
      clipping = try L2Clipping(bound: parameters.choice.clip)
    } catch {
      throw .outOfRange(.clippingBound, found: parameters.choice.clip)
    }
  }

  private enum NoiseShare: Sendable {
    case discreteGaussian(DiscreteGaussianTable)
    case skellam(Skellam)
  }

  /// The same mechanism in another round: only the seed of the rotation differs. The tables of the noise
  /// are shared.
  package func rotating(by seed: UInt64) throws(PrivacyParameterError) -> Self {
    var other = self
    other.rotation = try RandomRotation(dimension: parameters.choice.dimension, seed: seed)
    return other
  }

  /// A client's words, its noise share included: `paddedDimension` numbers below 2^bits.
  ///
  /// - Parameters:
  ///   - vector: the update; it is clipped.
  ///   - generator: of roundings and noise: cryptographic, unless this is a simulation.
  /// - Throws: ``PrivacyParameterError`` if the vector has another dimension or an element that is
  ///   NaN or infinite.
  /// - Complexity: O(d log d), with two working copies of the vector.
  public func encode(
    _ vector: [Double], using generator: inout some RandomNumberGenerator
  ) throws(PrivacyParameterError) -> [UInt64] {
    words.wrapped(try integers(of: vector, using: &generator))
  }

  /// A client's whole numbers, its noise share included, before they are wrapped. Parameters and errors
  /// are those of ``encode(_:using:)``.
  package func integers(
    of vector: [Double], using generator: inout some RandomNumberGenerator
  ) throws(PrivacyParameterError) -> [Int64] {
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
  ) throws(PrivacyParameterError) -> [Int64] {
    var clipped = vector
    do throws(ClippingError) {
      try clipping.clip(&clipped)
    } catch {
      switch error {
      case .nonFinite(let index, let found): throw .nonFinite(index: index, found: found)
      case .invalidBound(let bound): throw .outOfRange(.clippingBound, found: bound)
      }
    }
    let groups = try rotation.rotated(clipped, scale: parameters.scale)
    return ConditionalRounding(bound: parameters.scaledL2Bound)
      .rounded(groups, using: &generator)
  }

  /// The sum of the clients' vectors that belongs to the sum, modulo 2^bits, of their words.
  ///
  /// - Throws: ``PrivacyParameterError`` if there are not `paddedDimension` words or one is not below
  ///   2^bits.
  public func decode(sum: [UInt64]) throws(PrivacyParameterError) -> [Double] {
    guard sum.count == rotation.paddedDimension else {
      throw .dimensionMismatch(expected: rotation.paddedDimension, found: sum.count)
    }
    return try self.sum(ofIntegers: words.unwrapped(sum))
  }

  /// The sum of the clients' vectors that belongs to the sum of their whole numbers.
  ///
  /// - Throws: ``PrivacyParameterError/dimensionMismatch(expected:found:)`` if there are not
  ///   `paddedDimension` numbers.
  package func sum(ofIntegers numbers: [Int64]) throws(PrivacyParameterError) -> [Double] {
    guard numbers.count == rotation.paddedDimension else {
      throw .dimensionMismatch(expected: rotation.paddedDimension, found: numbers.count)
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
