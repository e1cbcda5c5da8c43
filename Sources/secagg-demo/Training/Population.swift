import FLMath
import SecAgg

/// The clients of an experiment: who has which examples, and how they train.
struct Population<Model: Classifier>: Sendable {
  let data: DemoData
  let model: Model
  let shards: [Dataset]
  let descent: StochasticGradientDescent
  let seeds: SimulationSeeds

  /// Deals out a data set's training rows.
  ///
  /// - Throws: whatever makes the settings impossible together.
  init(
    _ data: DemoData, model: Model, clients: Int, partition: Partition,
    descent: StochasticGradientDescent, seed: UInt64
  ) throws {
    self.data = data
    self.model = model
    self.descent = descent
    seeds = SimulationSeeds(seed: seed)
    var generator = seeds.generator(.partition)
    let training = data.training
    shards = try partition.indices(of: training, clients: clients, using: &generator)
      .map { try training.subset($0) }
  }

  /// The number of clients.
  var count: Int { shards.count }

  /// The examples of the client that has most of them.
  var largestShard: Int { shards.map(\.count).max() ?? 1 }

  /// The model before the first round.
  var initialModel: ParameterVector {
    var generator = seeds.generator(.initialModel)
    return model.initialParameters(using: &generator)
  }

  /// The share of test examples that `parameters` classify correctly.
  func accuracy(_ parameters: ParameterVector) throws -> Double {
    try model.accuracy(parameters, on: data.test)
  }

  /// What some clients (from 0) make of a round, each with the memory that it has.
  func localRounds<Client: FederatedClient>(
    of clients: [Int], memories: [Client], on broadcast: Broadcast, round: Int
  ) async throws -> [LocalRound<Client>] {
    let results = await concurrentMap(clients) { client in
      Result {
        var generator = seeds.generator(.localTraining, round: round, client: client + 1)
        var training = LocalTraining(
          ClassifierObjective(model, on: shards[client]), by: descent)
        return try memories[client].train(on: broadcast, with: &training, using: &generator)
      }
    }
    return try results.map { try $0.get() }
  }

  /// The updates of plain local training, weighted by examples.
  func updates(
    of clients: [Int], from parameters: ParameterVector, round: Int
  ) async throws -> [ClientUpdate] {
    try await localRounds(
      of: clients, memories: [AveragingClient](repeating: AveragingClient(), count: count),
      on: Broadcast(model: parameters, round: round), round: round
    ).map(\.update)
  }
}
