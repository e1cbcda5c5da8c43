import FLMath
import Testing

@Suite("Simulation of rounds")
struct SimulationTests {
  private typealias Device = SimulatedDevice<LeastSquaresObjective>
  private typealias Simulation = FederatedSimulation<
    FederatedAveraging, LeastSquaresObjective, UniformSelection
  >

  private let start: ServerState

  init() throws {
    let layout = try ParameterLayout([.init(name: "weights", shape: [1])])
    start = ServerState(model: .zeros(layout))
  }

  /// A client that wants to be at `target`, with a step for each of `examples` in an epoch.
  private func device(
    secondsPerStep: Double = 1, target: Double = 1, examples: Int = 1,
    availability: DeviceProfile.Availability = .always, dropout: Double = 0
  ) throws -> Device {
    Device(
      profile: try DeviceProfile(
        secondsPerStep: secondsPerStep, downlink: 4, uplink: 2, availability: availability,
        dropoutProbability: dropout),
      objective: try LeastSquaresObjective(
        features: [[Double]](repeating: [1], count: examples),
        targets: [Double](repeating: target, count: examples)))
  }

  private func simulation(
    _ devices: [Device], select size: Int, _ policy: RoundPolicy, epochs: Int = 1,
    optedOut: Set<UInt32> = [], seed: UInt64 = 1
  ) throws -> Simulation {
    try FederatedSimulation(
      FederatedAveraging(state: start), devices: devices,
      selection: UniformSelection(size: size), policy: policy,
      descent: StochasticGradientDescent(learningRate: 0.5, batchSize: 1, epochs: epochs),
      optedOut: optedOut, seed: seed)
  }

