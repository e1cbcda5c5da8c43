import FLMath
import Testing

@Suite("Server optimisers, against Flower and the papers")
struct ServerOptimiserTests {
  private let reference: FlowerReference
  private let start: ServerState

  init() throws {
    reference = try FlowerReference()
    let layout = try ParameterLayout([.init(name: "weights", shape: [reference.w0.count])])
    start = ServerState(model: try ParameterVector(layout: layout, values: reference.w0))
  }

  private func run(_ strategy: String) throws -> FlowerReference.Run {
    try #require(
      (reference.strategies + reference.paper_oracles).first { $0.strategy == strategy })
  }

  /// Feeds the reference's updates to `algorithm` and compares models and memories.
  private func compare(
    _ algorithm: some FederatedAlgorithm, with run: FlowerReference.Run
  ) throws {
    var algorithm = algorithm
    for (round, expected) in run.rounds.enumerated() {
      let updates = zip(reference.deltas[round], reference.num_examples).enumerated().map {
        (
          contributor: UInt32($0.offset),
          update: ClientUpdate(delta: $0.element.0, weight: $0.element.1)
        )
      }
      try algorithm.apply(WeightedMean.of(updates))
      let state = algorithm.state
      let pairs: [(String, [Double]?, [Double]?)] = [
        ("model", state.model.values, expected.w),
        // Flower's momentum is that of the negated update.
        ("momentum", state.memory["momentum"], expected.momentum?.map { -$0 }),
        ("first moment", state.memory["first moment"], expected.m_t),
        ("second moment", state.memory["second moment"], expected.v_t),
      ]
      for (name, found, expected) in pairs {
        #expect(found?.count == expected?.count, "\(run.strategy) \(name)")
        for (found, expected) in zip(found ?? [], expected ?? []) {
          #expect(abs(found - expected) < 1e-12, "\(run.strategy) \(name), round \(round + 1)")
        }
      }
    }
    #expect(algorithm.round == run.rounds.count)
  }

  @Test("FedAvg")
  func fedAvg() throws {
    try compare(FederatedAveraging(state: start), with: run("FedAvg"))
  }

  @Test("FedAvgM")
  func fedAvgM() throws {
    let run = try run("FedAvgM")
    try compare(
      FedAvgM(
        state: start, momentum: #require(run.params.server_momentum),
        serverLearningRate: #require(run.params.server_learning_rate)),
      with: run)
  }

  @Test(
    "FedAdam, FedYogi and FedAdagrad, each by its convention",
    arguments: ["FedAdam", "FedAdagrad", "paper_adam", "paper_yogi", "paper_adagrad"])
  func adaptive(strategy: String) throws {
    let run = try run(strategy)
    let secondMoment: FedOpt.SecondMoment =
      switch strategy {
      case "FedAdam", "paper_adam": .adam(decay: try #require(run.params.beta_2))
      case "paper_yogi": .yogi(decay: try #require(run.params.beta_2))
      default: .adagrad
      }
    try compare(
      FedOpt(
        state: start, secondMoment: secondMoment, firstMomentDecay: run.params.beta_1 ?? 0,
        serverLearningRate: #require(run.params.eta), adaptivity: #require(run.params.tau),
        convention: strategy.hasPrefix("paper") ? .paper : .flower),
      with: run)
  }

  @Test("The factories are the paper's settings")
  func factories() throws {
    let adam = try run("paper_adam")
    try compare(
      FedOpt.fedAdam(state: start, serverLearningRate: #require(adam.params.eta)), with: adam)
    let yogi = try run("paper_yogi")
    try compare(
      FedOpt.fedYogi(state: start, serverLearningRate: #require(yogi.params.eta)), with: yogi)
    let adagrad = try run("paper_adagrad")
    try compare(
      FedOpt.fedAdagrad(state: start, serverLearningRate: #require(adagrad.params.eta)),
      with: adagrad)
  }
}
