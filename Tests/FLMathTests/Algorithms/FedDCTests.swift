import FLMath
import Testing

@Suite("FedDC")
struct FedDCTests {
  @Test("The paper's algorithm in Python")
  func trajectories() throws {
    let trajectories = try TrajectoryReference()
    let reference = try FurtherTrajectories.read().feddc
    #expect(reference.count == 6)
    for expected in reference {
      let algorithm = try FedDC(
        state: trajectories.start(), regularisation: expected.parameter, populationWeight: 4)
      try expected.expectSame(algorithm, on: trajectories)
    }
  }

  @Test("Reaches the optimum of all clients, by clients and by examples")
  func converges() throws {
    struct Optima: Decodable {
      let optimum_uniform: [Double]
      let optimum_weighted: [Double]
    }
    let trajectories = try TrajectoryReference()
    let optima = try ReferenceFile.decode(Optima.self, from: "fl_trajectories.json")
    for (weighting, weight, optimum) in [
      (Weighting.uniform, UInt64(4), optima.optimum_uniform),
      (.examples, 42, optima.optimum_weighted),
    ] {
      let algorithm = try FedDC(
        state: trajectories.start(), regularisation: 0.1, populationWeight: weight,
        weighting: weighting)
      var run = TrajectoryRun(algorithm, try trajectories.objectives())
      for _ in 0..<600 { try run.round(of: [0, 1, 2, 3], steps: { _ in 5 }) }
      #expect(largestDifference(run.algorithm.model.values, optimum) < 1e-6)
    }
  }

  @Test("Is ahead of FedAvg after five rounds, Dirichlet(0.1) over ten clients")
  func digits() throws {
    struct Partition: Decodable { let partition: [[Int]] }
    let partition = try ReferenceFile.decode(Partition.self, from: "digits_dirichlet.json")
      .partition
    let (training, test) = try DemoData.digits()
    let model = try SoftmaxRegression(featureCount: 64, classCount: 10)
    let shards = try partition.map { try training.subset($0) }
    let examples = UInt64(partition.joined().count)
    func accuracy<Algorithm: FederatedAlgorithm>(_ start: Algorithm) throws -> Double {
      let descent = try StochasticGradientDescent(learningRate: 0.3, batchSize: 16, epochs: 5)
      var (algorithm, generator) = (start, SimulationGenerator(seed: 1))
      var clients = shards.map { _ in start.makeClient() }
      for _ in 0..<5 {
        var updates: [(contributor: UInt32, update: ClientUpdate)] = []
        for (client, shard) in shards.enumerated() {
          var local = LocalTraining(ClassifierObjective(model, on: shard), by: descent)
          let round = try clients[client].train(
            on: algorithm.broadcast, with: &local, using: &generator)
          clients[client] = round.client
          updates.append((UInt32(client), round.update))
        }
        try algorithm.apply(WeightedMean.of(updates))
      }
      return try model.accuracy(algorithm.model, on: test)
    }
    let state = ServerState(model: .zeros(model.layout))
    let averaged = try accuracy(FederatedAveraging(state: state))
    let decoupled = try accuracy(
      FedDC(
        state: state, regularisation: 0.01, populationWeight: examples, weighting: .examples))
    #expect(decoupled > averaged + 0.02, "\(averaged), \(decoupled)")
  }

  @Test("Refuses hyperparameters out of their range and vectors of another model")
  func refusals() throws {
    let start = try TrajectoryReference().start()
    for value in [0, -1, .nan, .infinity] as [Double] {
      #expect(throws: FLMathError.self) {
        try FedDC(state: start, regularisation: value, populationWeight: 4)
      }
    }
    #expect(throws: FLMathError.algorithm(.invalid(.populationWeight, found: 0))) {
      try FedDC(state: start, regularisation: 1, populationWeight: 0)
    }
    var training = LocalTraining(
      try TrajectoryReference().objectives()[0],
      by: try StochasticGradientDescent(learningRate: 0.1, batchSize: 1, epochs: 1))
    var generator = SimulationGenerator(seed: 1)
    #expect(throws: FLMathError.algorithm(.memoryMismatch(expected: 3, found: 1))) {
      try FedDCClient(regularisation: 1, drift: [1]).train(
        on: Broadcast(model: start.model, round: 0), with: &training, using: &generator)
    }
  }
}
