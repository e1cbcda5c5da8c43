import Testing

@testable import FLMath

@Suite("q-FedAvg")
struct QFedAvgTests {
  @Test("The paper's algorithm in Python, whatever the bounds that losses are divided by")
  func trajectories() throws {
    let trajectories = try TrajectoryReference()
    let reference = try FurtherTrajectories.read().q_fedavg
    #expect(reference.count == 12)
    for expected in reference {
      // With bounds that nothing exceeds, nothing may change.
      for maximumLoss in [30, 1000.0] {
        let algorithm = try QFedAvg(
          state: trajectories.start(), fairness: expected.parameter, maximumLoss: maximumLoss,
          maximumNormaliser: 1e9)
        try expected.expectSame(algorithm, on: trajectories)
      }
    }
  }

  @Test("Averaging with the weights F^q in Python, whatever the bound of losses")
  func weights() throws {
    let trajectories = try TrajectoryReference()
    let reference = try FurtherTrajectories.read().q_weights
    #expect(reference.count == 8)
    for expected in reference {
      for maximumLoss in [30, 1000.0] {
        let algorithm = try QFedAvg(
          state: trajectories.start(), fairness: expected.parameter, divisor: .weights,
          maximumLoss: maximumLoss, maximumNormaliser: 1)
        #expect(algorithm.contribution.bounds(update: 2, path: 1) == [2, 1])
        try expected.expectSame(algorithm, on: trajectories)
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
      #expect(throws: FLMathError.self) { try QFedAvg(state: start, fairness: value) }
      #expect(throws: FLMathError.self) {
        try QFedAvg(state: start, fairness: 1, maximumLoss: value)
      }
      #expect(throws: FLMathError.self) {
        try QFedAvg(state: start, fairness: 1, maximumNormaliser: value)
      }
    }
    #expect(throws: FLMathError.algorithm(.invalid(.fairness, found: -1))) {
      try QFedAvg(state: start, fairness: -1)
    }
    var algorithm = try QFedAvg(state: start, fairness: 1)
    #expect(throws: FLMathError.algorithm(.dimensionMismatch(expected: 4, found: 3))) {
      try algorithm.apply(WeightedMean(mean: [1, 1, 1], totalWeight: 1, contributors: [1]))
    }
  }

  @Test("At the same mean loss, losses of clients differ less than with federated averaging")
  func fairness() throws {
    // Two clients in one dimension, of which the second can be served at the cost of the first.
    func losses<Algorithm: FederatedAlgorithm>(_ algorithm: Algorithm) throws -> [Double] {
      var run = TrajectoryRun(
        algorithm,
        [
          try LeastSquaresObjective(features: [[1], [1], [1]], targets: [0, 0, 0]),
          try LeastSquaresObjective(features: [[1]], targets: [2]),
        ])
      for _ in 0..<2000 { try run.round(of: [0, 1], steps: { _ in 1 }) }
      return try run.objectives.indices.map {
        try run.objectives[$0].loss(at: run.algorithm.model.values)
      }
    }
    let layout = try ParameterLayout([.init(name: "weights", shape: [1])])
    let state = ServerState(model: .zeros(layout))
    // Averaging by examples settles at 1/2. With q = 1, 3 w^3 = (2 - w)^3 is where the powers balance.
    let plain = try losses(FederatedAveraging(state: state))
    #expect(abs(plain[0] - 0.125) < 1e-6 && abs(plain[1] - 1.125) < 1e-6)
    let fair = try losses(QFedAvg(state: state, fairness: 1, weighting: .examples))
    let balance = 2 / (1 + 1.442_249_570_307_408)
    #expect(abs(fair[0] - balance * balance / 2) < 1e-4)
    #expect(abs(fair[1] - (2 - balance) * (2 - balance) / 2) < 1e-4)
    #expect(fair[1] - fair[0] < plain[1] - plain[0])
  }
}
