internal import RealModule

/// The numbers of a sum that is noisy although no single party added all the noise: each client adds
/// a share, and the sum, taken modulo a power of two, is as private as the shares of the honest
/// clients that are in it make it.
///
/// After Kairouz, Liu and Steinke 2021, "The Distributed Discrete Gaussian Mechanism for Federated
/// Learning with Secure Aggregation", and Agarwal, Kairouz and Liu 2021, "The Skellam Mechanism for
/// Differentially Private Federated Learning". All formulas are theirs; what is not theirs is that
/// the share is divided by the number of clients that are sure to be honest and to be in the sum.
public struct DistributedNoiseParameters: Sendable, Hashable {
  /// The distribution of the shares.
  public enum Noise: String, Sendable, Hashable, Codable, CaseIterable {
    /// ``DiscreteGaussian``; sums are close to discrete Gaussians, and how close is accounted for.
    case discreteGaussian
    /// ``Skellam``.
    case skellam
  }

  /// What the caller chooses.
  public struct Choice: Sendable, Hashable, Codable {
    /// The distribution of the shares.
    public var noise: Noise
    /// The standard deviation of the honest clients' noise together, in clipping bounds.
    public var noiseMultiplier: Double
    /// The largest Euclidean norm of a client's vector.
    public var clip: Double
    /// The number of coordinates.
    public var dimension: Int
    /// The number of bits of a coordinate, 2...52.
    public var bits: Int
    /// The largest number of clients in a sum.
    public var contributors: Int
    /// The number of honest clients that are in every sum that is released at the least.
    public var survivingHonest: Int
    /// The probability beta with which one rounding may miss the norm bound, from which follows how
    /// tight that is: 0 for a bound that always holds; exp(-1/2) in the paper's experiments.
    public var roundingBias: Double
    /// The probability with which each coordinate of the sum may wrap around: of 1,024 coordinates at
    /// 10^-4, up to one sum in ten has one that did. Smaller ones make the grid coarser.
    public var wrapProbability: Double

    /// Takes all numbers as they are; ``DistributedNoiseParameters/init(_:)`` checks them.
    public init(
      noise: Noise, noiseMultiplier: Double, clip: Double, dimension: Int, bits: Int,
      contributors: Int, survivingHonest: Int, roundingBias: Double = 0.6065306597126334,
      wrapProbability: Double = 1e-4
    ) {
      self.noise = noise
      self.noiseMultiplier = noiseMultiplier
      self.clip = clip
      self.dimension = dimension
      self.bits = bits
      self.contributors = contributors
      self.survivingHonest = survivingHonest
      self.roundingBias = roundingBias
      self.wrapProbability = wrapProbability
    }
  }

  /// What was chosen.
  public let choice: Choice

  /// The number of coordinates after padding.
  public let paddedDimension: Int

  /// The standard deviation of one client's share, in the unit of the vectors.
  public let localStandardDeviation: Double

  /// How many steps of the integer grid a unit is.
  public let scale: Double

  /// The standard deviation of one client's share, in steps.
  public let scaledLocalStandardDeviation: Double

  /// The largest Euclidean norm of a client's rounded vector, in steps.
  public let scaledL2Bound: Double

  /// The largest sum of magnitudes of a client's rounded vector, in steps.
  public let scaledL1Bound: Double

  /// What the sum of the honest shares is away from a discrete Gaussian, by a formula that is proved for
  /// shares of at least half a step; 0 for Skellam noise, whose sums are Skellam.
  public let tau: Double

