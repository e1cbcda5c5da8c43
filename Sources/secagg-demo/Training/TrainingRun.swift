import FLMath
import Foundation
import SecAgg
import SecAggWire

/// Trains a model by federated averaging twice, side by side: through secure aggregation, with
/// clients that leave, and in plain floating point over the same clients.
struct TrainingRun {
  private let settings: TrainingSettings
  private let data: DemoData
  private let classifier: any Classifier
  private let trainer: StochasticGradientDescent
  private let shards: [Dataset]
  private let secure: SecureFedAvg
  private let seeds: SimulationSeeds

  /// Prepares data, model and encoding.
  ///
  /// - Throws: whatever makes the settings impossible together.
  init(_ settings: TrainingSettings) throws {
    self.settings = settings
    data = try DemoData(settings.data)
    classifier = try settings.model.classifier(for: data.training)
    trainer = try StochasticGradientDescent(
      learningRate: settings.learningRate, batchSize: settings.batchSize,
      epochs: settings.localEpochs)
    seeds = SimulationSeeds(seed: settings.seed)
    var generator = seeds.generator(.partition)
    let training = data.training
    shards = try settings.partition.indices(
      of: training, clients: settings.clients, using: &generator
    ).map { try training.subset($0) }
    secure = try SecureFedAvg(
      parameterCount: classifier.layout.count, clippingBound: settings.clippingBound,
      maximumWeight: UInt64(shards.map(\.count).max() ?? 1),
      maximumContributors: settings.clients, minimumValueBits: settings.minimumValueBits)
  }

  /// Trains for all rounds.
  ///
  /// - Parameters:
  ///   - afterRound: called with each round's record as soon as it is there.
  ///   - progress: called with the training round and the protocol's round that it is in.
  func run(
    afterRound: (TrainingRecord.Round) -> Void, progress: (Int, ProtocolRound) -> Void
  ) async throws -> TrainingRecord {
    let started = ContinuousClock.now
    var generator = seeds.generator(.initialModel)
    let initial = classifier.initialParameters(using: &generator)
    var engine = try FederatedAveraging(model: initial)
    var plainEngine = engine
    var record = TrainingRecord(
      configuration: configuration, rounds: [], serverView: nil,
      finalAccuracy: try classifier.accuracy(initial, on: data.test),
      finalPlainAccuracy: try classifier.accuracy(initial, on: data.test), seconds: 0)
    for round in 1...settings.rounds {
      var leavingGenerator = seeds.generator(.leaving, round: round)
      let leaving = LeavingPoint.draw(
        clients: settings.clients,
        shares: Dictionary(
          uniqueKeysWithValues: LeavingPoint.allCases.map { ($0, settings.dropout) }),
        using: &leavingGenerator)
      let outcome = try await secureRound(
        round, model: engine.model, leaving: leaving, progress: progress)
      if let mean = outcome.mean { try engine.apply(mean) }
      try await plainRound(round, engine: &plainEngine, leaving: leaving)
      let summary = try outcome.summary(
        round: round, leaving: leaving,
        accuracy: classifier.accuracy(engine.model, on: data.test),
        plainAccuracy: classifier.accuracy(plainEngine.model, on: data.test))
      if let view = outcome.serverView(round: round, layout: secure.layout) {
        record.serverView = view
      }
      record.rounds.append(summary)
      record.finalAccuracy = summary.accuracy
      record.finalPlainAccuracy = summary.plainAccuracy
      afterRound(summary)
    }
    record.seconds = (ContinuousClock.now - started).milliseconds / 1000
    return record
  }

