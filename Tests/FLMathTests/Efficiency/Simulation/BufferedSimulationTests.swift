import FLMath
import Testing

@Suite("Simulation of buffered asynchronous training")
struct BufferedSimulationTests {
  private let start: ServerState

  init() throws {
    let layout = try ParameterLayout([.init(name: "weights", shape: [1])])
    start = ServerState(model: .zeros(layout))
  }

  private func device(
    secondsPerStep: Double, dropout: Double = 0
  ) throws -> SimulatedDevice<LeastSquaresObjective> {
    SimulatedDevice(
      profile: try DeviceProfile(
        secondsPerStep: secondsPerStep, downlink: 4, uplink: 4, dropoutProbability: dropout),
      objective: try LeastSquaresObjective(features: [[1]], targets: [1]))
  }

  private func simulation(
    _ devices: [SimulatedDevice<LeastSquaresObjective>], bufferSize: Int, concurrency: Int,
    optedOut: Set<UInt32> = [], seed: UInt64 = 1
  ) throws -> BufferedSimulation<LeastSquaresObjective> {
    try BufferedSimulation(
      FedBuff(state: start, bufferSize: bufferSize), devices: devices, concurrency: concurrency,
      descent: StochasticGradientDescent(learningRate: 0.5, batchSize: 1, epochs: 1),
      optedOut: optedOut, seed: seed)
  }

  @Test("A slow device holds nobody up, and its update comes discounted by its age")
  func staleness() throws {
    var simulation = try simulation(
      [device(secondsPerStep: 1), device(secondsPerStep: 9)], bufferSize: 1, concurrency: 2)
    var ends: [Double] = []
    var late: [Double] = []
    for _ in 0..<4 {
      let buffer = try simulation.collect()
      ends.append(buffer.end)
      let update = buffer.updates[0]
      if update.contributor == 1 { late = update.update.delta }
      try simulation.apply(WeightedMean.of(buffer.updates), of: buffer)
    }
    // The fast one needs 3 s, the slow one 11: it started from 0 and comes three rounds later.
    #expect(ends == [3, 6, 9, 11])
    #expect(late == [0.25])
    #expect(simulation.algorithm.model.values == [0.875 + 0.25])
    #expect(simulation.algorithm.round == 4)
  }

  @Test("A client is in a buffer once")
  func distinct() throws {
    var simulation = try simulation(
      [device(secondsPerStep: 1), device(secondsPerStep: 50)], bufferSize: 2, concurrency: 2)
    let buffer = try simulation.collect()
    #expect(buffer.updates.map(\.contributor) == [0, 1])
    #expect(buffer.end == 52)
    #expect(buffer.cohort.scheme.rate == 1)
    #expect(buffer.bytesDown == 8 && buffer.bytesUp == 8)
  }

  @Test("Clients that have opted out or vanish fill no buffer")
  func nobody() throws {
    var fewer = try simulation(
      [device(secondsPerStep: 1), device(secondsPerStep: 1)], bufferSize: 2, concurrency: 2,
      optedOut: [0])
    #expect(throws: FLMathError.simulation(.nobodyComes(needed: 2, found: 1))) {
      try fewer.collect()
    }
    var vanishing = try simulation(
      [device(secondsPerStep: 1, dropout: 1)], bufferSize: 1, concurrency: 1)
    #expect(throws: FLMathError.simulation(.nobodyComes(needed: 1, found: 0))) {
      try vanishing.collect()
    }
  }

  @Test("The seed decides everything", arguments: 1...3 as ClosedRange<UInt64>)
  func deterministic(seed: UInt64) throws {
    let devices = try (0..<8).map { try device(secondsPerStep: Double($0 + 1), dropout: 0.2) }
    func play(_ seed: UInt64) throws -> ([SimulationEvent], ParameterVector) {
      var simulation = try simulation(devices, bufferSize: 3, concurrency: 5, seed: seed)
      var events: [SimulationEvent] = []
      for _ in 0..<5 {
        let buffer = try simulation.collect()
        events += buffer.events
        try simulation.apply(WeightedMean.of(buffer.updates), of: buffer)
      }
      return (events, simulation.algorithm.model)
    }
    let (once, again, other) = (try play(seed), try play(seed), try play(seed + 100))
    #expect(once == again)
    #expect(once.0 != other.0)
  }

  @Test("Over devices of very different speed it is faster than rounds")
  func faster() throws {
    let devices = try (0..<10).map { try device(secondsPerStep: $0 == 9 ? 100 : 1) }
    var buffered = try simulation(devices, bufferSize: 5, concurrency: 10)
    while buffered.algorithm.model.values[0] < 0.99 {
      let buffer = try buffered.collect()
      try buffered.apply(WeightedMean.of(buffer.updates), of: buffer)
    }
    var rounds = try FederatedSimulation(
      FederatedAveraging(state: start), devices: devices,
      selection: UniformSelection(size: 10), policy: RoundPolicy(reportGoal: 10),
      descent: StochasticGradientDescent(learningRate: 0.5, batchSize: 1, epochs: 1), seed: 1)
    while rounds.algorithm.model.values[0] < 0.99 { try rounds.advance() }
    #expect(buffered.time * 10 < rounds.time)
  }
}
