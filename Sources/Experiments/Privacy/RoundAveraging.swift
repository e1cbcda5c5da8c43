import FLMath
import SecAgg
import Synchronization

/// Encodes the clients' updates as the vectors of a session, and decodes the session's sum as the step of the model.
/// All conformances use the same session.
protocol RoundAveraging: Sendable {
  /// The layout of the session's vectors.
  var layout: VectorLayout { get }

  /// The application context of a round's session.
  func applicationContext(of broadcast: Broadcast, task: String) -> Digest

  /// A client's update as the vector of its session.
  ///
  /// - Parameters:
  ///   - context: the context that the client expects.
  ///   - session: the parameters from the server.
  func encode(
    _ update: ClientUpdate, of client: ClientID, round: Int, context: Digest,
    in session: SessionParameters
  ) throws -> PackedVector

  /// The step of a sum, with the noise.
  func mean(of aggregate: UnmaskedAggregate, round: Int) throws -> WeightedMean

  /// The effect of clipping on the clients of a sum; nil if exact counts would break the guarantee.
  func clipping(of aggregate: UnmaskedAggregate) throws -> TrainingRecord.Clipping?

  /// The privacy cost of a round; nil without noise.
  func event() throws -> PrivacyEvent?

  /// The largest Euclidean norm that an update keeps, if there is one.
  var clip: Double? { get }

  /// The averaging of the next round.
  func following(_ aggregate: UnmaskedAggregate) throws -> Self
}

extension RoundAveraging {
  func clipping(of aggregate: UnmaskedAggregate) throws -> TrainingRecord.Clipping? { nil }

  func following(_ aggregate: UnmaskedAggregate) throws -> Self { self }
}

/// Federated averaging without noise. An update weighs as much as its number of examples.
struct WeightedAveraging: RoundAveraging {
  let secure: SecureFedAvg
  let seeds: SimulationSeeds

  var layout: VectorLayout { secure.layout }

  func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    secure.applicationContext(of: broadcast, task: task)
  }

  func encode(
    _ update: ClientUpdate, of client: ClientID, round: Int, context: Digest,
    in session: SessionParameters
  ) throws -> PackedVector {
    var generator = seeds.generator(.rounding, round: round, client: Int(client.rawValue))
    return try secure.encode(update, using: &generator)
  }

  func mean(of aggregate: UnmaskedAggregate, round: Int) throws -> WeightedMean {
    try secure.decode(aggregate)
  }

  func clipping(of aggregate: UnmaskedAggregate) throws -> TrainingRecord.Clipping? {
    try secure.clippingCounts(of: aggregate).map { TrainingRecord.Clipping($0, of: secure) }
  }

  func event() -> PrivacyEvent? { nil }

  var clip: Double? { nil }
}

/// Client-level differential privacy by a trusted server: updates of bounded norm count alike, the
/// server adds Gaussian noise to their secure sum and divides by a public number (McMahan et al.
/// 2018).
///
/// Secure aggregation hides individual updates from the server. The clients have to trust the server to add the noise
/// and to forget its numbers.
struct CentralNoiseAveraging: RoundAveraging {
  let secure: SecureFedAvg
  let average: FixedDenominatorMean
  let seeds: SimulationSeeds
  let noise: NoiseSource
  private let cost: PrivacyEvent
  private let mechanism: Mechanism

  private enum Mechanism {
    case independent(GaussianMechanism)
    case correlated(Stream)
  }

  /// The correlated noise of a whole training, which all of its rounds share.
  private final class Stream: Sendable {
    let noise: Mutex<CorrelatedNoiseStream>
    init(_ noise: consuming CorrelatedNoiseStream) { self.noise = Mutex(noise) }
  }

