import FLMath
import Testing

@testable import SecAgg

/// Algorithms whose clients contribute more than an update, through whole sessions with dropouts.
@Suite("Secure contributions")
struct AlgorithmEncoderTests {
  static let algorithms = ["SCAFFOLD II", "FedNova", "FedDyn", "FedYogi", "FedAvg", "IFCA"]

  private static let clients = 6
  private static let examples = 10

  private func make(_ name: String, _ state: ServerState) throws -> any FederatedAlgorithm {
    switch name {
    case "SCAFFOLD II":
      try Scaffold(
        state: state, option: .meanGradientOfPath,
        populationWeight: UInt64(Self.clients * Self.examples), weighting: .examples)
    case "FedNova": try FedNova(state: state, maximumSteps: 10)
    case "FedDyn": try FedDyn(state: state, regularisation: 0.5, population: Self.clients)
    case "IFCA":
      try IFCA(
        models: [
          state.model,
          ParameterVector(
            layout: state.model.layout,
            values: state.model.values.indices.map { $0 % 2 == 0 ? 0.5 : -0.5 }),
        ], minimumClients: 1)
    case "FedYogi": try FedOpt.fedYogi(state: state, serverLearningRate: 0.1)
    default: try FederatedAveraging(state: state)
    }
  }

  private func datasets(_ generator: inout SimulationGenerator) throws -> [Dataset] {
    try (0..<Self.clients).map { _ in
      let features = (0..<Self.examples * 3).map { _ in
        Double.random(in: -1...1, using: &generator)
      }
      let labels = (0..<Self.examples).map { _ in Int.random(in: 0..<2, using: &generator) }
      return try Dataset(features: features, featureCount: 3, labels: labels, classCount: 2)
    }
  }

  @Test("the trained model is that of plain fixed-point sums, bit for bit", arguments: algorithms)
  func trajectories(name: String) throws {
    let model = try SoftmaxRegression(featureCount: 3, classCount: 2)
    let start = try ParameterVector(
      layout: model.layout, values: [Double](repeating: 0, count: model.layout.count))
    try compare(make(name, ServerState(model: start)), model)
  }

  private func compare<Algorithm: FederatedAlgorithm>(
    _ start: Algorithm, _ model: SoftmaxRegression
  ) throws {
    var generator = SimulationGenerator(seed: 7)
    let data = try datasets(&generator)
    let secure = try AlgorithmEncoder(
      start.contribution, update: 8, path: 0.5, maximumWeight: UInt64(Self.examples),
      maximumContributors: Self.clients, minimumValueBits: 24)
    let descent = try StochasticGradientDescent(learningRate: 0.5, batchSize: 4, epochs: 2)
    var (algorithm, summed, exact) = (start, start, start)
    var memories = [Algorithm.Client](repeating: start.makeClient(), count: Self.clients)
    for round in 0..<4 {
      var updates: [ClientID: ClientUpdate] = [:]
      var inputs: [ClientID: PackedVector] = [:]
      var next = memories
      for (index, id) in ClientID.all(cohortSize: Self.clients).enumerated() {
        var training = LocalTraining(ClassifierObjective(model, on: data[index]), by: descent)
        let local = try memories[index].train(
          on: algorithm.broadcast, with: &training, using: &generator)
        updates[id] = local.update
        next[index] = local.client
        inputs[id] = try secure.encode(local.update, using: &generator)
      }
      // One leaves before its input arrives, another one after, so that both recoveries take place.
      let ids = ClientID.all(cohortSize: Self.clients)
      let leaving: [ClientID: LeavingPoint] = [
        ids[round]: .beforeMaskedInput, ids[5]: .beforeUnmasking,
      ]
      let parameters = try SessionParameters(
        cohortSize: Self.clients, threshold: 3, layout: secure.layout, minimumContributors: 3,
        applicationContext: secure.applicationContext(of: algorithm.broadcast, task: "test"))
      var session = try SimulatedSession(parameters: parameters, inputs: inputs)
      let aggregate = try session.run(leaving: leaving)
      #expect(aggregate.contributors.count == Self.clients - 1)
      let mean = try secure.decode(aggregate)
      try algorithm.apply(mean)
      let plain = try secure.secure.decode(
        sums: session.plaintextSum(of: aggregate.contributors),
        contributors: aggregate.contributors)
      try summed.apply(secure.restored(plain))
      #expect(
        algorithm.model.values.map(\.bitPattern) == summed.model.values.map(\.bitPattern))

      // And the mean is that of floating point, to a step of the code for each contributor.
      let expected = try WeightedMean.of(
        aggregate.contributors.map { id in
          (contributor: id.rawValue, update: try #require(updates[id]))
        })
      #expect(mean.totalWeight == expected.totalWeight)
      let weight = Double(mean.totalWeight) / Double(secure.secure.maximumWeight)
      let bound = 5 * secure.secure.codec.step / weight
      for (range, scale) in zip(secure.scale.layout.ranges, secure.scale.bounds) {
        for index in range {
          #expect(abs(mean.mean[index] - expected.mean[index]) <= scale * bound * 1.001)
        }
      }
      try exact.apply(expected)
      for id in aggregate.contributors {
        memories[Int(id.rawValue) - 1] = next[Int(id.rawValue) - 1]
      }
    }
    #expect(algorithm.model != start.model)
    #expect(exact.model != start.model)
  }

