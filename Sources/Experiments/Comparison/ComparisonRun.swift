package import FLMath
import SecAgg
import SimulatedSessions

/// Trains the same clients by several algorithms, every round through a secure session.
package struct ComparisonRun<Model: Classifier>: Sendable {
  let population: Population<Model>
  let settings: ComparisonRecord.Settings

  package init(
    population: Population<Model>, settings: ComparisonRecord.Settings
  ) {
    self.population = population
    self.settings = settings
  }

  /// Trains by one algorithm.
  ///
  /// - Parameter afterRound: called with the number of rounds that are done.
  func run(
    _ option: AlgorithmOption, afterRound: (Int) -> Void
  ) async throws -> ComparisonRecord.Run {
    let batches =
      (population.largestShard + settings.training.batchSize - 1) / settings.training.batchSize
    return try await run(
      option.algorithm(
        from: population.initialModel, clients: population.count,
        examples: population.data.training.count,
        maximumSteps: batches * settings.training.localEpochs),
      option, afterRound: afterRound)
  }

  private func run<Algorithm: FederatedAlgorithm>(
    _ start: Algorithm, _ option: AlgorithmOption, afterRound: (Int) -> Void
  ) async throws -> ComparisonRecord.Run {
    try await train(
      start, as: ComparisonRecord.Run(algorithm: option.rawValue, name: option.title),
      maximumWeight: option.weighsByExamples ? UInt64(population.largestShard) : 1,
      accuracy: { try population.accuracy($0.model) }, afterRound: afterRound
    ).record
  }

  /// The result of a training.
  struct Trained<Algorithm: FederatedAlgorithm> {
    var algorithm: Algorithm
    /// What the clients remember.
    var memories: [Algorithm.Client]
    var record: ComparisonRecord.Run
  }

  /// Trains by one algorithm, every round through a secure session.
  ///
  /// - Parameters:
  ///   - maximumWeight: the largest weight of a client.
  ///   - accuracy: evaluates the algorithm after each round.
  ///   - afterRound: called with the number of rounds that are done.
  func train<Algorithm: FederatedAlgorithm>(
    _ start: Algorithm, as record: ComparisonRecord.Run, maximumWeight: UInt64,
    accuracy: (Algorithm) throws -> Double, afterRound: (Int) -> Void
  ) async throws -> Trained<Algorithm> {
    var trained = Trained(
      algorithm: start,
      memories: [Algorithm.Client](repeating: start.makeClient(), count: population.count),
      record: record)
    let secure = try AlgorithmEncoder(
      start.contribution, update: settings.clippingBound,
      // A client with one batch makes the fewest steps: one in each epoch.
      path: Double(settings.training.localEpochs) * settings.training.learningRate,
      maximumWeight: maximumWeight, maximumContributors: population.count,
      minimumValueBits: settings.valueBits)
    for round in 1...settings.rounds {
      let broadcast = trained.algorithm.broadcast
      let locals = try await population.localRounds(
        of: Array(0..<population.count), memories: trained.memories, on: broadcast, round: round)
      let inputs = try locals.enumerated().map { client, local in
        var generator = population.seeds.generator(.rounding, round: round, client: client + 1)
        return try secure.encode(local.update, using: &generator)
      }
      let sum = try await SecureSum.run(
        inputs, layout: secure.layout, minimumContributors: 2, leaving: leaving(in: round),
        context: secure.applicationContext(of: broadcast, task: "compare"))
      if sum.sumsEqual == false { trained.record.sumsEqual = false }
      if let aggregate = sum.aggregate {
        try trained.algorithm.apply(secure.decode(aggregate))
        // A client whose contribution was lost must not remember what the server does not know.
        for id in aggregate.contributors {
          trained.memories[Int(id.rawValue) - 1] = locals[Int(id.rawValue) - 1].client
        }
        trained.record.roundsApplied += 1
      }
      trained.record.add(
        sum, clients: population.count, parameters: broadcast.count,
        accuracy: try accuracy(trained.algorithm))
      afterRound(round)
    }
    return trained
  }

  func leaving(in round: Int) -> [ClientID: LeavingPoint] {
    var generator = population.seeds.generator(.leaving, round: round)
    return LeavingPoint.draw(
      clients: population.count, share: settings.dropout, using: &generator)
  }
}

extension ComparisonRun {
  /// Trains by everything that is asked for, one after the other.
  ///
  /// - Parameters:
  ///   - personal: the clients and settings of the models for clients' own data.
  ///   - progress: called with the number of rounds that are done, of all, and what is trained.
  package func run(
    algorithms: [AlgorithmOption], compressions: [CompressionOption],
    personalizations: [PersonalizationOption], of personal: PersonalizationRun<Model>?,
    progress: (Int, Int, String) -> Void
  ) async throws -> ComparisonRecord {
    var record = ComparisonRecord(settings: settings)
    let rounds = settings.rounds
    let total = (algorithms.count + compressions.count + personalizations.count) * rounds
    for (index, option) in algorithms.enumerated() {
      record.runs.append(
        try await run(option) { progress(index * rounds + $0, total, option.title) })
    }
    for (index, option) in compressions.enumerated() {
      let before = (algorithms.count + index) * rounds
      record.compressed.append(
        try await run(option) { progress(before + $0, total, option.title) })
    }
    if let personal {
      let before = (algorithms.count + compressions.count) * rounds
      record.personalization = try await personal.run(personalizations) { index, round in
        progress(
          before + index * rounds + round, total, personalizations[index].title(personal.settings))
      }
    }
    return record
  }
}
