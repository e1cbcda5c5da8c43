import FLMath
import Testing

@Suite("Erasure, compared with training again")
struct ErasureTests {
  /// Everybody but the poisoned client from the start, that one from round 4 on.
  private static func history() throws -> ParticipationHistory {
    let everybody = Array(1...10 as ClosedRange<UInt32>)
    let rounds = (0..<12).map { (round: Int) -> [UInt32] in
      round >= 4 ? everybody.reversed() : everybody.filter { $0 != ErasureSimulation.poisoned }
    }
    return try ParticipationHistory(rounds: rounds)
  }

  /// The models before every round and after the last.
  private static func train(
    _ simulation: ErasureSimulation, _ rounds: [[UInt32]]
  ) throws -> [ParameterVector] {
    var models = [simulation.initial]
    for (number, clients) in rounds.enumerated() {
      var model = models[number]
      try simulation.round(&model, number, clients)
      models.append(model)
    }
    return models
  }

  @Test(
    "From the checkpoint before a client's first round the same model comes out as from the start")
  func checkpoint() throws {
    let simulation = try ErasureSimulation()
    let history = try Self.history()
    let models = try Self.train(simulation, history.rounds)
    #expect(history.firstRound(of: ErasureSimulation.poisoned) == 4)
    #expect(history.firstRound(of: 11) == nil)

    let erased: Set<UInt32> = [ErasureSimulation.poisoned]
    let plan = try RetrainingPlan(erasing: erased, from: history, checkpoints: [0, 3, 6, 9])
    #expect(plan.checkpoint == 3)
    #expect(plan.rounds.map(\.number) == Array(3..<12))
    #expect(plan.rounds.allSatisfy { $0.clients == Array(1...9) })
    #expect(plan.costShare == 81.0 / 116)
    let replayed = try plan.replay(from: models[3]) { model, number, clients in
      try simulation.round(&model, number, clients)
    }

    let fromStart = try RetrainingPlan(erasing: erased, from: history, checkpoints: [0])
    let full = try fromStart.replay(from: simulation.initial) { model, number, clients in
      try simulation.round(&model, number, clients)
    }
    #expect(replayed == full)
    #expect(replayed != models[12])
  }