  /// Computes the rest.
  ///
  /// - Throws: ``FLMathError`` if a number is out of its range, or the bits are too few for
  ///   the number of clients.
  public init(_ choice: Choice) throws(FLMathError) {
    try choice.validate()
    self.choice = choice
    paddedDimension = try RandomRotation.paddedDimension(choice.dimension)
    let honest = Double(choice.survivingHonest)
    localStandardDeviation = choice.noiseMultiplier * choice.clip / honest.squareRoot()
    // In clipping bounds first: what a round costs is then the same number whatever the bound is.
    let stepsPerClip = try Self.stepsPerClip(choice, dimension: paddedDimension)
    scale = stepsPerClip / choice.clip
    scaledLocalStandardDeviation = choice.noiseMultiplier / honest.squareRoot() * stepsPerClip
    scaledL2Bound = RoundedNorm.euclidean(
      norm: stepsPerClip, dimension: paddedDimension, bias: choice.roundingBias)
    scaledL1Bound = RoundedNorm.manhattan(euclidean: scaledL2Bound, dimension: paddedDimension)
    tau =
      choice.noise == .skellam
      ? 0
      : Self.tau(
        summands: choice.survivingHonest, standardDeviation: scaledLocalStandardDeviation)
  }

  /// The finest grid for which a coordinate of the noisy sum stays within `bits` bits but for the
  /// wrap probability, the sum of `contributors` clipped and rotated vectors counted as orthogonal
  /// (Kairouz, Liu and Steinke 2021, section 4.2 and 4.4, with rho = 1): how many of its steps a clipping
  /// bound is.
  private static func stepsPerClip(
    _ choice: Choice, dimension: Int
  ) throws(FLMathError) -> Double {
    let deviations = NormalTail.quantile(upper: choice.wrapProbability / 2)
    let clients = Double(choice.contributors)
    let range = Double(sign: .plus, exponent: choice.bits, significand: 1)
    let rounding = clients * deviations * deviations
    guard range * range > rounding else {
      throw .privacy(.tooFewBits(bits: choice.bits, clients: choice.contributors))
    }
    let signal = clients * clients / Double(dimension)
    let noise =
      clients * choice.noiseMultiplier * choice.noiseMultiplier / Double(choice.survivingHonest)
    return (range * range - rounding).squareRoot()
      / (2 * deviations * (signal + noise).squareRoot())
  }

  /// 10 times the sum over k below `summands` of exp(-2 pi^2 sigma^2 k / (k + 1)) (theorem 9).
  static func tau(summands: Int, standardDeviation: Double) -> Double {
    let exponent = 2 * Double.pi * Double.pi * standardDeviation * standardDeviation
    var sum = 0.0
    for k in 1..<max(1, summands) {
      sum += Double.exp(-exponent * Double(k) / Double(k + 1))
    }
    return 10 * sum
  }
}

extension DistributedNoiseParameters.Choice {
  fileprivate func validate() throws(FLMathError) {
    try FLMathError.Privacy.requireNoiseMultiplier(noiseMultiplier)
    try FLMathError.Privacy.requirePositive(clip, .clippingBound)
    try FLMathError.Privacy.require(bits >= 2 && bits <= 52, .bits, Double(bits))
    try FLMathError.Privacy.require(
      contributors >= 1 && contributors <= 1 << 30, .clients, Double(contributors))
    try FLMathError.Privacy.require(
      survivingHonest >= 1 && survivingHonest <= contributors, .survivors,
      Double(survivingHonest))
    try FLMathError.Privacy.require(
      roundingBias >= 0 && roundingBias < 1, .roundingBias, roundingBias)
    try FLMathError.Privacy.require(
      wrapProbability > 0 && wrapProbability < 1, .wrapProbability, wrapProbability)
  }
}

