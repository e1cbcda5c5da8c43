package import FLMath
import SimulatedSessions

/// The clients of an experiment, their examples and their training.
package struct Population<Model: Classifier>: Sendable {
  let data: DemoData
  let model: Model
  let shards: [Dataset]
  let descent: StochasticGradientDescent
  let seeds: SimulationSeeds

  /// Deals out a data set's training rows.
  ///
  /// - Throws: whatever makes the settings impossible together.
  package init(
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

  /// The local rounds of some clients (from 0), each with its own memory.
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

/// The settings of the clients' training, for the record of an experiment.
package struct ClientTrainingSettings: Encodable, Sendable {
  var partition: PartitionOption
  var localEpochs: Int
  var batchSize: Int
  var learningRate: Double
  var seed: UInt64

  package init(
    partition: PartitionOption, localEpochs: Int, batchSize: Int, learningRate: Double, seed: UInt64
  ) {
    self.partition = partition
    self.localEpochs = localEpochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.seed = seed
  }

  func descent() throws -> StochasticGradientDescent {
    try StochasticGradientDescent(
      learningRate: learningRate, batchSize: batchSize, epochs: localEpochs)
  }
}

extension Population {
  /// Deals out a data set's training rows as the settings say.
  ///
  /// - Throws: whatever makes the settings impossible together.
  package init(
    _ data: DemoData, model: Model, clients: Int, training: ClientTrainingSettings
  ) throws {
    try self.init(
      data, model: model, clients: clients, partition: training.partition.partition,
      descent: training.descent(), seed: training.seed)
  }
}

extension Population<SoftmaxRegression> {
  /// Clients that train softmax regression.
  ///
  /// - Throws: as the other.
  package init(_ data: DemoData, clients: Int, training: ClientTrainingSettings) throws {
    try self.init(
      data,
      model: SoftmaxRegression(
        featureCount: data.training.featureCount, classCount: data.training.classCount),
      clients: clients, training: training)
  }
}

/// Generators for the random choices of a simulated training, each with a stream of its own that
/// depends on the run's seed only.
struct SimulationSeeds: Sendable {
  let seed: UInt64

  /// What the randomness is for.
  enum Purpose: UInt64 {
    case partition = 1
    case initialModel
    case leaving
    case localTraining
    case rounding
    case noise
    case attack
    case buckets
    case shards
    case compression
    case audit
    case heldOut
    case clusters
    case fineTuning
  }

  /// The generator of one purpose, round and client.
  func generator(
    _ purpose: Purpose, round: Int = 0, client: Int = 0
  ) -> SimulationGenerator {
    // Each part is mixed in by a generator of its own, so that neighbouring numbers give streams
    // that have nothing in common.
    var state = seed
    for part in [purpose.rawValue, UInt64(round), UInt64(client)] {
      var mixer = SimulationGenerator(seed: state ^ part &* 0x9e37_79b9_7f4a_7c15)
      state = mixer.next()
    }
    return SimulationGenerator(seed: state)
  }
}
