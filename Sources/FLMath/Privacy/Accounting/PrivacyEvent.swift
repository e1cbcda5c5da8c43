/// What is spent by one release, or by a number of releases of the same kind: all that an accountant
/// needs to know of them.
///
/// Events are plain values that can be written down before noise is drawn and read back later. All
/// sensitivities are those under the event's neighbouring relation, the only one for which accountants
/// accept it.
public struct PrivacyEvent: Sendable, Hashable, Codable {
  /// The noise, in proportion to what it hides.
  public enum Mechanism: Sendable, Hashable, Codable {
    /// Noise of the normal distribution. The multiplier is its standard deviation divided by the L2
    /// sensitivity, from 2^-10 to 2^40, as must be those of the other mechanisms.
    case gaussian(noiseMultiplier: Double)
    /// A sum of discrete Gaussians: each of several clients adds one. Both ratios are sensitivities divided
    /// by `standardDeviation`. That is the deviation of the sum, in steps of its grid. `tau` is the distance
    /// of the sum from a discrete Gaussian (Kairouz, Liu and Steinke 2021, theorem 9).
    case discreteGaussianSum(
      l1Ratio: Double, l2Ratio: Double, standardDeviation: Double, tau: Double, dimension: Int)
    /// Skellam noise of the given variance on a vector of integers, the sum of several clients' shares
    /// (Agarwal, Kairouz and Liu 2021).
    case skellam(l1Sensitivity: Double, l2Sensitivity: Double, variance: Double)

    /// Whether every client adds a share of the noise, and takes it away if it is absent.
    public var isDistributed: Bool {
      switch self {
      case .gaussian: false
      case .discreteGaussianSum, .skellam: true
      }
    }
  }

  /// The noise.
  public let mechanism: Mechanism

  /// What neighbouring sets of records differ in: the sensitivities are those under this relation.
  public let relation: NeighbouringRelation

  /// How the records that take part in one release are chosen.
  public let sampling: SamplingScheme

  /// How many such releases there are.
  public let repetitions: Int

  /// Describes releases.
  ///
  /// - Throws: ``PrivacyParameterError`` if a number is outside its range, or the noise is the clients' and
  ///   relation or sampling would have it come and go with a client.
  public init(
    _ mechanism: Mechanism, relation: NeighbouringRelation, sampling: SamplingScheme,
    repetitions: Int
  ) throws(PrivacyParameterError) {
    try mechanism.validate()
    try sampling.validate()
    if mechanism.isDistributed {
      guard relation != .addOrRemove else { throw .noiseLeavesWithClient }
      if case .poisson(let probability) = sampling, probability < 1 {
        throw .noiseRevealsParticipation
      }
    }
    try PrivacyParameterError.require(repetitions >= 1, .repetitions, Double(repetitions))
    self.mechanism = mechanism
    self.relation = relation
    self.sampling = sampling
    self.repetitions = repetitions
  }

  /// An event of the same kind with another number of releases.
  ///
  /// - Throws: ``PrivacyParameterError/outOfRange(_:found:)`` unless there is at least one.
  public func repeated(_ repetitions: Int) throws(PrivacyParameterError) -> PrivacyEvent {
    try PrivacyEvent(
      mechanism, relation: relation, sampling: sampling, repetitions: repetitions)
  }

  private enum CodingKeys: CodingKey {
    case mechanism, relation, sampling, repetitions
  }

  /// Reads an event and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``PrivacyParameterError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mechanism = try container.decode(Mechanism.self, forKey: .mechanism)
    let relation = try container.decode(NeighbouringRelation.self, forKey: .relation)
    let sampling = try container.decode(SamplingScheme.self, forKey: .sampling)
    let repetitions = try container.decode(Int.self, forKey: .repetitions)
    do throws(PrivacyParameterError) {
      try self.init(
        mechanism, relation: relation, sampling: sampling, repetitions: repetitions)
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
