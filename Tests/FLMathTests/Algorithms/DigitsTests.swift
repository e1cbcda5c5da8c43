import FLMath
import Testing

@Suite("Digits on skewed clients, against NumPy")
struct DigitsTests {
  private struct Reference: Decodable {
    struct Row: Decodable {
      let label: String
      let acc_round_1_5_10_25_50: [Double]
    }
    let rows: [Row]
    let partition: [[Int]]
  }

  /// The test accuracy after 5 and 10 rounds.
  private func accuracies<Algorithm: FederatedAlgorithm>(
    _ partition: [[Int]], _ make: (ServerState) throws -> Algorithm
  ) throws -> [Double] {
    let (training, test) = try DemoData.digits()
    let model = try SoftmaxRegression(featureCount: 64, classCount: 10)
    let shards = try partition.map { try training.subset($0) }
    let descent = try StochasticGradientDescent(learningRate: 0.3, batchSize: 16, epochs: 5)
    var generator = SimulationGenerator(seed: 1)
    var algorithm = try make(ServerState(model: .zeros(model.layout)))
    var clients = shards.map { _ in algorithm.makeClient() }
    var accuracies: [Double] = []
    for round in 1...10 {
      var updates: [(contributor: UInt32, update: ClientUpdate)] = []
      for (client, shard) in shards.enumerated() {
        var local = LocalTraining(ClassifierObjective(model, on: shard), by: descent)
        let result = try clients[client].train(
          on: algorithm.broadcast, with: &local, using: &generator)
        clients[client] = result.client
        updates.append((UInt32(client), result.update))
      }
      try algorithm.apply(WeightedMean.of(updates))
      if [5, 10].contains(round) {
        accuracies.append(try model.accuracy(algorithm.model, on: test))
      }
    }
    return accuracies
  }

  @Test("SCAFFOLD II and FedAvg learn as fast, Dirichlet(0.1) over ten clients")
  func dirichlet() throws {
    let reference = try ReferenceFile.decode(Reference.self, from: "digits_dirichlet.json")
    func expected(_ label: String) throws -> [Double] {
      let row = try #require(reference.rows.first { $0.label == label })
      return Array(row.acc_round_1_5_10_25_50[1...2])
    }
    let examples = UInt64(reference.partition.joined().count)
    let scaffold = try accuracies(reference.partition) {
      try Scaffold(
        state: $0, option: .meanGradientOfPath, populationWeight: examples, weighting: .examples)
    }
    for (found, expected) in zip(scaffold, try expected("lr dir0.1_10 scaffold II")) {
      #expect(abs(found - expected) <= 0.02)
    }
    let averaging = try accuracies(reference.partition) { try FederatedAveraging(state: $0) }
    for (found, expected) in zip(averaging, try expected("lr dir0.1_10 full")) {
      #expect(abs(found - expected) <= 0.02)
    }
  }
}
