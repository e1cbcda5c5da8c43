import FLMath
import SecAgg

/// Trains with a client that joins late, then erases it in every way and compares.
struct ErasureRun: Sendable {
  let population: Population<SoftmaxRegression>
  let settings: ErasureRecord.Settings

  /// The client that is erased.
  private let erased: UInt32 = 1

  private var training: SecureTraining { SecureTraining(population: population) }

  private var everybody: [UInt32] { [UInt32](1...UInt32(settings.clients)) }

  /// How many rounds all ways take together, for progress: the training itself, the same again, from
  /// the checkpoint on, each shard, and one shard again.
  var totalRounds: Int {
    let checkpoint =
      (settings.firstRound - 1) / settings.checkpointInterval * settings.checkpointInterval
    return settings.rounds * (4 + settings.shards) - checkpoint
  }

  /// - Parameter progress: called with the number of further rounds that are done.
  func run(progress: (Int) -> Void) async throws -> ErasureRecord {
    var checkpoints: [Int: ParameterVector] = [:]
    var kept: [UpdateHistory.Round] = []
    var original = SecureTraining.State(population.initialModel)
    let history = try ParticipationHistory(
      rounds: (1...settings.rounds).map { round in
        round < settings.firstRound ? everybody.filter { $0 != erased } : everybody
      })
    for (number, clients) in history.rounds.enumerated() {
      if number.isMultiple(of: settings.checkpointInterval) {
        checkpoints[number] = original.model
      }
      try await training.round(&original, number, clients)
      if number.isMultiple(of: settings.keepInterval) {
        kept.append(UpdateHistory.Round(number: number, updates: original.updates))
      }
      progress(1)
    }
    var record = ErasureRecord(
      settings: settings, originalAccuracy: try population.accuracy(original.model),
      originalEnsembleAccuracy: 0, sumsEqual: original.sumsEqual)

    let full = try await retrained(history, [0: population.initialModel], &record, progress)
    try add("full retraining", full.model, full.share, from: full.model, to: &record)
    let late = try await retrained(history, checkpoints, &record, progress)
    try add("from the checkpoint", late.model, late.share, from: full.model, to: &record)
    try await addShards(to: &record, progress)
    let eraser = try fedEraser(UpdateHistory(kept, dimension: full.model.layout.count))
    let total = history.rounds.reduce(0) { $0 + $1.count }
    try add(
      "FedEraser", eraser.model, eraser.trainings / Double(total), from: full.model,
      isExact: false, to: &record)
    return record
  }

  private func retrained(
    _ history: ParticipationHistory, _ checkpoints: [Int: ParameterVector],
    _ record: inout ErasureRecord, _ progress: (Int) -> Void
  ) async throws -> (model: ParameterVector, share: Double) {
    let plan = try RetrainingPlan(
      erasing: [erased], from: history, checkpoints: checkpoints.keys.sorted())
    guard let start = plan.checkpoint.flatMap({ checkpoints[$0] }) else {
      throw ErasureError.noCheckpoint(before: settings.firstRound - 1)
    }
    let state = try await training.replay(
      plan.rounds.map { ($0.number, $0.clients) }, from: SecureTraining.State(start),
      progress: progress)
    if !state.sumsEqual { record.sumsEqual = false }
    return (state.model, plan.costShare)
  }

  /// SISA: an ensemble of models, of which only that of the client's shard is trained again.
  private func addShards(
    to record: inout ErasureRecord, _ progress: (Int) -> Void
  ) async throws {
    var generator = population.seeds.generator(.shards)
    let assignment = try ShardAssignment(
      everybody, shards: settings.shards, using: &generator)
    var models: [ParameterVector] = []
    var trainings = 0
    for clients in assignment.shards {
      let state = try await shard(clients, progress)
      if !state.sumsEqual { record.sumsEqual = false }
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
        assignment.shards[touched].filter { $0 != erased }, progress)
      if !state.sumsEqual { record.sumsEqual = false }
      after = try after.replacing(shard: touched, by: state.model)
      again += state.trainings
    }
    record.ways.append(
      ErasureRecord.Way(
        name: "SISA, \(settings.shards) shards",
        accuracy: try after.accuracy(population.model, on: population.data.test),
        costShare: Double(again) / Double(trainings), distance: nil, isExact: true,
        isSecure: true))
  }

  private func shard(
    _ clients: [UInt32], _ progress: (Int) -> Void
  ) async throws -> SecureTraining.State {
    try await training.replay(
      (0..<settings.rounds).map { ($0, clients) },
      from: SecureTraining.State(population.initialModel),
      progress: progress)
  }

  /// FedEraser with calibration by one epoch, in units of whole local trainings.
  private func fedEraser(
    _ history: UpdateHistory
  ) throws -> (model: ParameterVector, trainings: Double) {
    let short = try StochasticGradientDescent(
      learningRate: settings.learningRate, batchSize: settings.batchSize, epochs: 1)
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
    return (model, Double(epochs) / Double(settings.localEpochs))
  }

  private func add(
    _ name: String, _ model: ParameterVector, _ share: Double, from full: ParameterVector,
    isExact: Bool = true, to record: inout ErasureRecord
  ) throws {
    let squares = zip(model.values, full.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let norm = full.values.reduce(0) { $0 + $1 * $1 }
    record.ways.append(
      ErasureRecord.Way(
        name: name, accuracy: try population.accuracy(model), costShare: share,
        distance: (squares / norm).squareRoot(), isExact: isExact, isSecure: isExact))
  }
}