extension DistributedNoiseParameters {
  /// What rounds with these parameters cost.
  ///
  /// - Parameters:
  ///   - relation: `zeroOut`, or `replace`, where the bounds are doubled.
  ///   - sampling: how the clients of a round are chosen. Anything but `none` needs sums that all have the
  ///     same noise: samples of a fixed size, all of whose clients are sure to be honest and to contribute.
  ///   - rounds: the number of rounds.
  /// - Throws: ``FLMathError/Privacy/noiseLeavesWithClient`` for `addOrRemove`,
  ///   ``FLMathError/Privacy/noiseRevealsParticipation`` for samples whose noise differs,
  ///   ``FLMathError/Privacy/outOfRange(_:found:)``.
  public func event(
    relation: NeighbouringRelation, sampling: SamplingScheme, rounds: Int
  ) throws(FLMathError) -> PrivacyEvent {
    if case .withoutReplacement = sampling, choice.survivingHonest < choice.contributors {
      throw .privacy(.noiseRevealsParticipation)
    }
    let factor = relation.sensitivityFactor
    let honest = Double(choice.survivingHonest)
    switch choice.noise {
    case .discreteGaussian:
      let deviation = honest.squareRoot() * scaledLocalStandardDeviation
      return try PrivacyEvent(
        .discreteGaussianSum(
          l1Ratio: factor * scaledL1Bound / deviation, l2Ratio: factor * scaledL2Bound / deviation,
          standardDeviation: deviation, tau: certifiedTau, dimension: paddedDimension),
        relation: relation, sampling: sampling, repetitions: rounds)
    case .skellam:
      return try PrivacyEvent(
        .skellam(
          l1Sensitivity: factor * scaledL1Bound, l2Sensitivity: factor * scaledL2Bound,
          variance: honest * scaledLocalStandardDeviation * scaledLocalStandardDeviation),
        relation: relation, sampling: sampling, repetitions: rounds)
    }
  }

  /// ``tau``, and for shares of less than half a step, for which its formula is not proved, what it stands
  /// for: adding the k-th share takes the sum away from a discrete Gaussian by the factor of
  /// ``IntegerSmoothing``, in either direction.
  var certifiedTau: Double {
    let deviation = scaledLocalStandardDeviation
    guard choice.noise == .discreteGaussian, deviation < 0.5 else { return tau }
    var sum = 0.0
    for k in 1..<max(1, choice.survivingHonest) {
      sum += IntegerSmoothing.logRatio(
        variance: deviation * deviation * Double(k) / Double(k + 1))
    }
    return max(tau, 2 * sum)
  }

  /// The number of honest clients in every released sum: the least number of contributors less all corrupt clients
  /// of the cohort, floor(`corruptFraction` x `cohort`). They may all have contributed without noise.
  ///
  /// - Throws: ``FLMathError/Privacy/outOfRange(_:found:)`` if the fraction is not at least 0 and
  ///   below 1, or if all contributors may be corrupt.
  public static func survivingHonest(
    cohort: Int, minimumContributors: Int, corruptFraction: Double
  ) throws(FLMathError) -> Int {
    try FLMathError.Privacy.require(
      corruptFraction >= 0 && corruptFraction < 1, .corruptFraction, corruptFraction)
    try FLMathError.Privacy.require(
      cohort >= 1 && cohort <= 1 << 30, .clients, Double(cohort))
    try FLMathError.Privacy.require(
      minimumContributors >= 1 && minimumContributors <= cohort, .survivors,
      Double(minimumContributors))
    // 0.29 x 100 is 28.999999999999996: a product that near to a whole number is that number.
    let corrupt = Int((corruptFraction * Double(cohort) + 1e-9).rounded(.down))
    let honest = minimumContributors - corrupt
    try FLMathError.Privacy.require(honest >= 1, .survivors, Double(honest))
    return honest
  }
}

/// What rounding a vector to whole numbers can do to its norms (Kairouz, Liu and Steinke 2021,
/// proposition 22 and section 4.1).
enum RoundedNorm {
  /// A bound of the Euclidean norm after stochastic rounding, which holds with a probability of at
  /// least 1 - `bias`; for a bias of 0, always.
  static func euclidean(norm: Double, dimension: Int, bias: Double) -> Double {
    let dimension = Double(dimension)
    let always = norm + dimension.squareRoot()
    guard bias > 0 else { return always }
    let deviation = (2 * Double.log(1 / bias)).squareRoot()
    let squared =
      norm * norm + dimension / 4 + deviation * (norm + dimension.squareRoot() / 2)
    return min(always, squared.squareRoot())
  }

  /// A bound of the sum of magnitudes of whole numbers of that Euclidean norm.
  static func manhattan(euclidean: Double, dimension: Int) -> Double {
    euclidean * min(Double(dimension).squareRoot(), euclidean)
  }
}
