package import FLMath
import SecAgg
import SimulatedSessions

/// Makes models for clients in several ways, every round through a secure session, and evaluates each client
/// on its own held-out data. The server gets a secure histogram of the accuracies.
package struct PersonalizationRun<Model: Classifier>: Sendable {
  let clients: HeldOutPopulation<Model>
  let training: ComparisonRun<Model>
  let settings: PersonalizationRecord.Settings

  private var population: Population<Model> { clients.population }

  /// The same settings for the clients with their own held-out data.
  package init(
    _ clients: HeldOutPopulation<Model>, comparison: ComparisonRecord.Settings,
    settings: PersonalizationRecord.Settings
  ) {
    self.clients = clients
    self.settings = settings
    training = ComparisonRun(population: clients.population, settings: comparison)
  }

  /// Makes and evaluates the models of every option; FedAvg is trained once, whether fine-tuned or not.
  ///
  /// - Parameter afterRound: called with the option's number and its number of rounds that are done.
  func run(
    _ options: [PersonalizationOption], afterRound: (Int, Int) -> Void
  ) async throws -> PersonalizationRecord {
    var record = PersonalizationRecord(
      settings: settings, heldOutExamples: clients.heldOut.map(\.count).sorted())
    var averaged: Averaged?
    for (index, option) in options.enumerated() {
      var method = PersonalizationRecord.Method(
        method: option.rawValue, name: option.title(settings), bytesUpPerRound: 0,
        bytesDownPerRound: 0, evaluationBytesUp: 0, roundsApplied: 0, sumsEqual: true)
      let models = try await models(by: option, &averaged, &method) { afterRound(index, $0) }
      try await evaluate(models, into: &method)
      record.methods.append(method)
      afterRound(index, training.settings.rounds)
    }
    return record
  }

  private typealias Averaged = ComparisonRun<Model>.Trained<FederatedAveraging>

  /// The model of each client.
  private func models(
    by option: PersonalizationOption, _ averaged: inout Averaged?,
    _ method: inout PersonalizationRecord.Method, afterRound: (Int) -> Void
  ) async throws -> [ParameterVector] {
    let start = ServerState(model: population.initialModel)
    switch option {
    case .fedavg, .fineTuned:
      let trained: Averaged
      if let averaged {
        trained = averaged
      } else {
        trained = try await train(FederatedAveraging(state: start), option, afterRound)
        averaged = trained
      }
      method.take(trained.record)
      let model = trained.algorithm.model
      return option == .fedavg
        ? same(model)
        : try await trainedAlone(from: model, work: .steps(settings.fineTuningSteps))
    case .fairWeights:
      let trained = try await train(
        QFedAvg(
          state: start, fairness: PersonalizationOption.fairness, divisor: .weights,
          weighting: .examples), option, afterRound)
      method.take(trained.record)
      return same(trained.algorithm.model)
    case .ditto:
      let trained = try await train(
        Ditto(state: start, personalWeight: PersonalizationOption.dittoWeight), option, afterRound)
      method.take(trained.record)
      let global = trained.algorithm.model
      // A client whose contributions were all lost has no model of its own.
      return try trained.memories.map {
        $0.personal.isEmpty
          ? global : try ParameterVector(layout: global.layout, values: $0.personal)
      }
    case .ifca:
      let trained = try await train(
        IFCA(
          models: firstModels(), minimumClients: settings.minimumClients,
          maximumExamples: population.largestShard), option, afterRound)
      method.take(trained.record)
      let picks = try bestClusters(of: trained.algorithm)
      method.clusterSizes = (0..<settings.clusters).map { cluster in
        picks.count { $0 == cluster }
      }
      return picks.map { trained.algorithm.models[$0] }
    case .alone:
      return try await trainedAlone(
        from: population.initialModel,
        work: .epochs(training.settings.rounds * training.settings.training.localEpochs))
    }
  }

  private func train<Algorithm: FederatedAlgorithm>(
    _ start: Algorithm, _ option: PersonalizationOption, _ afterRound: (Int) -> Void
  ) async throws -> ComparisonRun<Model>.Trained<Algorithm> {
    try await training.train(
      start, as: ComparisonRecord.Run(algorithm: option.rawValue, name: option.title(settings)),
      // Clients of IFCA multiply by their weights themselves.
      maximumWeight: option == .ifca ? 1 : UInt64(population.largestShard),
      accuracy: { _ in .nan }, afterRound: afterRound)
  }

  /// One model for all clients.
  private func same(_ model: ParameterVector) -> [ParameterVector] {
    [ParameterVector](repeating: model, count: population.count)
  }

  /// The models that clients train from `start` with their own examples only.
  private func trainedAlone(
    from start: ParameterVector, work: LocalWork
  ) async throws -> [ParameterVector] {
    let results = await concurrentMap(Array(0..<population.count)) { client in
      Result {
        var generator = population.seeds.generator(.fineTuning, client: client + 1)
        var local = LocalTraining(
          ClassifierObjective(population.model, on: population.shards[client]),
          by: population.descent, work: work)
        let round = try AveragingClient().train(
          on: Broadcast(model: start, round: 0), with: &local, using: &generator)
        return try ParameterVector(
          layout: start.layout, values: zip(start.values, round.update.delta).map { $0 + $1 })
      }
    }
    return try results.map { try $0.get() }
  }

  /// Random models to start clusters from. Those of softmax regression would all be zeros.
  private func firstModels() throws -> [ParameterVector] {
    try (0..<settings.clusters).map { cluster in
      var generator = population.seeds.generator(.clusters, client: cluster + 1)
      let model = population.model.initialParameters(using: &generator)
      return try ParameterVector(
        layout: model.layout,
        values: model.values.map { $0 + .random(in: -0.05...0.05, using: &generator) })
    }
  }

  /// The cluster of each client, by the loss on its training examples.
  private func bestClusters(of algorithm: IFCA) throws -> [Int] {
    try population.shards.map { shard in
      var objective = ClassifierObjective(population.model, on: shard)
      return try algorithm.makeClient().bestCluster(of: algorithm.broadcast, for: &objective)
    }
  }

  /// Evaluates each client's model on its own held-out data, through a secure session.
  private func evaluate(
    _ models: [ParameterVector], into method: inout PersonalizationRecord.Method
  ) async throws {
    let bins = try EvaluationBins.accuracy(minimumClients: settings.minimumClients)
    let secure = try AlgorithmEncoder(
      bins.contribution, update: 1, path: 1, maximumWeight: 1,
      maximumContributors: population.count, minimumValueBits: 40)
    let inputs = try models.enumerated().map { client, model in
      var generator = population.seeds.generator(
        .rounding, round: training.settings.rounds + 1, client: client + 1)
      return try secure.encode(
        bins.contribution(of: clients.accuracy(model, client: client)), using: &generator)
    }
    // Personal models stay on their devices, so what all clients have in common is the first model.
    let broadcast = bins.broadcast(
      of: population.initialModel, round: training.settings.rounds)
    let sum = try await SecureSum.run(
      inputs, layout: secure.layout, minimumContributors: bins.minimumClients,
      leaving: training.leaving(in: training.settings.rounds + 1),
      context: secure.applicationContext(of: broadcast, task: "evaluate \(method.method)"))
    if sum.sumsEqual == false { method.sumsEqual = false }
    method.evaluationBytesUp = Double(sum.bytesUp) / Double(population.count)
    method.evaluation = try sum.aggregate.map {
      try PersonalizationRecord.Evaluation(bins.histogram(from: secure.decode($0)))
    }
  }
}

