import FLMath
import Testing

/// Objectives, means and updates that come from outside and do not keep to what they should be.
@Suite("Objectives and updates that are not as they should be")
struct UntrustedPartTests {
  /// An objective with any number of examples, whose gradient has any number of elements.
  private struct Objective: LocalObjective {
    let layout: ParameterLayout
    let exampleCount: Int
    var gradientCount = 1
    var loss = 1.0

    init(exampleCount: Int) throws {
      layout = try ParameterLayout([.init(name: "weights", shape: [1])])
      self.exampleCount = exampleCount
    }

    func lossAndGradient(
      at parameters: [Double], batch: ArraySlice<Int>, gradient: inout [Double]
    ) throws(FLMathError) -> Double {
      gradient = [Double](repeating: 1, count: gradientCount)
      return loss
    }
  }

  private func start() throws -> ServerState {
    ServerState(
      model: try ParameterVector(
        layout: ParameterLayout([.init(name: "weights", shape: [1])]), values: [0]))
  }

  private func train(
    _ objective: Objective, _ work: LocalWork, by client: some FederatedClient
  ) throws -> ClientUpdate {
    var training = LocalTraining(
      objective, by: try StochasticGradientDescent(learningRate: 0.1, batchSize: 2, epochs: 1),
      work: work)
    var generator = SimulationGenerator(seed: 1)
    return try client.train(
      on: Broadcast(model: start().model, round: 0), with: &training, using: &generator
    ).update
  }

  @Test(
    "An objective without examples is refused", arguments: [0, -1, Int.min, Int.max],
    [LocalWork.steps(5), .epochs(1), .inexact(gamma: 0.5, maximumEpochs: 2)])
  func noExamples(count: Int, work: LocalWork) throws {
    let objective = try Objective(exampleCount: count)
    let expected = FLMathError.training(.invalidExampleCount(count))
    #expect(throws: expected) { try train(objective, work, by: AveragingClient()) }
    #expect(throws: expected) { try train(objective, work, by: FedNovaClient(maximumSteps: 9)) }
    var copy = objective
    #expect(throws: FLMathError.training(.invalidExampleCount(count))) { try copy.loss(at: [0]) }
    #expect(throws: FLMathError.training(.invalidExampleCount(count))) {
      try copy.rootMeanSquareLoss(at: [0])
    }
  }

  @Test("A gradient of another length, or a loss that is not finite, is refused")
  func wrongGradient() throws {
    var objective = try Objective(exampleCount: 3)
    objective.gradientCount = 0
    #expect(
      throws: FLMathError.classifier(.gradientCountMismatch(expected: 1, found: 0))
    ) { try train(objective, .epochs(1), by: AveragingClient()) }
    objective.gradientCount = 1
    objective.loss = .infinity
    #expect(throws: FLMathError.training(.nonFiniteLoss(.infinity))) { try objective.loss(at: [0]) }
    #expect(throws: FLMathError.training(.nonFiniteLoss(.infinity))) {
      try objective.rootMeanSquareLoss(at: [0])
    }
  }

  @Test("The root of mean squared losses of any size", arguments: [1e-200, 1, 1e200, 1e300])
  func losses(size: Double) throws {
    var objective = try Objective(exampleCount: 9)
    objective.loss = size
    #expect(abs(try objective.rootMeanSquareLoss(at: [0]) / size - 1) < 1e-14)
  }

  @Test(
    "FedNova refuses a mean number of steps outside of its range",
    arguments: [0, -1, 0.9, 5.1, 1000, 1e300, -1e300, Double.leastNonzeroMagnitude])
  func fedNovaSteps(steps: Double) throws {
    var algorithm = try FedNova(state: start(), maximumSteps: 5)
    let mean = try WeightedMean(mean: [0.5, steps], totalWeight: 3, contributors: [1, 2])
    #expect(throws: FLMathError.algorithm(.meanStepsOutOfRange(maximum: 5, found: steps))) {
      try algorithm.apply(mean)
    }
    #expect(algorithm.model.values == [0])
    #expect(algorithm.round == 0)
  }

  @Test(
    "FedNova takes the ends of the range, with the rounding of an encoding",
    arguments: [1, 0.97, 5, 5.03])
  func fedNovaRounding(steps: Double) throws {
    var algorithm = try FedNova(state: start(), maximumSteps: 5)
    try algorithm.apply(
      WeightedMean(mean: [0.5, steps], totalWeight: 3, contributors: [1, 2]))
    #expect(algorithm.model.values == [0.5 * steps])
  }

  @Test("FedBuff rejects the update that is not finite, at once, and keeps the others")
  func fedBuff() throws {
    var fedBuff = try FedBuff(state: start(), bufferSize: 4)
    func update(_ value: Double, weight: UInt64 = 1) -> ClientUpdate {
      ClientUpdate(delta: [value], weight: weight)
    }
    #expect(try !fedBuff.receive(update(4), from: 1, trainedOn: 0))
    #expect(try !fedBuff.receive(update(8), from: 2, trainedOn: 0))
    for value in [Double.infinity, -.infinity] {
      #expect(
        throws: FLMathError.update(.nonFiniteUpdate(contributor: 3, index: 0, found: value))
      ) { try fedBuff.receive(update(value), from: 3, trainedOn: 0) }
    }
    #expect(throws: FLMathError.self) {
      try fedBuff.receive(update(.nan), from: 3, trainedOn: 0)
    }
    // The same client may try again; a weight with which the sum overflows is rejected as well.
    #expect(try !fedBuff.receive(update(-4), from: 3, trainedOn: 0))
    #expect(throws: FLMathError.update(.totalWeightOverflow(contributor: 4))) {
      try fedBuff.receive(update(0, weight: .max), from: 4, trainedOn: 0)
    }
    #expect(try fedBuff.receive(update(0), from: 4, trainedOn: 0))
    #expect(fedBuff.model.values == [2])
  }

  @Test("An adaptivity whose square underflows or overflows is refused")
  func adaptivity() throws {
    for tau in [Double.leastNonzeroMagnitude, 1e-160, 1e160, .infinity, .nan] {
      #expect(throws: FLMathError.self) {
        try FedOpt.fedAdam(state: start(), serverLearningRate: 1, adaptivity: tau)
      }
    }
    // The first step of Adagrad is d / (sqrt(tau^2 + d^2) + tau).
    for scale in [1e-140, 1, 1e140] {
      var algorithm = try FedOpt.fedAdagrad(
        state: start(), serverLearningRate: 1, adaptivity: scale)
      try algorithm.apply(
        WeightedMean(mean: [scale], totalWeight: 1, contributors: [1]))
      #expect(abs(algorithm.model.values[0] - 1 / (2.0.squareRoot() + 1)) < 1e-14)
    }
  }
}
