import FLMath
import Testing

/// Digits dealt out by label to 20 clients, two classes each. Every client is evaluated on the test rows of its
/// classes, and the server gets the histogram.
@Suite("Fairness on the digits, from histograms of clients")
struct FairnessTests {
  private struct Outcome {
    let histogram: ClientHistogram
    /// The mean loss of the clients on their training rows, and its standard deviation over the mean.
    let loss: Double
    let relativeDeviation: Double
  }

  private func outcome<Algorithm: FederatedAlgorithm>(
    seed: UInt64, _ make: (ServerState) throws -> Algorithm
  ) throws -> Outcome {
    let (training, test) = try DemoData.digits()
    let model = try SoftmaxRegression(featureCount: 64, classCount: 10)
    var generator = SimulationGenerator(seed: seed)
    let shards = try Partition.labelShards(perClient: 2)
      .indices(of: training, clients: 20, using: &generator).map { try training.subset($0) }
    let descent = try StochasticGradientDescent(learningRate: 0.3, batchSize: 16, epochs: 1)
    var algorithm = try make(ServerState(model: .zeros(model.layout)))
    for _ in 1...20 {
      let updates = try shards.enumerated().map { client, shard in
        var local = LocalTraining(ClassifierObjective(model, on: shard), by: descent)
        let round = try algorithm.makeClient().train(
          on: algorithm.broadcast, with: &local, using: &generator)
        return (contributor: UInt32(client), update: round.update)
      }
      try algorithm.apply(WeightedMean.of(updates))
    }
    let bins = try EvaluationBins.accuracy(bins: 40, minimumClients: 20)
    let evaluations = try shards.enumerated().map { client, shard in
      let classes = Set(shard.labels)
      let rows = test.labels.indices.filter { classes.contains(test.labels[$0]) }
      let accuracy = try model.accuracy(algorithm.model, on: test.subset(rows))
      return (contributor: UInt32(client), update: try bins.contribution(of: accuracy))
    }
    let losses = try shards.map { try model.loss(algorithm.model, on: $0) }
    let loss = losses.reduce(0, +) / 20
    let variance = losses.reduce(0) { $0 + ($1 - loss) * ($1 - loss) } / 20
    return Outcome(
      histogram: try bins.histogram(from: WeightedMean.of(evaluations)), loss: loss,
      relativeDeviation: variance.squareRoot() / loss)
  }

  @Test(
    "Weights F^q bring accuracies of clients together, and lower neither their mean nor the worst",
    arguments: 1...2 as ClosedRange<UInt64>)
  func weights(seed: UInt64) throws {
    let plain = try outcome(seed: seed) { try FederatedAveraging(state: $0) }
    let fair = try outcome(seed: seed) {
      try QFedAvg(state: $0, fairness: 1, divisor: .weights)
    }
    let spreads = try [plain, fair].map { try #require($0.histogram.standardDeviation) }
    let means = try [plain, fair].map { try #require($0.histogram.mean) }
    #expect(spreads[1] < 0.85 * spreads[0], "\(spreads)")
    #expect(means[1] > means[0] - 0.005, "\(means)")
    #expect(
      fair.histogram.worstDecile.lowerBound >= plain.histogram.worstDecile.lowerBound)
    #expect(fair.relativeDeviation < 0.8 * plain.relativeDeviation)
    #expect(fair.loss < 1.03 * plain.loss)
  }

  @Test("q-FedAvg brings losses together, at the price of shorter steps")
  func curvature() throws {
    let plain = try outcome(seed: 1) { try FederatedAveraging(state: $0) }
    let fair = try outcome(seed: 1) { try QFedAvg(state: $0, fairness: 0.5) }
    #expect(fair.relativeDeviation < 0.6 * plain.relativeDeviation)
    #expect(fair.loss > plain.loss)
  }
}
