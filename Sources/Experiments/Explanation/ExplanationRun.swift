package import FLMath
import SecAgg
import SimulatedSessions

/// Trains on the breast-cancer data and explains the model by the examples of all clients, everything
/// through secure sums: the model, the background's means, and the importance of every feature.
package struct ExplanationRun: Sendable {
  let population: Population<SoftmaxRegression>
  let settings: ExplanationRecord.Settings
  let featureNames: [String]

  package init(
    population: Population<SoftmaxRegression>, settings: ExplanationRecord.Settings,
    featureNames: [String]
  ) {
    self.population = population
    self.settings = settings
    self.featureNames = featureNames
  }

  /// What the secure sums of one run have in common.
  private struct Sums {
    var equal = true
    var bytesUp = 0
    var bytesDown = 0
  }

  /// - Parameter afterRound: called with the number of rounds that are done.
  package func run(afterRound: (Int) -> Void) async throws -> ExplanationRecord {
    var sums = Sums()
    var engine = try FederatedAveraging(model: population.initialModel)
    var roundsApplied = 0
    for round in 1...settings.rounds {
      let updates = try await population.updates(
        of: Array(0..<population.count), from: engine.model, round: round)
      let secure = try secure(count: engine.model.layout.count, bound: 8)
      do {
        try engine.apply(
          await mean(of: updates, by: secure, engine.model, round, task: "train", &sums))
        roundsApplied += 1
      } catch is SecureSum.NoSum {
        // Too many clients dropped out, so the model does not change.
      }
      afterRound(round)
    }
    let importance = try await importance(of: engine.model, &sums)
    let clients = Double(population.count)
    let order = FeatureImportance(importance.secure).ranking
    let differences = zip(importance.secure.mean, importance.plain.mean).map { abs($0 - $1) }
    return ExplanationRecord(
      settings: settings, accuracy: try population.accuracy(engine.model),
      contributors: importance.secure.contributors.count,
      examples: Int(importance.secure.totalWeight),
      features: order.map {
        ExplanationRecord.Feature(
          name: featureNames[$0], secure: importance.secure.mean[$0],
          plain: importance.plain.mean[$0])
      },
      largestDifference: differences.max() ?? 0, differenceBound: importance.bound,
      sumsEqual: sums.equal, roundsApplied: roundsApplied,
      bytesUpPerClient: Double(importance.bytesUp) / clients,
      bytesDownPerClient: Double(importance.bytesDown) / clients)
  }

  private func importance(
    of model: ParameterVector, _ sums: inout Sums
  ) async throws -> (
    secure: WeightedMean, plain: WeightedMean, bound: Double, bytesUp: Int, bytesDown: Int
  ) {
    let features = population.model.featureCount
    // The features are standardised, so no client's means are far from 0.
    let means = try secure(count: features, bound: 16)
    let background = try await mean(
      of: population.shards.map { shard in
        ClientUpdate(
          delta: (0..<features).map { feature in
            let column = stride(from: feature, to: shard.features.count, by: features)
            return column.reduce(0) { $0 + shard.features[$1] } / Double(shard.count)
          }, weight: UInt64(shard.count))
      }, by: means, model, settings.rounds + 1, task: "background", &sums)

    let explainer = try LinearExplainer(
      population.model, parameters: model, for: 1, against: 0, backgroundMeans: background.mean)
    let contributions = try population.shards.map { shard in
      try FeatureImportance.contribution(
        of: (0..<shard.count).map { row in
          try explainer.explain(Array(shard.features[row * features..<(row + 1) * features]))
        })
    }
    let parts = try secure(count: features, bound: 16)
    let before = sums
    let found = try await mean(
      of: contributions, by: parts, model, settings.rounds + 2, task: "importance", &sums)
    let plain = try WeightedMean.of(
      found.contributors.map { (contributor: $0, update: contributions[Int($0) - 1]) })
    // Every client rounds to a step of its values x weight / largest weight.
    let bound =
      Double(found.contributors.count) * parts.codec.step * Double(parts.maximumWeight)
      / Double(found.totalWeight)
    return (
      found, plain, bound, sums.bytesUp - before.bytesUp, sums.bytesDown - before.bytesDown
    )
  }

  private func secure(count: Int, bound: Double) throws -> SecureFedAvg {
    try SecureFedAvg(
      parameterCount: count, clippingBound: bound,
      maximumWeight: UInt64(population.largestShard), maximumContributors: population.count,
      minimumValueBits: settings.valueBits)
  }

  private func mean(
    of updates: [ClientUpdate], by secure: SecureFedAvg, _ model: ParameterVector, _ round: Int,
    task: String, _ sums: inout Sums
  ) async throws -> WeightedMean {
    let inputs = try updates.enumerated().map { client, update in
      var generator = population.seeds.generator(.rounding, round: round, client: client + 1)
      return try secure.encode(update, using: &generator)
    }
    var generator = population.seeds.generator(.leaving, round: round)
    let leaving = LeavingPoint.draw(
      clients: inputs.count,
      share: inputs.count < LeavingPoint.smallestCohort ? 0 : settings.dropout,
      using: &generator)
    let sum = try await SecureSum.run(
      inputs, layout: secure.layout, minimumContributors: 2, leaving: leaving,
      context: secure.applicationContext(of: Broadcast(model: model, round: round), task: task))
    if sum.sumsEqual == false { sums.equal = false }
    sums.bytesUp += sum.bytesUp
    sums.bytesDown += sum.bytesDown
    return try secure.decode(sum.released())
  }
}