extension PersonalizationRecord.Method {
  /// Takes what the training cost.
  mutating func take(_ run: ComparisonRecord.Run) {
    bytesUpPerRound = run.bytesUpPerRound
    bytesDownPerRound = run.bytesDownPerRound
    roundsApplied = run.roundsApplied
    sumsEqual = run.sumsEqual
  }
}

/// Clients that hold out some of their own examples.
package struct HeldOutPopulation<Model: Classifier>: Sendable {
  /// The clients with what they train on.
  let population: Population<Model>
  /// The examples of each client that it never trains on.
  let heldOut: [Dataset]

  /// The least number of examples of a client: with fewer, one held-out example says nothing.
  static var minimumExamples: Int { 8 }

  /// Deals out a data set's training rows, and splits what each client gets.
  ///
  /// - Throws: ``TooFewExamples``; whatever makes the settings impossible together.
  package init(
    _ data: DemoData, model: Model, clients: Int, training: ClientTrainingSettings, share: Double
  ) throws {
    var partition = training.partition.partition
    if case .dirichlet(let alpha, _) = partition {
      partition = .dirichlet(alpha: alpha, minimumExamples: Self.minimumExamples)
    }
    let whole = try Population(
      data, model: model, clients: clients, partition: partition, descent: training.descent(),
      seed: training.seed)
    var (kept, heldOut): ([Dataset], [Dataset]) = ([], [])
    for (client, shard) in whole.shards.enumerated() {
      guard shard.count >= Self.minimumExamples else {
        throw TooFewExamples(client: client + 1, minimum: Self.minimumExamples, found: shard.count)
      }
      var generator = whole.seeds.generator(.heldOut, client: client + 1)
      let rows = Array(0..<shard.count).shuffled(using: &generator)
      let count = max(1, Int((Double(shard.count) * share).rounded()))
      heldOut.append(try shard.subset(rows.prefix(count).sorted()))
      kept.append(try shard.subset(rows.dropFirst(count).sorted()))
    }
    population = Population(whole, shards: kept)
    self.heldOut = heldOut
  }

  /// The share of a client's held-out examples that `parameters` classify correctly.
  func accuracy(_ parameters: ParameterVector, client: Int) throws -> Double {
    try population.model.accuracy(parameters, on: heldOut[client])
  }
}

/// A client has too few examples to hold some of them out.
struct TooFewExamples: Error, CustomStringConvertible {
  let client: Int
  let minimum: Int
  let found: Int
  var description: String {
    "expected at least \(minimum) examples for each client, but client \(client) has \(found); lower --clients."
  }
}

extension Population {
  /// The same clients with other examples.
  init(_ other: Population, shards: [Dataset]) {
    data = other.data
    model = other.model
    self.shards = shards
    descent = other.descent
    seeds = other.seeds
  }
}
