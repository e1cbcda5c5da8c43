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
  /// - Throws: ``FLMathError`` if a number is outside its range, or the noise is the clients' and
  ///   relation or sampling would have it come and go with a client.
  public init(
    _ mechanism: Mechanism, relation: NeighbouringRelation, sampling: SamplingScheme,
    repetitions: Int
  ) throws(FLMathError) {
    try mechanism.validate()
    try sampling.validate()
    if mechanism.isDistributed {
      guard relation != .addOrRemove else { throw .privacy(.noiseLeavesWithClient) }
      if case .poisson(let probability) = sampling, probability < 1 {
        throw .privacy(.noiseRevealsParticipation)
      }
    }
    try FLMathError.Privacy.require(repetitions >= 1, .repetitions, Double(repetitions))
    self.mechanism = mechanism
    self.relation = relation
    self.sampling = sampling
    self.repetitions = repetitions
  }

  /// An event of the same kind with another number of releases.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` unless there is at least one.
  public func repeated(_ repetitions: Int) throws(FLMathError) -> PrivacyEvent {
    try PrivacyEvent(
      mechanism, relation: relation, sampling: sampling, repetitions: repetitions)
  }

  private enum CodingKeys: CodingKey {
    case mechanism, relation, sampling, repetitions
  }

  /// Reads an event and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``FLMathError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mechanism = try container.decode(Mechanism.self, forKey: .mechanism)
    let relation = try container.decode(NeighbouringRelation.self, forKey: .relation)
    let sampling = try container.decode(SamplingScheme.self, forKey: .sampling)
    let repetitions = try container.decode(Int.self, forKey: .repetitions)
    do throws(FLMathError) {
      try self.init(
        mechanism, relation: relation, sampling: sampling, repetitions: repetitions)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }
}

extension PrivacyEvent.Mechanism {
  fileprivate func validate() throws(FLMathError) {
    switch self {
    case .gaussian(let multiplier):
      try FLMathError.Privacy.requireNoiseMultiplier(multiplier)
    case .discreteGaussianSum(
      let l1Ratio, let l2Ratio, let deviation, let tau, let dimension):
      try FLMathError.Privacy.require(l1Ratio >= 0 && l1Ratio.isFinite, .l1Sensitivity, l1Ratio)
      try FLMathError.Privacy.requirePositive(l2Ratio, .l2Sensitivity)
      try FLMathError.Privacy.requireNoiseMultiplier(1 / l2Ratio)
      try FLMathError.Privacy.requirePositive(deviation, .standardDeviation)
      try FLMathError.Privacy.require(tau >= 0 && tau.isFinite, .tau, tau)
      try FLMathError.Privacy.require(
        dimension >= 1 && dimension <= 1 << 30, .dimension, Double(dimension))
    case .skellam(let l1, let l2, let variance):
      try FLMathError.Privacy.require(l1 >= 0 && l1.isFinite, .l1Sensitivity, l1)
      try FLMathError.Privacy.requirePositive(l2, .l2Sensitivity)
      try FLMathError.Privacy.require(variance > 0 && variance.isFinite, .variance, variance)
      try FLMathError.Privacy.requireNoiseMultiplier(variance.squareRoot() / l2)
    }
  }
}

/// How the records of one round are chosen. Sampling hides who took part, which amplifies privacy. The amount depends
/// on the scheme, so it has no default.
public enum SamplingScheme: Sendable, Hashable, Codable {
  /// Every record takes part: no amplification.
  case none
  /// Every record takes part with this probability, independently of all others.
  ///
  /// A cohort of fixed size is not this: that is ``withoutReplacement(sampleSize:population:)``.
  case poisson(probability: Double)
  /// A set of `sampleSize` of the `population` records, each equally likely.
  case withoutReplacement(sampleSize: Int, population: Int)

  /// The probability that a given record takes part.
  var probability: Double {
    switch self {
    case .none: 1
    case .poisson(let probability): probability
    case .withoutReplacement(let sampleSize, let population):
      Double(sampleSize) / Double(population)
    }
  }

  func validate() throws(FLMathError) {
    switch self {
    case .none: return
    case .poisson(let probability):
      try FLMathError.Privacy.require(
        probability > 0 && probability <= 1, .samplingProbability, probability)
    case .withoutReplacement(let sampleSize, let population):
      try FLMathError.Privacy.require(sampleSize >= 1, .sampleSize, Double(sampleSize))
      try FLMathError.Privacy.require(population >= 1, .population, Double(population))
      guard sampleSize <= population else {
        throw .privacy(.sampleExceedsPopulation(sampleSize: sampleSize, population: population))
      }
    }
  }
}

/// What it means that two sets of records differ in one. In federated learning a record is a client with
/// all its examples.
///
/// A guarantee holds for one of them, and the numbers differ: replacing a record changes a sum of
/// clipped contributions by up to twice the bound, the others by the bound. A ``PrivacyEvent`` is made for
/// one relation, and accountants and ledgers of another one reject it.
public enum NeighbouringRelation: String, Sendable, Hashable, Codable, CaseIterable {
  /// One has a record more than the other. The number of records is not public.
  ///
  /// This needs noise whose amount does not depend on the records: a trusted server's. A client that is
  /// removed takes its own share of the noise with it, and the variance of the sum tells.
  case addOrRemove
  /// Both have the same participants, and one of these contributes nothing in one of them: it stays, adds
  /// its noise, and its update and its clip bit are 0 (Kairouz, Liu and Steinke 2021, section 2).
  ///
  /// It hides what a participant's data say. It does not hide who takes part.
  case zeroOut
  /// Both have as many records, and differ in one of them.
  case replace

  /// How many clipping bounds the sum of clipped contributions moves at most: 1 or 2.
  public var sensitivityFactor: Double {
    switch self {
    case .addOrRemove, .zeroOut: 1
    case .replace: 2
    }
  }
}
