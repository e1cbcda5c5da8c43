import FLMath
import Testing

@Suite("What a server remembers")
struct ServerStateTests {
  private let layout: ParameterLayout
  private let start: ServerState

  init() throws {
    layout = try ParameterLayout([.init(name: "weights", shape: [2])])
    start = ServerState(model: try ParameterVector(layout: layout, values: [1, 2]))
  }

  private func mean(_ values: [Double], contributors: [UInt32] = [1, 2]) throws -> WeightedMean {
    try WeightedMean(
      mean: values, totalWeight: UInt64(contributors.count), contributors: contributors)
  }

  /// A way to make an algorithm, and a mean that it can apply.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let mean: [Double]
    let make: @Sendable (ServerState) throws -> any FederatedAlgorithm
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "FedAvg", mean: [0.5, -1]) { try FederatedAveraging(state: $0) },
    Case(name: "FedProx", mean: [0.5, -1]) { try FedProx(state: $0, proximalWeight: 0.1) },
    Case(name: "FedAvgM", mean: [0.5, -1]) { try FedAvgM(state: $0) },
    Case(name: "FedAdam", mean: [0.5, -1]) {
      try FedOpt.fedAdam(state: $0, serverLearningRate: 0.1, convention: .flower)
    },
    Case(name: "FedYogi", mean: [0.5, -1]) {
      try FedOpt.fedYogi(state: $0, serverLearningRate: 0.1)
    },
    Case(name: "SCAFFOLD", mean: [0.5, -1, 2, 3]) {
      try Scaffold(state: $0, option: .meanGradientOfPath, populationWeight: 4)
    },
    Case(name: "FedNova", mean: [0.5, -1, 6]) { try FedNova(state: $0, maximumSteps: 8) },
    Case(name: "FedDyn", mean: [0.5, -1]) {
      try FedDyn(state: $0, regularisation: 0.1, population: 4)
    },
    Case(name: "FedBuff", mean: [0.5, -1]) { try FedBuff(state: $0, bufferSize: 2) },
    Case(name: "Ditto", mean: [0.5, -1]) { try Ditto(state: $0, personalWeight: 0.1) },
  ]

  @Test("Resuming from an encoded state changes no bit", arguments: cases)
  func resumes(_ example: Case) throws {
    var whole = try example.make(start)
    for round in 1...6 {
      try whole.apply(mean(example.mean.map { $0 / Double(round) }))
    }
    var interrupted = try example.make(start)
    for round in 1...6 {
      interrupted = try example.make(Codec.roundTrip(interrupted.state))
      try interrupted.apply(mean(example.mean.map { $0 / Double(round) }))
    }
    #expect(interrupted.state == whole.state)
    #expect(whole.round == 6)
    #expect(whole.model != start.model)
  }

  @Test("A mean that does not fit or overflows is refused without a trace", arguments: cases)
  func refusesMeans(_ example: Case) throws {
    var algorithm = try example.make(start)
    try algorithm.apply(mean(example.mean))
    let before = algorithm.state
    #expect(
      throws: FLMathError.algorithm(
        .dimensionMismatch(
          expected: example.mean.count, found: example.mean.count + 1))
    ) {
      try algorithm.apply(mean(example.mean + [1]))
    }
    #expect(algorithm.contribution.count == example.mean.count)
    #expect(algorithm.state == before)
    // Once or twice the numbers may still be finite.
    let huge = try mean(example.mean.map { _ in .greatestFiniteMagnitude })
    var refused = 0
    for _ in 0..<3 {
      let before = algorithm.state
      do {
        try algorithm.apply(huge)
      } catch {
        refused += 1
        #expect(algorithm.state == before)
      }
    }
    #expect(refused >= 1)
  }

  @Test("A state of another algorithm is refused")
  func foreignStates() throws {
    var momentum = try FedAvgM(state: start)
    try momentum.apply(mean([1, 1]))
    for example in Self.cases where example.name != "FedAvgM" {
      #expect(throws: FLMathError.self, "\(example.name)") {
        try example.make(momentum.state)
      }
    }
    #expect(
      throws: FLMathError.algorithm(.foreignState(expected: ["control"], found: ["momentum"]))
    ) {
      try Scaffold(
        state: momentum.state, option: .meanGradientOfPath, populationWeight: 4)
    }
  }

  @Test("A damaged state is refused with its reason")
  func damagedStates() throws {
    func state(values: String, round: Int, memory: String) -> String {
      """
      {"model": {"layout": [{"name": "w", "shape": [2]}], "values": \(values)},
       "round": \(round), "memory": \(memory)}
      """
    }
    let good = state(values: "[1, 2]", round: 3, memory: #"{"h": [1, 2]}"#)
    #expect(try Codec.decode(ServerState.self, good).memory == ["h": [1, 2]])
    let early = state(values: "[1, 2]", round: -1, memory: "{}")
    #expect(
      try Codec.refusal(ServerState.self, early) as? FLMathError == .algorithm(.invalidRound(-1)))
    let short = state(values: "[1, 2]", round: 1, memory: #"{"h": [1]}"#)
    #expect(
      try Codec.refusal(ServerState.self, short) as? FLMathError
        == .parameters(.countMismatch(expected: 2, found: 1)))
  }

  @Test("More weight than the population has is refused")
  func population() throws {
    var scaffold = try Scaffold(
      state: start, option: .meanGradientOfPath, populationWeight: 1)
    #expect(throws: FLMathError.algorithm(.populationExceeded(expected: 1, found: 2))) {
      try scaffold.apply(mean([0, 0, 0, 0]))
    }
    var fedDyn = try FedDyn(state: start, regularisation: 1, population: 1)
    #expect(throws: FLMathError.algorithm(.populationExceeded(expected: 1, found: 2))) {
      try fedDyn.apply(mean([0, 0]))
    }
  }

  @Test("Refuses hyperparameters out of their ranges")
  func hyperparameters() throws {
    let start = start
    let refused: [(Hyperparameter, Double, () throws -> Any)] = [
      (.proximalWeight, -1, { try FedProx(state: start, proximalWeight: -1) }),
      (.proximalWeight, -1, { try Ditto(state: start, personalWeight: -1) }),
      (.proximalWeight, -1, { try AveragingClient(proximalWeight: -1) }),
      (.decay, 1, { try FedAvgM(state: start, momentum: 1) }),
      (.serverLearningRate, 0, { try FedAvgM(state: start, serverLearningRate: 0) }),
      (.serverLearningRate, 0, { try FedOpt.fedAdam(state: start, serverLearningRate: 0) }),
      (
        .adaptivity, 0,
        { try FedOpt.fedYogi(state: start, serverLearningRate: 1, adaptivity: 0) }
      ),
      (
        .decay, 1,
        {
          try FedOpt(
            state: start, secondMoment: .adam(decay: 1), firstMomentDecay: 0,
            serverLearningRate: 1)
        }
      ),
      (
        .decay, -1,
        {
          try FedOpt(
            state: start, secondMoment: .adagrad, firstMomentDecay: -1, serverLearningRate: 1)
        }
      ),
      (
        .populationWeight, 0,
        { try Scaffold(state: start, option: .meanGradientOfPath, populationWeight: 0) }
      ),
      (
        .serverLearningRate, -1,
        {
          try Scaffold(
            state: start, option: .meanGradientOfPath, populationWeight: 1,
            serverLearningRate: -1)
        }
      ),
      (.maximumSteps, 0, { try FedNova(state: start, maximumSteps: 0) }),
      (.regularisation, 0, { try FedDyn(state: start, regularisation: 0, population: 1) }),
      (.populationWeight, 0, { try FedDyn(state: start, regularisation: 1, population: 0) }),
      (.bufferSize, 0, { try FedBuff(state: start, bufferSize: 0) }),
      (
        .stalenessExponent, -1,
        { try FedBuff(state: start, bufferSize: 1, stalenessExponent: -1) }
      ),
    ]
    for (hyperparameter, found, make) in refused {
      #expect(throws: FLMathError.algorithm(.invalid(hyperparameter, found: found))) { try make() }
    }
  }
}