  @Test("A round takes as long as its slowest device: receiving, steps, sending")
  func duration() throws {
    // One parameter of 4 bytes: 1 s down, 2 s up.
    var simulation = try simulation(
      [device(secondsPerStep: 1), device(secondsPerStep: 5, examples: 2)], select: 2,
      RoundPolicy(reportGoal: 2), epochs: 3)
    let round = try simulation.collect()
    #expect(round.start == 0 && round.end == 33 && simulation.time == 33)
    #expect(
      round.events == [
        .init(time: 0, kind: .selected(client: 0)), .init(time: 0, kind: .selected(client: 1)),
        .init(time: 6, kind: .reported(client: 0, steps: 3)),
        .init(time: 33, kind: .reported(client: 1, steps: 6)),
        .init(time: 33, kind: .closed(.goalReached)),
      ])
    #expect(round.bytesDown == 8 && round.bytesUp == 8 && simulation.bytes == 16)
    try simulation.apply(WeightedMean.of(round.updates), of: round)
    // From 0 towards 1 by halves: 7/8 after three steps and 63/64 after six, weights 1 and 2.
    #expect(abs(simulation.algorithm.model.values[0] - (7.0 / 8 + 2 * 63.0 / 64) / 3) < 1e-12)
  }

  @Test("With over-selection the fastest make the round")
  func overSelection() throws {
    let devices = try [9.0, 1, 5, 2].map { try device(secondsPerStep: $0) }
    var simulation = try simulation(devices, select: 4, RoundPolicy(reportGoal: 2))
    let round = try simulation.collect()
    #expect(round.updates.map(\.contributor) == [1, 3])
    #expect(round.end == 5)
    #expect(
      round.events.suffix(3) == [
        .init(time: 5, kind: .cutOff(client: 0)), .init(time: 5, kind: .cutOff(client: 2)),
        .init(time: 5, kind: .closed(.goalReached)),
      ])
    // The draw was of four, whoever made it: nothing more may be claimed.
    #expect(round.cohort.scheme == .fixedSize(4, population: 4))
  }

  @Test("At the deadline stragglers are too late, or hand in partial work")
  func deadline() throws {
    let devices = [try device(secondsPerStep: 1), try device(secondsPerStep: 4)]
    for (stragglers, contributors) in [
      (RoundPolicy.Stragglers.tooLate, [0 as UInt32]), (.partialWork, [0, 1]),
    ] {
      var simulation = try simulation(
        devices, select: 2,
        RoundPolicy(reportGoal: 2, deadline: 12, stragglers: stragglers), epochs: 4)
      let round = try simulation.collect()
      #expect(round.updates.map(\.contributor) == contributors)
      if stragglers == .partialWork {
        // 9 s are left for steps: two of four.
        #expect(
          round.events.contains(.init(time: 11, kind: .reported(client: 1, steps: 2))))
        #expect(round.updates[1].update.delta == [0.75])
      } else {
        #expect(round.end == 12)
        #expect(round.events.last?.kind == .closed(.deadline))
      }
    }
  }

  @Test("Partial work that just fits is in time, however the times round")
  func tightDeadlines() throws {
    for step in 1...10 {
      for fitting in 2...12 {
        let seconds = 0.1 * Double(step)
        var simulation = try simulation(
          [device(secondsPerStep: seconds)], select: 1,
          RoundPolicy(
            reportGoal: 1, deadline: 3 + seconds * Double(fitting), stragglers: .partialWork),
          epochs: 50)
        for _ in 0..<20 {
          let round = try simulation.collect()
          #expect(round.updates.count == 1, "\(fitting) steps of \(seconds) s")
        }
      }
    }
  }

  @Test("A round with too few reports is given up")
  func givenUp() throws {
    var simulation = try simulation(
      [device(dropout: 1), device()], select: 2, RoundPolicy(reportGoal: 2, minimumReports: 2))
    let round = try simulation.collect()
    #expect(round.isGivenUp && round.updates.isEmpty)
    #expect(round.events.last?.kind == .closed(.nobodyLeft))
    #expect(try simulation.advance(attempts: 3).count == 3)
    #expect(simulation.algorithm.round == 0)
  }

  @Test("Devices drop out as often as their profile says")
  func dropouts() throws {
    var simulation = try simulation(
      (0..<100).map { _ in try device(dropout: 0.3) }, select: 100,
      RoundPolicy(reportGoal: 100))
    var reports = 0
    for _ in 0..<50 { reports += try simulation.collect().updates.count }
    // 3,500 expected, deviation 32.
    #expect(abs(reports - 3_500) < 200)
  }

  @Test("Who leaves before it is done is lost, and the clock waits for who comes")
  func availability() throws {
    // There from 10 to 14 and every 20 s after that: too short for 1 + 4 + 2 s of work.
    let brief = DeviceProfile.Availability.periodic(period: 20, duration: 4, offset: 10)
    let long = DeviceProfile.Availability.periodic(period: 20, duration: 8, offset: 10)
    var simulation = try simulation(
      [
        device(secondsPerStep: 4, availability: brief),
        device(secondsPerStep: 4, availability: long),
      ],
      select: 2, RoundPolicy(reportGoal: 2))
    let first = try simulation.collect()
    #expect(first.events.first == .init(time: 10, kind: .selected(client: 0)))
    #expect(first.updates.map(\.contributor) == [1])
    #expect(first.events.contains(.init(time: 14, kind: .droppedOut(client: 0))))
    #expect(first.end == 17)
    // At 17 one of the two is there, and alone it is too few; both are again at 30.
    #expect(try simulation.collect().events.first?.time == 30)
  }

  @Test("If never enough devices come, the simulation says so")
  func nobodyComes() throws {
    let early = DeviceProfile.Availability.periodic(period: 10, duration: 2, offset: 0)
    let late = DeviceProfile.Availability.periodic(period: 10, duration: 2, offset: 5)
    var simulation = try simulation(
      [device(availability: early), device(availability: late)], select: 2,
      RoundPolicy(reportGoal: 2))
    #expect(throws: FLMathError.simulation(.nobodyComes(needed: 2, found: 1))) {
      try simulation.collect()
    }
    var optedOut = try self.simulation(
      [device(), device()], select: 2, RoundPolicy(reportGoal: 2), optedOut: [1])
    #expect(throws: FLMathError.simulation(.nobodyComes(needed: 2, found: 1))) {
      try optedOut.collect()
    }
  }

  @Test("The seed decides everything", arguments: 1...5 as ClosedRange<UInt64>)
  func deterministic(seed: UInt64) throws {
    let devices = try (0..<10).map {
      try device(secondsPerStep: Double($0 + 1), target: Double($0), examples: 4, dropout: 0.2)
    }
    let policy = try RoundPolicy(reportGoal: 3, deadline: 30, stragglers: .partialWork)
    func play(_ seed: UInt64) throws -> (ParameterVector, Double, [SimulationEvent]) {
      var simulation = try simulation(devices, select: 5, policy, seed: seed)
      let rounds = try (0..<5).flatMap { _ in try simulation.advance() }
      return (simulation.algorithm.model, simulation.time, rounds.flatMap(\.events))
    }
    let (once, again, other) = (try play(seed), try play(seed), try play(seed + 100))
    #expect(once == again)
    #expect(once.2 != other.2)
  }

  @Test("Only clients in the mean remember the round")
  func memory() throws {
    var simulation = try FederatedSimulation(
      Scaffold(state: start, option: .meanGradientOfPath, populationWeight: 2),
      devices: [device(), device()], selection: UniformSelection(size: 2),
      policy: RoundPolicy(reportGoal: 2),
      descent: StochasticGradientDescent(learningRate: 0.5, batchSize: 1, epochs: 1), seed: 1)
    let round = try simulation.collect()
    // Client 1 got lost in the secure sum.
    try simulation.apply(WeightedMean.of([round.updates[0]]), of: round)
    #expect(simulation.clients[0].control == [-1])
    #expect(simulation.clients[1].control == [])
    let mean = try WeightedMean(mean: [0, 0], totalWeight: 1, contributors: [7])
    #expect(throws: FLMathError.simulation(.foreignContributor(7))) {
      try simulation.apply(mean, of: round)
    }
  }

  @Test("Rules that ask or learn are served: the model goes to whoever has most to learn")
  func informedSelection() throws {
    let devices = try (0..<6).map { try device(target: Double($0)) }
    let descent = try StochasticGradientDescent(learningRate: 0.5, batchSize: 1, epochs: 1)
    var choosing = try FederatedSimulation(
      FederatedAveraging(state: start), devices: devices,
      selection: PowerOfChoice(
        size: 2, asked: 6,
        examples: Dictionary(uniqueKeysWithValues: (0..<6 as Range<UInt32>).map { ($0, 1) })),
      policy: RoundPolicy(reportGoal: 2), descent: descent, seed: 1)
    let round = try choosing.collect()
    #expect(round.cohort.clients == [4, 5])
    // Asked: 1 s down and one step. The round after that: 1 + 1 + 2 s.
    #expect(round.end == 6)
    #expect(round.bytesDown == 8 * 4)

    var guided = try FederatedSimulation(
      FederatedAveraging(state: start), devices: devices,
      selection: Oort(size: 6, preferredDuration: 10), policy: RoundPolicy(reportGoal: 6),
      descent: descent, seed: 1)
    try guided.advance()
    // The loss at 0 is target^2 / 2. The 95 % quantile of six is the largest.
    for client in 0..<6 as Range<UInt32> {
      #expect(guided.selection.utility(of: client) == Double(client * client) / 2)
    }
  }

  @Test("Time to accuracy is the first point that is good enough")
  func learningCurve() {
    var curve = LearningCurve()
    for (round, quality) in [0.2, 0.7, 0.6, 0.8].enumerated() {
      curve.append(time: 10 * Double(round), round: round, bytes: round, quality: quality)
    }
    #expect(curve.firstReaching(0.6)?.time == 10)
    #expect(curve.firstReaching(0.75)?.round == 3)
    #expect(curve.firstReaching(0.9) == nil)
  }

  @Test("Refuses impossible profiles and policies")
  func refuses() throws {
    for (step, down, up, chance) in [
      (0, 1, 1, 0), (1, -1, 1, 0), (1, 1, .infinity, 0), (1, 1, 1, 1.5), (1, 1, 1, .nan),
    ] as [(Double, Double, Double, Double)] {
      #expect(throws: FLMathError.self) {
        try DeviceProfile(
          secondsPerStep: step, downlink: down, uplink: up, dropoutProbability: chance)
      }
    }
    for (period, duration, offset) in [(0, 1, 0), (10, 11, 0), (10, 0, 0), (10, 5, .infinity)]
      as [(Double, Double, Double)]
    {
      #expect(throws: FLMathError.self) {
        try DeviceProfile(
          secondsPerStep: 1, downlink: 1, uplink: 1,
          availability: .periodic(period: period, duration: duration, offset: offset))
      }
    }
    #expect(throws: FLMathError.self) { try RoundPolicy(reportGoal: 0) }
    #expect(throws: FLMathError.self) { try RoundPolicy(reportGoal: 2, minimumReports: 3) }
    #expect(throws: FLMathError.self) { try RoundPolicy(reportGoal: 2, deadline: 0) }
    #expect(throws: FLMathError.simulation(.noDevices)) {
      try simulation([], select: 1, RoundPolicy(reportGoal: 1))
    }
  }
}
