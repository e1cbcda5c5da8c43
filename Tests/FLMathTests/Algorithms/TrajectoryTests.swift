import FLMath
import Testing

@Suite("Algorithms on least squares, against the papers in Python")
struct TrajectoryTests {
  let reference: TrajectoryReference
  let objectives: [LeastSquaresObjective]
  let start: ServerState

  init() throws {
    reference = try TrajectoryReference()
    objectives = try reference.objectives()
    start = try reference.start()
  }

  /// Runs `algorithm` for the rounds of a trajectory and compares every model and loss.
  @discardableResult
  private func compare<Algorithm: FederatedAlgorithm>(
    _ algorithm: Algorithm, with name: String, steps: (Int) -> Int = { _ in 5 },
    afterRound: (Int, TrajectoryRun<Algorithm>) throws -> Void = { _, _ in }
  ) throws -> TrajectoryRun<Algorithm> {
    let trajectory = try #require(reference.algorithms[name])
    var run = TrajectoryRun(algorithm, objectives)
    let examples = objectives.map { Double($0.exampleCount) }
    for (index, expected) in trajectory.rounds.enumerated() {
      try run.round(of: trajectory.participants?[index] ?? [0, 1, 2, 3], steps: steps)
      expectClose(run.algorithm.model.values, expected.w, "\(name), round \(index + 1)")
      var loss = 0.0
      for client in objectives.indices {
        loss += try examples[client] * run.objectives[client].loss(at: run.algorithm.model.values)
      }
      expectClose([loss / examples.reduce(0, +)], [expected.loss], "loss of \(name)")
      try afterRound(index, run)
    }
    #expect(run.algorithm.round == 10)
    return run
  }

  private func expectClose(_ found: [Double], _ expected: [Double], _ what: String) {
    #expect(found.count == expected.count, "\(what)")
    for (found, expected) in zip(found, expected) {
      #expect(abs(found - expected) < 1e-10, "\(what)")
    }
  }

  @Test("FedAvg, everybody, two clients a round, one step, and unequal steps")
  func fedAvg() throws {
    let fedAvg = try FederatedAveraging(state: start)
    try compare(fedAvg, with: "fedavg_weighted")
    try compare(fedAvg, with: "fedavg_partial")
    try compare(fedAvg, with: "fedsgd", steps: { _ in 1 })
    try compare(fedAvg, with: "fedavg_same_unequal_steps", steps: { [2, 5, 8, 3][$0] })
  }

  @Test("FedProx")
  func fedProx() throws {
    try compare(FedProx(state: start, proximalWeight: 1), with: "fedprox_mu1")
    try compare(FedProx(state: start, proximalWeight: 0), with: "fedavg_weighted")
  }

  @Test("FedAvgM")
  func fedAvgM() throws {
    try compare(FedAvgM(state: start, momentum: 0.9), with: "fedavgm_beta0.9")
    try compare(FedAvgM(state: start, momentum: 0), with: "fedavg_weighted")
  }

  @Test("FedYogi")
  func fedYogi() throws {
    try compare(
      FedOpt.fedYogi(state: start, serverLearningRate: 0.1, adaptivity: 1e-3), with: "fedyogi")
  }

  @Test(
    "SCAFFOLD I and II, with the server's control variate",
    arguments: [
      ("scaffold_optionI_partial", ScaffoldClient.Option.gradientAtGlobalModel),
      ("scaffold_optionII_partial", .meanGradientOfPath),
    ])
  func scaffold(name: String, option: ScaffoldClient.Option) throws {
    let controls = try #require(reference.algorithms[name]?.server_control)
    try compare(
      Scaffold(state: start, option: option, populationWeight: 4), with: name,
      afterRound: { round, run in
        expectClose(
          run.algorithm.broadcast.control, controls[round], "control of round \(round + 1)")
      })
  }

  @Test("FedDyn with local problems solved to the end")
  func fedDyn() throws {
    // The smallest curvature of a client is above 0.1 with the regulariser, so 3,000 steps of 0.1
    // leave e^-30 of the error.
    try compare(
      FedDyn(state: start, regularisation: 0.1, population: 4), with: "feddyn_alpha0.1_partial",
      steps: { _ in 3_000 })
  }

  @Test("Ditto, the personal models included")
  func ditto() throws {
    let personal = try #require(reference.algorithms["ditto_lambda0.5"]?.personal)
    try compare(
      Ditto(state: start, personalWeight: 0.5), with: "ditto_lambda0.5",
      afterRound: { round, run in
        for client in 0..<4 {
          expectClose(run.clients[client].personal, personal[round][client], "client \(client)")
        }
      })
  }

  @Test("FedNova with equal steps is FedAvg, and with unequal ones is not")
  func fedNova() throws {
    let fedNova = try FedNova(state: start, maximumSteps: 8)
    try compare(fedNova, with: "fedavg_weighted")
    var run = TrajectoryRun(fedNova, objectives)
    try run.round(of: [0, 1, 2, 3], steps: { [2, 5, 8, 3][$0] })
    let averaged = try #require(reference.algorithms["fedavg_same_unequal_steps"]?.rounds[0].w)
    #expect(run.algorithm.model.values != averaged)
  }
}
