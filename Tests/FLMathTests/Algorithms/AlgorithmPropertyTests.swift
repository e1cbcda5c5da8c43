import FLMath
import Testing

@Suite("What the algorithms are for")
struct AlgorithmPropertyTests {
  /// A client in one dimension that wants to be at `target`: `1/2 * (w - target)^2`.
  private func client(at target: Double, examples: Int = 1) throws -> LeastSquaresObjective {
    try LeastSquaresObjective(
      features: [[Double]](repeating: [1], count: examples),
      targets: [Double](repeating: target, count: examples))
  }

  private func start(_ value: Double = 0) throws -> ServerState {
    let layout = try ParameterLayout([.init(name: "weights", shape: [1])])
    return ServerState(model: try ParameterVector(layout: layout, values: [value]))
  }

  private func distance(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).map { abs($0 - $1) }.max() ?? 0
  }

  @Test("SCAFFOLD reaches the optimum that FedAvg misses, by clients and by examples")
  func scaffoldConverges() throws {
    let reference = try TrajectoryReference()
    let optima = try ReferenceFile.decode(Optima.self, from: "fl_trajectories.json")
    func distance<Algorithm: FederatedAlgorithm>(
      of algorithm: Algorithm, to optimum: [Double]
    ) throws -> Double {
      var run = TrajectoryRun(algorithm, try reference.objectives())
      for _ in 0..<400 { try run.round(of: [0, 1, 2, 3], steps: { _ in 5 }) }
      return self.distance(run.algorithm.model.values, optimum)
    }
    let start = try reference.start()
    #expect(
      try distance(of: FederatedAveraging(state: start), to: optima.optimum_weighted) > 0.01)
    for option in [ScaffoldClient.Option.gradientAtGlobalModel, .meanGradientOfPath] {
      #expect(
        try distance(
          of: Scaffold(state: start, option: option, populationWeight: 4),
          to: optima.optimum_uniform) < 1e-6)
      #expect(
        try distance(
          of: Scaffold(
            state: start, option: option, populationWeight: 42, weighting: .examples),
          to: optima.optimum_weighted) < 1e-6)
    }
  }

  @Test("FedDyn reaches the optimum of all clients")
  func fedDynConverges() throws {
    let reference = try TrajectoryReference()
    let optima = try ReferenceFile.decode(Optima.self, from: "fl_trajectories.json")
    var run = TrajectoryRun(
      try FedDyn(state: reference.start(), regularisation: 1, population: 4),
      try reference.objectives())
    for _ in 0..<200 { try run.round(of: [0, 1, 2, 3], steps: { _ in 100 }) }
    #expect(distance(run.algorithm.model.values, optima.optimum_uniform) < 1e-6)
  }

  @Test("FedNova with one step and three, by hand")
  func fedNovaByHand() throws {
    // Steps of 0.1 from 0 towards targets 1 and 3: after one, 0.1; after three, 3 (1 - 0.9^3). The
    // mean of the mean steps is (0.1 + 0.813 / 3) / 2, that of the numbers of steps is 2.
    var run = TrajectoryRun(
      try FedNova(state: start(), maximumSteps: 3), [try client(at: 1), try client(at: 3)])
    try run.round(of: [0, 1], steps: { [1, 3][$0] })
    #expect(abs(run.algorithm.model.values[0] - 0.371) < 1e-12)
    #expect(throws: FLMathError.algorithm(.tooManySteps(maximum: 3, found: 4))) {
      try run.round(of: [0], steps: { _ in 4 })
    }
  }

  @Test("FedNova goes for the mean of the clients, whatever their steps; FedAvg does not")
  func fedNovaConsistency() throws {
    let clients = [try client(at: 0), try client(at: 4)]
    func settled<Algorithm: FederatedAlgorithm>(_ algorithm: Algorithm) throws -> Double {
      var run = TrajectoryRun(algorithm, clients)
      let descent = try StochasticGradientDescent(learningRate: 0.001, batchSize: 1, epochs: 1)
      var generator = SimulationGenerator(seed: 1)
      for _ in 0..<4_000 {
        let broadcast = run.algorithm.broadcast
        var updates: [(contributor: UInt32, update: ClientUpdate)] = []
        for (client, steps) in [1, 9].enumerated() {
          var training = LocalTraining(
            run.objectives[client], by: descent, work: .steps(steps))
          let round = try run.clients[client].train(
            on: broadcast, with: &training, using: &generator)
          updates.append((UInt32(client), round.update))
        }
        try run.algorithm.apply(WeightedMean.of(updates))
      }
      return run.algorithm.model.values[0]
    }
    // The mean is 2. With small steps FedAvg counts clients by steps: 9 / 10 of 4.
    #expect(try abs(settled(FedNova(state: start(), maximumSteps: 9)) - 2) < 0.01)
    #expect(try abs(settled(FederatedAveraging(state: start())) - 3.6) < 0.01)
  }

  @Test("FedProx keeps a client nearer to the global model, the more so the larger the weight")
  func fedProxDrift() throws {
    var moved: [Double] = []
    for weight in [0, 1, 9.0] {
      var run = TrajectoryRun(
        try FedProx(state: start(), proximalWeight: weight), [try client(at: 1)])
      try run.round(of: [0], steps: { _ in 400 })
      moved.append(run.algorithm.model.values[0])
    }
    // The minimum of (w - 1)^2 / 2 + mu w^2 / 2 is 1 / (1 + mu).
    #expect(distance(moved, [1, 0.5, 0.1]) < 1e-9)
  }

  @Test("Inexact work ends as soon as the gradient has shrunk enough")
  func inexactWork() throws {
    // A step of 0.1 shrinks the gradient to 0.9: to 0.5 it takes 7 steps, 0.9^7 = 0.478.
    let descent = try StochasticGradientDescent(learningRate: 0.1, batchSize: 8, epochs: 1)
    var generator = SimulationGenerator(seed: 1)
    func steps(_ work: LocalWork) throws -> Int {
      var training = LocalTraining(try client(at: 1, examples: 8), by: descent, work: work)
      return try AveragingClient().train(
        on: Broadcast(model: start().model, round: 0), with: &training, using: &generator
      ).steps
    }
    #expect(try steps(.inexact(gamma: 0.5, maximumEpochs: 100)) == 7)
    #expect(try steps(.inexact(gamma: 0.5, maximumEpochs: 3)) == 3)
    #expect(try steps(.epochs(4)) == 4)
    #expect(throws: FLMathError.training(.invalidSteps(0))) { try steps(.steps(0)) }
    #expect(throws: FLMathError.training(.invalidEpochs(0))) { try steps(.epochs(0)) }
    #expect(throws: FLMathError.training(.invalidInexactness(1.5))) {
      try steps(.inexact(gamma: 1.5, maximumEpochs: 1))
    }
  }

  @Test("A number of steps ends the work within an epoch as well", arguments: [1, 3, 4, 5, 11])
  func stepsWithinEpochs(steps: Int) throws {
    // Four batches an epoch. Halfway to 1 with every step.
    let descent = try StochasticGradientDescent(learningRate: 0.5, batchSize: 2, epochs: 1)
    var generator = SimulationGenerator(seed: 1)
    var training = LocalTraining(
      try client(at: 1, examples: 8), by: descent, work: .steps(steps))
    let round = try AveragingClient().train(
      on: Broadcast(model: start().model, round: 0), with: &training, using: &generator)
    #expect(round.steps == steps)
    #expect(abs(round.update.delta[0] - (1 - 1 / Double(1 << steps))) < 1e-12)
  }

  @Test("Ditto with weight 0 trains alone, and the weight draws to the global model")
  func ditto() throws {
    for (weight, expected) in [(0.0, 1.0), (1, 0.75)] {
      // The global model stays at 0.5 between clients that want 0 and 1.
      var run = TrajectoryRun(
        try Ditto(state: start(0.5), personalWeight: weight),
        [try client(at: 0), try client(at: 1)])
      for _ in 0..<3 { try run.round(of: [0, 1], steps: { _ in 200 }) }
      #expect(abs(run.clients[1].personal[0] - expected) < 1e-9)
      #expect(abs(run.algorithm.model.values[0] - 0.5) < 1e-9)
    }
  }

  @Test("FedBuff discounts by age, waits for the buffer, and is FedAvg when all is fresh")
  func fedBuff() throws {
    var fedBuff = try FedBuff(state: start(), bufferSize: 2, serverLearningRate: 0.5)
    let update = ClientUpdate(delta: [4], weight: 1)
    #expect(try !fedBuff.receive(update, from: 1, trainedOn: 0))
    #expect(fedBuff.model.values == [0])
    #expect(throws: FLMathError.update(.duplicateContributor(1))) {
      try fedBuff.receive(update, from: 1, trainedOn: 0)
    }
    #expect(throws: FLMathError.algorithm(.trainedInTheFuture(current: 0, found: 1))) {
      try fedBuff.receive(update, from: 2, trainedOn: 1)
    }
    #expect(throws: FLMathError.algorithm(.dimensionMismatch(expected: 1, found: 2))) {
      try fedBuff.receive(ClientUpdate(delta: [1, 2], weight: 1), from: 2, trainedOn: 0)
    }
    #expect(try fedBuff.receive(update, from: 2, trainedOn: 0))
    #expect(fedBuff.model.values == [2])
    for client in 0..<6 as Range<UInt32> {
      _ = try fedBuff.receive(
        ClientUpdate(delta: [0], weight: 1), from: client, trainedOn: fedBuff.round)
    }
    // Round 4 now. Three rounds old counts half; the sum is divided by the size of the buffer.
    #expect(try fedBuff.discounted(update, trainedOn: 1).delta == [2])
    #expect(try !fedBuff.receive(update, from: 1, trainedOn: 1))
    #expect(try fedBuff.receive(ClientUpdate(delta: [1], weight: 1), from: 2, trainedOn: 4))
    #expect(fedBuff.model.values == [2 + 0.5 * 1.5])
  }

  @Test("A secure sum of discounted updates moves FedBuff as the updates do")
  func fedBuffBySums() throws {
    var open = try FedBuff(state: start(), bufferSize: 2)
    var secure = open
    for _ in 0..<3 {
      let updates: [(contributor: UInt32, update: ClientUpdate)] = [
        (1, ClientUpdate(delta: [4], weight: 1)), (2, ClientUpdate(delta: [-1], weight: 1)),
      ]
      let sum = try WeightedMean.of(
        updates.map { ($0.contributor, try secure.discounted($0.update, trainedOn: 0)) })
      try secure.apply(sum)
      for (contributor, update) in updates {
        _ = try open.receive(update, from: contributor, trainedOn: 0)
      }
      #expect(open.state == secure.state)
    }
    #expect(open.round == 3)
  }
}

/// The minima of the least-squares clients together.
private struct Optima: Decodable {
  let optimum_weighted: [Double]
  let optimum_uniform: [Double]
}
