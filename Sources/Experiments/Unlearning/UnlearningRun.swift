package import FLMath
import FLRecords
import FLReport
import SecAgg

/// Trains with a client that joins late and opts out at the end, then erases it in several ways and compares them. The
/// contributors of each round come from an audit log.
package struct UnlearningRun: Sendable {
  let population: Population<SoftmaxRegression>
  let settings: UnlearningRecord.Settings

  /// The client that is erased.
  let erased: UInt32 = 1

  package init(
    population: Population<SoftmaxRegression>, settings: UnlearningRecord.Settings
  ) {
    self.population = population
    self.settings = settings
  }

  var training: SecureTraining {
    SecureTraining(population: population, dropout: settings.dropout)
  }

  var everybody: [UInt32] { [UInt32](1...UInt32(settings.clients)) }

  /// How many rounds all ways take together, for progress: the training itself, the same again, from
  /// the checkpoint on, each shard, and one shard again.
  package var totalRounds: Int {
    let checkpoint =
      (settings.firstRound - 1) / settings.checkpointInterval * settings.checkpointInterval
    return settings.rounds * (4 + settings.shards) - checkpoint
  }

  /// - Parameters:
  ///   - trail: where the training's sums and the opt-out are recorded.
  ///   - progress: called with the number of further rounds that are done.
  package func run(_ trail: AuditTrail, progress: (Int) -> Void) async throws -> UnlearningRecord {
    var checkpoints: [Int: ParameterVector] = [:]
    var kept: [UpdateHistory.Round] = []
    var original = SecureTraining.State(population.initialModel)
    for number in 0..<settings.rounds {
      if number.isMultiple(of: settings.checkpointInterval) {
        checkpoints[number] = original.model
      }
      try await recordedRound(&original, number, trail)
      if number.isMultiple(of: settings.keepInterval), !original.updates.isEmpty {
        kept.append(UpdateHistory.Round(number: number, updates: original.updates))
      }
      progress(1)
    }
    try trail.optOut(erased)
    let history = try trail.participants(rounds: settings.rounds)
    let account = try Self.account(of: trail.history(of: erased), trail)
    guard !account.rounds.isEmpty else { throw NothingToErase() }
    var record = UnlearningRecord(
      settings: settings, client: account,
      originalAccuracy: try population.accuracy(original.model), originalEnsembleAccuracy: 0,
      sumsEqual: original.sumsEqual)

    let initial = [0: population.initialModel]
    let full = try await retrained(history, initial, &record, trail, progress)
    try add("full retraining", full.model, full.share, from: full.model, to: &record)
    let late = try await retrained(history, checkpoints, &record, nil, progress)
    try add("from the checkpoint", late.model, late.share, from: full.model, to: &record)
    try await addShards(to: &record, progress)
    let eraser = try fedEraser(UpdateHistory(kept, dimension: full.model.layout.count))
    let total = history.rounds.reduce(0) { $0 + $1.count }
    try add(
      "FedEraser", eraser.model, eraser.trainings / Double(total), from: full.model,
      isExact: false, to: &record)
    return record
  }

  /// One round of the training with all clients that have joined and have not opted out.
  private func recordedRound(
    _ state: inout SecureTraining.State, _ number: Int, _ trail: AuditTrail
  ) async throws {
    let optOuts = trail.optOuts
    let joined = everybody.filter { $0 != erased || number + 1 >= settings.firstRound }
    let clients = try Candidates(joined, optedOut: optOuts.clients).clients
    let before = state.model
    let released = try await training.round(&state, number, clients, leaving: .anywhere)
    guard let released else { return }
    try trail.record(
      round: number + 1, contributors: released.contributors, of: clients,
      in: released.parameters, model: before, selectedWith: optOuts)
  }

  private static func account(
    of history: ClientHistory, _ trail: AuditTrail
  ) -> UnlearningRecord.Client {
    UnlearningRecord.Client(
      number: Int(history.client), rounds: history.rounds.map { $0 - trail.earlierRounds },
      optedOutAtLine: history.changes.last.map(\.line) ?? 0)
  }

  /// Trains again without the client, from the latest of some checkpoints that will do.
  ///
  /// - Parameter trail: where the new sums are recorded: the log takes none with the client in it.
  private func retrained(
    _ history: ParticipationHistory, _ checkpoints: [Int: ParameterVector],
    _ record: inout UnlearningRecord, _ trail: AuditTrail?,
    _ progress: (Int) -> Void
  ) async throws -> (model: ParameterVector, share: Double) {
    let plan = try RetrainingPlan(
      erasing: [erased], from: history, checkpoints: checkpoints.keys.sorted())
    guard let start = plan.checkpoint.flatMap({ checkpoints[$0] }) else {
      throw NothingToErase()
    }
    let state = try await training.replay(
      plan.rounds.map { ($0.number, $0.clients) }, from: SecureTraining.State(start),
      leaving: .afterMaskedInput
    ) { number, clients, before, released in
      if let trail, let released {
        try trail.record(
          round: settings.rounds + number + 1, contributors: released.contributors, of: clients,
          in: released.parameters, model: before, selectedWith: trail.optOuts)
      }
      progress(1)
    }
    if !state.sumsEqual { record.sumsEqual = false }
    return (state.model, plan.costShare)
  }

  private func add(
    _ name: String, _ model: ParameterVector, _ share: Double, from full: ParameterVector,
    isExact: Bool = true, to record: inout UnlearningRecord
  ) throws {
    let squares = zip(model.values, full.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let norm = full.values.reduce(0) { $0 + $1 * $1 }
    record.ways.append(
      UnlearningRecord.Way(
        name: name, accuracy: try population.accuracy(model), costShare: share,
        distance: (squares / norm).squareRoot(), isExact: isExact, isSecure: isExact))
  }

  /// The client that is to be erased is in no sum.
  struct NothingToErase: Error, CustomStringConvertible {
    let description =
      "the client to be erased is in no sum: too many clients have left; lower --dropout or add rounds"
  }
}

extension UnlearningRun {
  /// SISA: an ensemble of models. Only the model of the client's shard is trained again.
  func addShards(
    to record: inout UnlearningRecord, _ progress: (Int) -> Void
  ) async throws {
    var generator = population.seeds.generator(.shards)
    let assignment = try ShardAssignment(
      everybody, shards: settings.shards, using: &generator)
    var models: [ParameterVector] = []
    var trainings = 0
    for clients in assignment.shards {
      let state = try await shard(clients, &record, progress)
      models.append(state.model)
      trainings += state.trainings
    }
    let before = try ShardEnsemble(models, of: assignment)
    record.originalEnsembleAccuracy = try before.accuracy(
      population.model, on: population.data.test)
    var after = before
    var again = 0
    for touched in assignment.shards(touchedBy: [erased]) {
      let state = try await shard(
        assignment.shards[touched].filter { $0 != erased }, &record, progress)
      after = try after.replacing(shard: touched, by: state.model)
      again += state.trainings
    }
    record.ways.append(
      UnlearningRecord.Way(
        name: "SISA, \(Quantity.counted(settings.shards, "shard"))",
        accuracy: try after.accuracy(population.model, on: population.data.test),
        costShare: Double(again) / Double(trainings), distance: nil, isExact: true,
        isSecure: true))
  }

  private func shard(
    _ clients: [UInt32], _ record: inout UnlearningRecord, _ progress: (Int) -> Void
  ) async throws -> SecureTraining.State {
    let state = try await training.replay(
      (0..<settings.rounds).map { ($0, clients) },
      from: SecureTraining.State(population.initialModel), leaving: .anywhere
    ) { _, _, _, _ in progress(1) }
    if !state.sumsEqual { record.sumsEqual = false }
    return state
  }
}

extension UnlearningRun {
  /// FedEraser with calibration by one epoch, in units of whole local trainings.
  func fedEraser(
    _ history: UpdateHistory
  ) throws -> (model: ParameterVector, trainings: Double) {
    let short = try StochasticGradientDescent(
      learningRate: settings.training.learningRate, batchSize: settings.training.batchSize,
      epochs: 1)
    var epochs = 0
    let model = try FedEraser.reconstruct(
      erasing: [erased], from: history, initial: population.initialModel
    ) { (model, client, round) throws -> [Double] in
      epochs += 1
      var generator = population.seeds.generator(
        .localTraining, round: settings.rounds + round, client: Int(client))
      let local = try short.train(
        population.model, from: model, on: population.shards[Int(client) - 1],
        using: &generator)
      return try ClientUpdate(from: model, to: local, weight: 1).delta
    }
    return (model, Double(epochs) / Double(settings.training.localEpochs))
  }
}
