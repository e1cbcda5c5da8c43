import FLMath
import SecAgg

/// Trains with attackers among the clients, by robust rules over secure buckets.
struct RobustnessRun: Sendable {
  let population: Population<SoftmaxRegression>
  let settings: RobustnessRecord.Settings

  /// One cell of the table: all rounds of one attack against one rule.
  func cell(
    _ attack: AttackOption, _ rule: RuleOption, afterRound: (Int) -> Void
  ) async throws -> RobustnessRecord.Cell {
    let poisoning = try attack.poisoning(
      clients: settings.clients, attackers: settings.attackers)
    var engine = try FederatedAveraging(model: population.initialModel)
    var cell = RobustnessRecord.Cell(
      attack: attack.rawValue, rule: rule.rawValue, accuracy: 0, sumsEqual: true,
      roundsApplied: 0)
    for round in 1...settings.rounds {
      let sent = try await sent(by: poisoning, model: engine.model, round: round)
      let step = try await aggregate(
        sent, by: rule, model: engine.model, round: round, &cell)
      if let step {
        try engine.apply(
          WeightedMean(
            mean: step, totalWeight: UInt64(sent.count),
            contributors: [UInt32](1...UInt32(sent.count))))
        cell.roundsApplied += 1
      }
      afterRound(round)
    }
    cell.accuracy = try population.accuracy(engine.model)
    return cell
  }

  /// What all clients send; the first of them are the attackers.
  private func sent(
    by attack: ModelPoisoning?, model: ParameterVector, round: Int
  ) async throws -> [[Double]] {
    var updates = try await population.updates(
      of: Array(0..<population.count), from: model, round: round
    ).map(\.delta)
    guard let attack, settings.attackers > 0 else { return updates }
    let honest = try UpdateMatrix(Array(updates[settings.attackers...]))
    var generator = population.seeds.generator(.attack, round: round)
    for attacker in 0..<settings.attackers {
      updates[attacker] = try attack.maliciousUpdate(
        own: updates[attacker], honest: honest, using: &generator)
    }
    return updates
  }

  private func aggregate(
    _ sent: [[Double]], by option: RuleOption, model: ParameterVector, round: Int,
    _ cell: inout RobustnessRecord.Cell
  ) async throws -> [Double]? {
    if option == .rfa {
      let median = try SecureGeometricMedian(
        dimension: model.layout.count, clients: sent.count, steps: 3, smoothing: 1e-3,
        seeds: population.seeds)
      let (point, equal) = try await median.aggregate(sent, model: model, round: round)
      if !equal { cell.sumsEqual = false }
      return point
    }
    var generator = population.seeds.generator(.buckets, round: round)
    let plan = try BucketPlan(
      clients: settings.clients, attackers: settings.attackers, bucketSize: settings.bucketSize,
      privacyFloor: settings.privacyFloor, using: &generator)
    let buckets = SecureBuckets(
      dimension: model.layout.count, clippingBound: settings.clippingBound, valueBits: 16,
      seeds: population.seeds)
    let result = try await buckets.means(of: sent, plan: plan, model: model, round: round)
    if !result.sumsEqual { cell.sumsEqual = false }
    cell.largestDifference = max(cell.largestDifference, result.largestDifference)
    guard !result.means.isEmpty else { return nil }
    let means = try UpdateMatrix(result.means)
    let rule = try option.rule(spoilt: settings.spoiltBuckets)
    // Trimming nothing is the mean.
    let aggregate = try rule?.aggregate(means) ?? TrimmedMean(attackers: 0).aggregate(means)
    return aggregate.vector
  }
}