  @Test("the context changes with the control variate and with the bounds")
  func context() throws {
    let model = try SoftmaxRegression(featureCount: 3, classCount: 2)
    let start = try ParameterVector(
      layout: model.layout, values: [Double](repeating: 0, count: model.layout.count))
    let algorithm = try Scaffold(
      state: ServerState(model: start), option: .meanGradientOfPath, populationWeight: 6)
    func secure(update: Double, path: Double) throws -> AlgorithmEncoder {
      try AlgorithmEncoder(
        algorithm.contribution, update: update, path: path, maximumWeight: 1,
        maximumContributors: 6)
    }
    let first = algorithm.broadcast
    var control = first.control
    control[0] = control[0].nextUp
    let other = Broadcast(model: first.model, round: first.round, control: control)
    let contexts = try [
      secure(update: 4, path: 1).applicationContext(of: first, task: "a"),
      secure(update: 4, path: 1).applicationContext(of: other, task: "a"),
      secure(update: 4, path: 2).applicationContext(of: first, task: "a"),
      secure(update: 5, path: 1).applicationContext(of: first, task: "a"),
      secure(update: 4, path: 1).applicationContext(of: first, task: "b"),
    ]
    #expect(Set(contexts).count == contexts.count)
    #expect(try secure(update: 4, path: 1).applicationContext(of: first, task: "a") == contexts[0])
  }

  @Test("bounds that are none, and contributions of another length, are refused")
  func refusals() throws {
    let model = try SoftmaxRegression(featureCount: 3, classCount: 2)
    let start = try ParameterVector(
      layout: model.layout, values: [Double](repeating: 0, count: model.layout.count))
    let algorithm = try FedNova(state: ServerState(model: start), maximumSteps: 3)
    #expect(throws: EncoderError.encoding(.clipping(.clipping(.invalidBound(0))))) {
      try AlgorithmEncoder(
        algorithm.contribution, update: 0, path: 1, maximumWeight: 1, maximumContributors: 3)
    }
    let secure = try AlgorithmEncoder(
      algorithm.contribution, update: 1, path: 1, maximumWeight: 1, maximumContributors: 3)
    var generator = SimulationGenerator(seed: 1)
    let count = algorithm.contribution.count
    #expect(
      throws: EncoderError.contribution(
        .algorithm(.dimensionMismatch(expected: count, found: count - 1)))
    ) {
      try secure.encode(
        ClientUpdate(delta: [Double](repeating: 0, count: count - 1), weight: 1),
        using: &generator)
    }
    #expect(throws: EncoderError.encoding(.weight(found: 2, maximum: 1))) {
      try secure.encode(
        ClientUpdate(delta: [Double](repeating: 0, count: count), weight: 2), using: &generator)
    }
  }
}