  /// Averaging with the plan's clip, noise and denominator.
  ///
  /// - Throws: `SecureFedAvgError`, `FLMathError`.
  init(
    _ plan: PrivacyPlan, parameterCount: Int, maximumContributors: Int, minimumValueBits: Int,
    seeds: SimulationSeeds
  ) throws {
    let clip = plan.settings.clip
    secure = try SecureFedAvg(
      parameterCount: parameterCount, clippingBound: clip, normBound: clip, maximumWeight: 1,
      maximumContributors: maximumContributors, minimumValueBits: minimumValueBits)
    average = try FixedDenominatorMean(
      clipping: L2Clipping(bound: clip), denominator: plan.denominator)
    // Rounding happens after clipping and moves every coordinate by less than a step.
    let sensitivity = clip + Double(parameterCount).squareRoot() * secure.codec.step
    if case .correlated(let strategy, let rounds, let participation) = plan.noise {
      let noise = try CorrelatedNoise(
        strategy, rounds: rounds, participation: participation,
        relation: plan.settings.relation, clip: sensitivity, noiseMultiplier: plan.noiseMultiplier)
      cost = noise.event
      mechanism = .correlated(
        Stream(try CorrelatedNoiseStream(noise, dimension: parameterCount)))
    } else {
      cost = try PrivacyPlan.gaussian(plan.noiseMultiplier, rounds: 1)
      mechanism = .independent(
        try GaussianMechanism(
          standardDeviation: plan.noiseMultiplier * sensitivity, sensitivity: sensitivity))
    }
    self.seeds = seeds
    noise = plan.settings.noise
  }

  var layout: VectorLayout { secure.layout }

  var clip: Double? { average.clipping.bound }

  func event() -> PrivacyEvent? { cost }

  func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    secure.applicationContext(of: broadcast, task: task)
  }

  func encode(
    _ update: ClientUpdate, of client: ClientID, round: Int, context: Digest,
    in session: SessionParameters
  ) throws -> PackedVector {
    var generator = seeds.generator(.rounding, round: round, client: Int(client.rawValue))
    return try secure.encode(ClientUpdate(delta: update.delta, weight: 1), using: &generator)
  }

  func mean(of aggregate: UnmaskedAggregate, round: Int) throws -> WeightedMean {
    let exact = try secure.decode(aggregate)
    let contributors = Double(exact.contributors.count)
    var sum = exact.mean.map { $0 * contributors }
    var generator = noise.generator(seeds: seeds, round: round)
    switch mechanism {
    case .independent(let mechanism): mechanism.addNoise(to: &sum, using: &generator)
    case .correlated(let stream):
      let before = sum
      sum = try stream.noise.withLock { stream throws(FLMathError) in
        var sum = before
        try stream.addNoise(to: &sum, using: &generator)
        return sum
      }
    }
    return try WeightedMean(
      mean: average.mean(ofSum: sum), totalWeight: exact.totalWeight,
      contributors: exact.contributors)
  }
}

/// Client-level differential privacy without a trusted server: every client adds a share of the noise,
/// and the secure sum holds no more than the noisy sum (Kairouz, Liu and Steinke 2021).
struct DistributedNoiseAveraging: RoundAveraging {
  private(set) var averaging: PrivateFedAvg
  /// Moves the clipping bound by the clip bits in the sum; nil for a bound that stays.
  private(set) var clipping: AdaptiveClipping?

  /// Averaging as planned.
  ///
  /// - Throws: `FLMathError`.
  init(_ averaging: PrivateFedAvg, quantile: Double?) throws {
    self.averaging = averaging
    clipping = try quantile.map { quantile in
      // The rate of Andrew et al. 2021.
      try AdaptiveClipping(
        initialBound: averaging.settings.clippingBound, quantile: quantile, learningRate: 0.2)
    }
  }

  var layout: VectorLayout { averaging.layout }

  var clip: Double? { averaging.settings.clippingBound }

  func event() throws -> PrivacyEvent? { try averaging.event(rounds: 1) }

  func applicationContext(of broadcast: Broadcast, task: String) -> Digest {
    averaging.applicationContext(of: broadcast, task: task)
  }

  func encode(
    _ update: ClientUpdate, of client: ClientID, round: Int, context: Digest,
    in session: SessionParameters
  ) throws -> PackedVector {
    try averaging.encode(update.delta, in: session)
  }

  func mean(of aggregate: UnmaskedAggregate, round: Int) throws -> WeightedMean {
    try averaging.decode(aggregate).mean
  }

  func following(_ aggregate: UnmaskedAggregate) throws -> Self {
    guard var clipping, let clipBitSum = try averaging.decode(aggregate).clipBitSum else {
      return self
    }
    try clipping.update(
      noisySum: clipBitSum, clients: Double(averaging.settings.expectedContributors))
    var settings = averaging.settings
    settings.clippingBound = clipping.bound
    var next = self
    next.averaging = try PrivateFedAvg(settings)
    next.clipping = clipping
    return next
  }
}