  @Test("A client that never took part costs nothing, rounds without anybody are passed over")
  func edges() throws {
    let history = try ParticipationHistory(rounds: [[3, 1], [2], [1, 3]])
    let untouched = try RetrainingPlan(erasing: [9], from: history, checkpoints: [0])
    #expect(untouched.checkpoint == nil && untouched.rounds.isEmpty && untouched.costShare == 0)
    let unchanged: Int = untouched.replay(from: 5) { (state: inout Int, _, _) in state += 1 }
    #expect(unchanged == 5)
    let plan = try RetrainingPlan(erasing: [2], from: history, checkpoints: [0, 1, 2])
    #expect(plan.checkpoint == 1)
    let replayed: [Int] = plan.replay(from: []) { (seen: inout [Int], number, _) in
      seen.append(number)
    }
    #expect(replayed == [2])
    #expect(throws: FLMathError.erasure(.noCheckpoint(before: 1))) {
      try RetrainingPlan(erasing: [2], from: history, checkpoints: [2])
    }
    for checkpoints: [Int] in [[1, 0], [0, 0], [0, 4], [-1]] {
      #expect(throws: FLMathError.erasure(.invalidCheckpoints(rounds: 3))) {
        try RetrainingPlan(erasing: [2], from: history, checkpoints: checkpoints)
      }
    }
    #expect(throws: FLMathError.erasure(.duplicateClient(4, round: 1))) {
      try ParticipationHistory(rounds: [[1], [4, 2, 4]])
    }
    #expect(try Codec.roundTrip(history) == history)
    let refusal = try Codec.refusal(ParticipationHistory.self, "[[1],[4,2,4]]")
    #expect(refusal as? FLMathError == .erasure(.duplicateClient(4, round: 1)))
  }

  @Test("Only the shard of an erased client is trained again, to the model it would have had")
  func shards() throws {
    let simulation = try ErasureSimulation()
    var generator = SimulationGenerator(seed: 3)
    let assignment = try ShardAssignment(Array(1...10), shards: 3, using: &generator)
    #expect(assignment.shards.flatMap { $0 }.sorted() == Array(1...10))
    #expect(assignment.shards.map(\.count).sorted() == [3, 3, 4])
    func train(_ clients: [UInt32]) throws -> ParameterVector {
      var model = simulation.initial
      for number in 0..<8 { try simulation.round(&model, number, clients) }
      return model
    }
    let ensemble = try ShardEnsemble(assignment.shards.map(train), of: assignment)

    let erased = ErasureSimulation.poisoned
    let touched = assignment.shards(touchedBy: [erased])
    let shard = try #require(assignment.shard(of: erased))
    #expect(touched == [shard])
    let rounds = [[UInt32]](repeating: assignment.shards[shard], count: 8)
    let plan = try RetrainingPlan(
      erasing: [erased], from: ParticipationHistory(rounds: rounds), checkpoints: [0])
    let retrained = try plan.replay(from: simulation.initial) { model, number, clients in
      try simulation.round(&model, number, clients)
    }
    let after = try ensemble.replacing(shard: shard, by: retrained)
    let full = try assignment.shards.map { try train($0.filter { $0 != erased }) }
    #expect(after.models == full)

    let accuracy = try after.accuracy(simulation.model, on: simulation.test)
    #expect(accuracy >= 0.95, "\(accuracy)")
    let alone = try ShardEnsemble(
      [full[0]], of: ShardAssignment([1], shards: 1, using: &generator))
    #expect(
      try alone.predict(simulation.model, on: simulation.test)
        == simulation.model.predict(full[0], on: simulation.test))
  }

  @Test("Shards touched on average, by hand; shards that cannot be")
  func expectedTouched() throws {
    #expect(abs(ShardAssignment.expectedTouched(shards: 10, erased: 1) - 1) < 1e-15)
    #expect(abs(ShardAssignment.expectedTouched(shards: 2, erased: 2) - 1.5) < 1e-15)
    #expect(ShardAssignment.expectedTouched(shards: 5, erased: 0) == 0)
    var generator = SimulationGenerator(seed: 3)
    for count in [0, 4] {
      #expect(throws: FLMathError.erasure(.invalidShards(clients: 3, found: count))) {
        try ShardAssignment([1, 2, 3], shards: count, using: &generator)
      }
    }
    #expect(throws: FLMathError.erasure(.duplicateClient(1, round: 0))) {
      try ShardAssignment([1, 2, 1], shards: 2, using: &generator)
    }
  }

  @Test(
    "FedEraser comes nearer to full retraining than the model as it was, for a fifth of the work")
  func fedEraser() throws {
    let simulation = try ErasureSimulation()
    let everybody = Array(1...10 as ClosedRange<UInt32>)
    var model = simulation.initial
    var kept: [UpdateHistory.Round] = []
    for number in 0..<12 {
      let updates = try everybody.map {
        (
          contributor: $0,
          update: try simulation.update(from: model, client: $0, round: number)
        )
      }
      kept.append(.init(number: number, updates: updates))
      model = try ErasureSimulation.moved(model, by: WeightedMean.of(updates))
    }
    var full = simulation.initial
    for number in 0..<12 {
      try simulation.round(&full, number, everybody.filter { $0 != ErasureSimulation.poisoned })
    }

    let history = try UpdateHistory(kept, dimension: simulation.initial.values.count)
    var trainings = 0
    let erased = try FedEraser.reconstruct(
      erasing: [ErasureSimulation.poisoned], from: history, initial: simulation.initial
    ) { model, client, round in
      trainings += 1
      #expect(client != ErasureSimulation.poisoned && round > 0)
      return try simulation.update(from: model, client: client, round: round, epochs: 1).delta
    }
    #expect(trainings == 11 * 9)
    let before = ErasureSimulation.distance(model, full)
    let after = ErasureSimulation.distance(erased, full)
    #expect(after < before / 2, "\(after) against \(before)")
    let accuracy = try simulation.model.accuracy(erased, on: simulation.test)
    let wanted = try simulation.model.accuracy(full, on: simulation.test)
    #expect(abs(accuracy - wanted) <= 0.02, "\(accuracy) against \(wanted)")
  }

  @Test("A calibrated update has the old length and the new direction")
  func calibration() throws {
    #expect(try FedEraser.calibrated(kept: [3, 4], retrained: [0, -2]) == [0, -5])
    #expect(try FedEraser.calibrated(kept: [3, 4], retrained: [0, 0]) == [0, 0])
    #expect(try FedEraser.calibrated(kept: [0, 0], retrained: [1, 0]) == [0, 0])
    #expect(throws: FLMathError.erasure(.dimensionMismatch(expected: 2, found: 1))) {
      try FedEraser.calibrated(kept: [3, 4], retrained: [1])
    }
    #expect(throws: FLMathError.erasure(.unusableUpdate)) {
      try FedEraser.calibrated(kept: [3, 4], retrained: [1, .nan])
    }
  }

  private struct Failed: Error {}

  private static func round(_ number: Int, _ delta: [Double]) -> UpdateHistory.Round {
    UpdateHistory.Round(
      number: number, updates: [(contributor: 7, update: ClientUpdate(delta: delta, weight: 1))])
  }

  @Test("Damaged histories are refused")
  func damagedHistories() throws {
    #expect(throws: FLMathError.erasure(.invalidRounds)) {
      try UpdateHistory([Self.round(1, [1]), Self.round(1, [1])], dimension: 1)
    }
    #expect(throws: FLMathError.erasure(.dimensionMismatch(expected: 1, found: 2))) {
      try UpdateHistory([Self.round(0, [1, 2])], dimension: 1)
    }
    #expect(throws: FLMathError.self) {
      try UpdateHistory([Self.round(0, [.nan])], dimension: 1)
    }
  }

  @Test("The first round is used as kept, a failing training is passed on")
  func reconstruction() throws {
    let initial = ParameterVector.zeros(try ParameterLayout([.init(name: "a", shape: [1])]))
    let history = try UpdateHistory([Self.round(0, [2]), Self.round(3, [4])], dimension: 1)
    func backwards(_ model: ParameterVector, _ client: UInt32, _ round: Int) throws(Failed)
      -> [Double]
    {
      #expect(model.values == [2] && client == 7 && round == 3)
      return [-1]
    }
    func failing(_ model: ParameterVector, _ client: UInt32, _ round: Int) throws(Failed)
      -> [Double]
    {
      throw Failed()
    }
    let result = try FedEraser.reconstruct(
      erasing: [], from: history, initial: initial, train: backwards)
    #expect(result.values == [-2])
    let emptied = try FedEraser.reconstruct(
      erasing: [7], from: history, initial: initial, train: backwards)
    #expect(emptied.values == [0])
    do throws(ReconstructionError<Failed>) {
      _ = try FedEraser.reconstruct(
        erasing: [], from: history, initial: initial, train: failing)
      Issue.record("a failing training was passed over")
    } catch {
      guard case .training(_, client: 7, round: 3) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }
}
