/// What is spent by one release, or by a number of releases of the same kind: all that an accountant
/// needs to know of them.
///
/// Events are plain values that can be written down before noise is drawn and read back later. All
/// sensitivities are those under the neighbouring relation of the accountant they are given to.
public struct PrivacyEvent: Sendable, Hashable, Codable {
  /// The noise, in proportion to what it hides.
  public enum Mechanism: Sendable, Hashable, Codable {
    /// Noise of the normal distribution. The multiplier is its standard deviation divided by the L2
    /// sensitivity, from 2^-10 to 2^40, as must be those of the other mechanisms.
    case gaussian(noiseMultiplier: Double)
    /// The sum of discrete Gaussians of several clients. Both ratios are sensitivities divided by
    /// `standardDeviation`, that of the sum in steps of its grid; `tau` is what the sum is away from a
    /// discrete Gaussian (Kairouz, Liu and Steinke 2021, theorem 9).
    case discreteGaussianSum(
      l1Ratio: Double, l2Ratio: Double, standardDeviation: Double, tau: Double, dimension: Int)
    /// Skellam noise of the given variance on a vector of integers (Agarwal, Kairouz and Liu 2021).
    case skellam(l1Sensitivity: Double, l2Sensitivity: Double, variance: Double)
  }

  /// The noise.
  public let mechanism: Mechanism

  /// How the records that take part in one release are chosen.
  public let sampling: SamplingScheme

  /// How many such releases there are.
  public let repetitions: Int

  /// Describes releases.
  ///
  /// - Throws: ``PrivacyParameterError`` if a number is outside its range.
  public init(
    _ mechanism: Mechanism, sampling: SamplingScheme, repetitions: Int
  ) throws(PrivacyParameterError) {
    try mechanism.validate()
    try sampling.validate()
    try PrivacyParameterError.require(repetitions >= 1, .repetitions, Double(repetitions))
    self.mechanism = mechanism
    self.sampling = sampling
    self.repetitions = repetitions
  }

  private enum CodingKeys: CodingKey {
    case mechanism, sampling, repetitions
  }

  /// Reads an event and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``PrivacyParameterError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mechanism = try container.decode(Mechanism.self, forKey: .mechanism)
    let sampling = try container.decode(SamplingScheme.self, forKey: .sampling)
    let repetitions = try container.decode(Int.self, forKey: .repetitions)
    do throws(PrivacyParameterError) {
      try self.init(mechanism, sampling: sampling, repetitions: repetitions)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }
}

extension PrivacyEvent.Mechanism {
  fileprivate func validate() throws(PrivacyParameterError) {
    switch self {
    case .gaussian(let multiplier):
      try PrivacyParameterError.requireNoiseMultiplier(multiplier)
    case .discreteGaussianSum(
      let l1Ratio, let l2Ratio, let deviation, let tau, let dimension):
      try PrivacyParameterError.require(l1Ratio >= 0 && l1Ratio.isFinite, .l1Sensitivity, l1Ratio)
      try PrivacyParameterError.requirePositive(l2Ratio, .l2Sensitivity)
      try PrivacyParameterError.requireNoiseMultiplier(1 / l2Ratio)
      try PrivacyParameterError.requirePositive(deviation, .standardDeviation)
      try PrivacyParameterError.require(tau >= 0 && tau.isFinite, .tau, tau)
      try PrivacyParameterError.require(
        dimension >= 1 && dimension <= 1 << 30, .dimension, Double(dimension))
    case .skellam(let l1, let l2, let variance):
      try PrivacyParameterError.require(l1 >= 0 && l1.isFinite, .l1Sensitivity, l1)
      try PrivacyParameterError.requirePositive(l2, .l2Sensitivity)
      try PrivacyParameterError.require(variance > 0 && variance.isFinite, .variance, variance)
      try PrivacyParameterError.requireNoiseMultiplier(variance.squareRoot() / l2)
    }
  }
}
