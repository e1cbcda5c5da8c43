import ArgumentParser
import FLMath

/// Clients of which each holds some of its own examples out of its training.
struct HeldOutPopulation<Model: Classifier>: Sendable {
  /// The clients with what they train on.
  let population: Population<Model>
  /// The examples of each client that it never trains on.
  let heldOut: [Dataset]

  /// The least number of examples of a client: with fewer, one held-out example says nothing.
  static var minimumExamples: Int { 8 }

  /// Deals out a data set's training rows, and splits what each client gets.
  ///
  /// - Throws: `ValidationError` for what is impossible together.
  init(
    _ data: DemoData, model: Model, clients: Int, training: ClientTrainingSettings, share: Double
  ) throws {
    var partition = training.partition.partition
    if case .dirichlet(let alpha, _) = partition {
      partition = .dirichlet(alpha: alpha, minimumExamples: Self.minimumExamples)
    }
    let whole = try ValidationError.describing {
      try Population(
        data, model: model, clients: clients, partition: partition,
        descent: StochasticGradientDescent(
          learningRate: training.learningRate, batchSize: training.batchSize,
          epochs: training.localEpochs),
        seed: training.seed)
    }
    var (kept, heldOut): ([Dataset], [Dataset]) = ([], [])
    for (client, shard) in whole.shards.enumerated() {
      guard shard.count >= Self.minimumExamples else {
        throw ValidationError(
          "expected at least \(Self.minimumExamples) examples for each client, but client \(client + 1) "
            + "has \(shard.count); lower --clients.")
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
