import FLMath
import SecAgg
import Synchronization

/// Client-level differential privacy by a trusted server: updates of bounded norm count alike, the
/// server adds Gaussian noise to their secure sum and divides by a public number (McMahan et al.
/// 2018).
///
/// Secure aggregation keeps single updates from the server; that the noise is added, and its numbers
/// forgotten, is what the server is trusted with.
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
  /// - Throws: `SecureFedAvgError`, `PrivacyParameterError`.
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

  func applicationContext(model: ParameterVector, round: Int, task: String) -> Digest {
    secure.applicationContext(model: model, round: round, task: task)
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
      sum = try stream.noise.withLock { stream throws(CorrelatedNoiseError) in
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
