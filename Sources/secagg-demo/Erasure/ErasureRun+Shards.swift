import FLMath

extension ErasureRun {
  /// SISA: an ensemble of models, of which only that of the client's shard is trained again.
  func addShards(
    to record: inout ErasureRecord, _ progress: (Int) -> Void
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
      ErasureRecord.Way(
        name: "SISA, \(Quantity.counted(settings.shards, "shard"))",
        accuracy: try after.accuracy(population.model, on: population.data.test),
        costShare: Double(again) / Double(trainings), distance: nil, isExact: true,
        isSecure: true))
  }

  private func shard(
    _ clients: [UInt32], _ record: inout ErasureRecord, _ progress: (Int) -> Void
  ) async throws -> SecureTraining.State {
    let state = try await training.replay(
      (0..<settings.rounds).map { ($0, clients) },
      from: SecureTraining.State(population.initialModel), leaving: .anywhere
    ) { _, _, _, _ in progress(1) }
    if !state.sumsEqual { record.sumsEqual = false }
    return state
  }
}