  /// One round through secure aggregation.
  private func secureRound(
    _ round: Int, model: ParameterVector, leaving: [ClientID: LeavingPoint],
    progress: (Int, ProtocolRound) -> Void
  ) async throws -> SecureRoundOutcome {
    let parameters = try SessionParameters(
      threatModel: settings.threatModel.threatModel, cohortSize: settings.clients,
      degree: settings.degree, threshold: settings.threshold,
      layout: secure.layout, minimumContributors: settings.minimumContributors,
      maskCipher: MaskCipherOption.fastest.maskCipher,
      applicationContext: secure.applicationContext(
        model: model, round: round, task: settings.data.rawValue))
    let senders = ClientID.all(cohortSize: settings.clients).filter {
      !(leaving[$0]?.isGone(in: .maskedInput) ?? false)
    }
    let updates = try await localUpdates(of: senders, round: round, model: model)
    let encoded: [ClientID: PackedVector] = try updates.reduce(into: [:]) { encoded, entry in
      var generator = seeds.generator(
        .rounding, round: round, client: Int(entry.key.rawValue))
      encoded[entry.key] = try secure.encode(entry.value, using: &generator)
    }
    let observed = senders.first { leaving[$0] == nil }
    let identities = try SimulatedIdentities(seed: settings.seed, for: parameters)
    var server = LocalServer(parameters: parameters, identities: identities)
    let report = try await withoutActuallyEscaping(progress) { progress in
      var run = SessionRun(
        parameters: parameters, identities: identities, leaving: leaving, observed: observed)
      run.progress = { protocolRound, _, _ in progress(round, protocolRound) }
      return try await run.run(with: &server) { id in
        guard let vector = encoded[id] else { throw MissingUpdate(client: id) }
        return vector
      }
    }
    var outcome = SecureRoundOutcome(report: report, observed: observed, update: nil)
    if let aggregate = server.aggregate {
      outcome.mean = try secure.decode(aggregate)
      var plaintext = [UInt64](repeating: 0, count: aggregate.layout.elementCount)
      for id in aggregate.contributors {
        guard let elements = encoded[id]?.elements.unsigned else { throw MissingUpdate(client: id) }
        for index in plaintext.indices { plaintext[index] += elements[index] }
      }
      outcome.sumsEqual = plaintext == aggregate.sums.unsigned
    }
    outcome.update = observed.flatMap { updates[$0] }?.delta
    return outcome
  }

  /// The same round without masks and without fixed point, over every client whose update a server
  /// would have got.
  private func plainRound(
    _ round: Int, engine: inout FederatedAveraging, leaving: [ClientID: LeavingPoint]
  ) async throws {
    let senders = ClientID.all(cohortSize: settings.clients).filter {
      !(leaving[$0]?.isGone(in: .maskedInput) ?? false)
    }
    guard !senders.isEmpty else { return }
    let updates = try await localUpdates(of: senders, round: round, model: engine.model)
    try engine.apply(
      WeightedMean.of(updates.map { (contributor: $0.key.rawValue, update: $0.value) }))
  }

  /// What the clients' local training makes of the model.
  private func localUpdates(
    of clients: [ClientID], round: Int, model: ParameterVector
  ) async throws -> [ClientID: ClientUpdate] {
    let (classifier, trainer, shards, seeds) = (classifier, trainer, shards, seeds)
    let results = await concurrentMap(clients) { id in
      Result {
        let shard = shards[Int(id.rawValue) - 1]
        var generator = seeds.generator(
          .localTraining, round: round, client: Int(id.rawValue))
        let local = try trainer.train(classifier, from: model, on: shard, using: &generator)
        return (id, try ClientUpdate(from: model, to: local, weight: UInt64(shard.count)))
      }
    }
    return Dictionary(uniqueKeysWithValues: try results.map { try $0.get() })
  }

  private var configuration: TrainingRecord.Configuration {
    TrainingRecord.Configuration(
      data: settings.data.rawValue, threatModel: settings.threatModel.rawValue,
      clients: settings.clients, roundsRequested: settings.rounds,
      dropout: settings.dropout, partition: settings.partitionText,
      model: settings.model.rawValue, parameterCount: classifier.layout.count,
      graph: settings.graph.rawValue, degree: settings.degree, threshold: settings.threshold,
      minimumContributors: settings.minimumContributors,
      valueBits: secure.layout.lanes.valueBits, laneBits: secure.layout.lanes.laneBits,
      lanesPerWord: secure.layout.lanes.lanesPerWord, clippingBound: settings.clippingBound,
      localEpochs: settings.localEpochs, batchSize: settings.batchSize,
      learningRate: settings.learningRate, seed: settings.seed,
      trainingExamples: data.training.count, testExamples: data.test.count)
  }

  /// A client was asked for an update that it never made.
  struct MissingUpdate: Error, CustomStringConvertible {
    let client: ClientID
    var description: String { "\(client) has no update to send" }
  }
}
