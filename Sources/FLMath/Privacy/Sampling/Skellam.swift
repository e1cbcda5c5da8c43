/// The difference of two Poisson numbers of equal mean: whole numbers around 0 (Agarwal, Kairouz and
/// Liu 2021, "The Skellam Mechanism for Differentially Private Federated Learning").
///
/// Sums of Skellam numbers are Skellam numbers, which is what makes it a noise that many clients can
/// share. Sampled from two Poisson numbers, to the precision of floating point; if that is a concern,
/// ``DiscreteGaussian`` is exact.
public struct Skellam: Sendable, Hashable {
  /// The variance, twice the mean of either Poisson number.
  public let variance: Double

  @usableFromInline let half: PoissonDistribution

  /// The distribution of a variance.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless it is above 0 and at most 2^52.
  public init(variance: Double) throws(PrivacyParameterError) {
    guard variance > 0, variance <= 0x1p52 else { throw .outOfRange(.variance, found: variance) }
    self.variance = variance
    half = PoissonDistribution(mean: variance / 2)
  }

  /// A number of the distribution.
  ///
  /// - Parameter generator: cryptographic, unless this is a simulation.
  @inlinable
  public func sample(using generator: inout some RandomNumberGenerator) -> Int64 {
    half.sample(using: &generator) &- half.sample(using: &generator)
  }

  /// Adds a number of the distribution to every element, modulo 2^64.
  ///
  /// - Parameter generator: cryptographic, unless this is a simulation.
  /// - Complexity: O(elements).
  @inlinable
  public func addNoise(
    to vector: inout [Int64], using generator: inout some RandomNumberGenerator
  ) {
    for index in vector.indices {
      vector[index] &+= sample(using: &generator)
    }
  }
}
