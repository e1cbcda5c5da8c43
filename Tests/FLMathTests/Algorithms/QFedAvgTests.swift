import Testing

@testable import FLMath

@Suite("q-FedAvg")
struct QFedAvgTests {
  private struct Reference: Decodable {
    struct Run: Decodable {
      let q: Double
      let participants: [[Int]]
      let steps: [Int]
      let models: [[Double]]
    }
    let runs: [Run]
  }

  @Test("The paper's algorithm in Python, whatever the bounds that losses are divided by")
  func trajectories() throws {
    let trajectories = try TrajectoryReference()
    let reference = try ReferenceFile.decode(Reference.self, from: "q_fedavg.json")
    #expect(reference.runs.count == 12)
    for expected in reference.runs {
      for maximumLoss in [4, 100.0] {
        // With large bounds nothing is cut off, so nothing may change.
        let algorithm = try QFedAvg(
          state: trajectories.start(), fairness: expected.q, maximumLoss: maximumLoss,
          maximumNormaliser: 1e9)
        var run = TrajectoryRun(algorithm, try trajectories.objectives())
        for (round, model) in expected.models.enumerated() {
          try run.round(of: expected.participants[round], steps: { expected.steps[$0] })
          for (found, wanted) in zip(run.algorithm.model.values, model) {
            #expect(abs(found - wanted) < 1e-10, "q \(expected.q), round \(round + 1)")
          }
        }
      }
    }
  }

  @Test("With q = 0 it is federated averaging, by examples too")
  func averaging() throws {
    let trajectories = try TrajectoryReference()
    var fair = TrajectoryRun(
      try QFedAvg(state: trajectories.start(), fairness: 0, weighting: .examples),
      try trajectories.objectives())
    var plain = TrajectoryRun(
      try FederatedAveraging(state: trajectories.start()), try trajectories.objectives())
    for _ in 0..<5 {
      try fair.round(of: [0, 1, 2, 3], steps: { _ in 5 })
      try plain.round(of: [0, 1, 2, 3], steps: { _ in 5 })
      #expect(
        largestDifference(fair.algorithm.model.values, plain.algorithm.model.values) < 1e-13)
    }
  }

  @Test("A normaliser beyond its bound scales both parts, and losses of 0 move nothing")
  func bounds() throws {
    let client = try QFedAvgClient(fairness: 0.5, maximumLoss: 2, maximumNormaliser: 3)
    for (loss, squaredNorm) in [(0, 0), (0, 1), (1e-3, 5), (2, 1e300), (1e300, 1)] {
      let (factor, normaliser) = client.share(
        loss: loss, squaredNorm: squaredNorm, learningRate: 0.1)
      #expect(factor >= 0 && factor <= 1)
      #expect(normaliser >= factor && normaliser <= 3)
    }
    let free = try QFedAvgClient(fairness: 0.5, maximumLoss: 2, maximumNormaliser: 1e9)
    let (bounded, unbounded) = (
      client.share(loss: 0.1, squaredNorm: 5, learningRate: 0.1),
      free.share(loss: 0.1, squaredNorm: 5, learningRate: 0.1)
    )
    #expect(unbounded.normaliser > 3)
    #expect(
      abs(bounded.factor / bounded.normaliser - unbounded.factor / unbounded.normaliser) < 1e-14)
    var algorithm = try QFedAvg(state: TrajectoryReference().start(), fairness: 1)
    let before = algorithm.model
    try algorithm.apply(WeightedMean(mean: [1, 1, 1, 0], totalWeight: 1, contributors: [1]))
    #expect(algorithm.model == before)
    #expect(algorithm.round == 1)
  }

  @Test("Refuses hyperparameters out of their range")
  func refusals() throws {
    let start = try TrajectoryReference().start()
    for value in [-1, .nan, .infinity] as [Double] {
      #expect(throws: AlgorithmError.self) { try QFedAvg(state: start, fairness: value) }
      #expect(throws: AlgorithmError.self) {
        try QFedAvg(state: start, fairness: 1, maximumLoss: value)
      }
      #expect(throws: AlgorithmError.self) {
        try QFedAvg(state: start, fairness: 1, maximumNormaliser: value)
      }
    }
    #expect(throws: AlgorithmError.invalid(.fairness, found: -1)) {
      try QFedAvg(state: start, fairness: -1)
    }
    var algorithm = try QFedAvg(state: start, fairness: 1)
    #expect(throws: AlgorithmError.dimensionMismatch(expected: 4, found: 3)) {
      try algorithm.apply(WeightedMean(mean: [1, 1, 1], totalWeight: 1, contributors: [1]))
    }
  }

  @Test(
    "Losses of clients differ less than with federated averaging, Dirichlet(0.1) over ten clients")
  func fairness() throws {
    struct Partition: Decodable { let partition: [[Int]] }
    let partition = try ReferenceFile.decode(Partition.self, from: "digits_dirichlet.json")
      .partition
    let (training, _) = try DemoData.digits()
    let model = try SoftmaxRegression(featureCount: 64, classCount: 10)
    let shards = try partition.map { try training.subset($0) }
    func losses<Algorithm: FederatedAlgorithm>(_ initial: Algorithm) throws -> [Double] {
      let descent = try StochasticGradientDescent(learningRate: 0.3, batchSize: 16, epochs: 1)
      var (algorithm, generator) = (initial, SimulationGenerator(seed: 1))
      for _ in 0..<15 {
        var updates: [(contributor: UInt32, update: ClientUpdate)] = []
        for (client, shard) in shards.enumerated() {
          var local = LocalTraining(ClassifierObjective(model, on: shard), by: descent)
          let round = try algorithm.makeClient().train(
            on: algorithm.broadcast, with: &local, using: &generator)
          updates.append((UInt32(client), round.update))
        }
        try algorithm.apply(WeightedMean.of(updates))
      }
      return try shards.map { shard in
        var objective = ClassifierObjective(model, on: shard)
        return try objective.loss(at: algorithm.model.values)
      }
    }
    func spread(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
        .squareRoot() / mean
    }
    let state = ServerState(model: .zeros(model.layout))
    let plain = try losses(FederatedAveraging(state: state))
    let fair = try losses(QFedAvg(state: state, fairness: 1, weighting: .examples))
    print("plain", plain.max() ?? 0, spread(plain), "fair", fair.max() ?? 0, spread(fair))
    #expect(spread(fair) < spread(plain))
  }
}
