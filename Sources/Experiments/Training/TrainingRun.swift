import FLMath
import FLRecords
import Foundation
package import SecAgg
import SimulatedSessions

/// Trains a model by federated averaging twice, side by side: through secure aggregation with dropouts, and in plain
/// floating point over the same clients.
package struct TrainingRun {
  package let settings: TrainingSettings
  let data: DemoData
  let classifier: any Classifier
  private let trainer: StochasticGradientDescent
  private let shards: [Dataset]
  /// All clients that take part. Cohorts are places in this list.
  private let clients: [UInt32]
  let averaging: any RoundAveraging
  package let plan: PrivacyPlan?
  private let seeds: SimulationSeeds

  /// Prepares data, model and encoding.
  ///
  /// - Throws: whatever makes the settings impossible together.
  package init(_ settings: TrainingSettings) throws {
    self.settings = settings
    data = try DemoData(settings.data)
    classifier = try settings.model.classifier(for: data.training)
    trainer = try StochasticGradientDescent(
      learningRate: settings.learningRate, batchSize: settings.batchSize,
      epochs: settings.localEpochs)
    seeds = SimulationSeeds(seed: settings.seed)
    var generator = seeds.generator(.partition)
    let training = data.training
    let everybody = settings.clients * settings.turns + settings.optedOut.count
    clients = try Candidates(1...UInt32(everybody), optedOut: settings.optedOut).clients
    let all = try settings.partition.indices(of: training, clients: everybody, using: &generator)
    shards = try clients.map { try training.subset(all[Int($0) - 1]) }
    let parameterCount = classifier.layout.count
    plan = try settings.privacy.map {
      try PrivacyPlan($0, of: settings, parameterCount: parameterCount)
    }
    averaging = try Self.averaging(
      settings, plan: plan, parameterCount: parameterCount,
      maximumWeight: UInt64(shards.map(\.count).max() ?? 1), seeds: seeds)
  }

  private static func averaging(
    _ settings: TrainingSettings, plan: PrivacyPlan?, parameterCount: Int, maximumWeight: UInt64,
    seeds: SimulationSeeds
  ) throws -> any RoundAveraging {
    guard let plan else {
      let secure = try SecureFedAvg(
        parameterCount: parameterCount, clippingBound: settings.clippingBound,
        maximumWeight: maximumWeight, maximumContributors: settings.clients,
        minimumValueBits: settings.minimumValueBits, countsClipping: true)
      return WeightedAveraging(secure: secure, seeds: seeds)
    }
    switch plan.noise {
    case .central, .correlated:
      return try CentralNoiseAveraging(
        plan, parameterCount: parameterCount, maximumContributors: settings.clients,
        minimumValueBits: settings.minimumValueBits, seeds: seeds)
    case .distributed(let averaging):
      return try DistributedNoiseAveraging(averaging, quantile: plan.settings.quantile)
    }
  }

  /// Trains for all rounds.
  ///
  /// - Parameters:
  ///   - trail: the audit log for the contributors of each sum.
  ///   - afterRound: called with each round's record.
  ///   - progress: called with the training round and the protocol's round that it is in.
  package func run(
    recordedIn trail: AuditTrail? = nil,
    afterRound: (TrainingRecord.Round) -> Void, progress: (Int, ProtocolRound) -> Void
  ) async throws -> TrainingRecord {
    let started = ContinuousClock.now
    var generator = seeds.generator(.initialModel)
    let initial = classifier.initialParameters(using: &generator)
    var engine = try FederatedAveraging(model: initial)
    var plainEngine = engine
    // The ledger is opened first, because an unreadable one ends the run.
    var budget = try plan.map { try RoundBudget($0) }
    var record = TrainingRecord(
      configuration: configuration,
      privacy: plan.map(TrainingRecord.Privacy.init), rounds: [],
      serverView: nil,
      finalAccuracy: try classifier.accuracy(initial, on: data.test),
      finalPlainAccuracy: try classifier.accuracy(initial, on: data.test), seconds: 0)
    if let spent = budget?.epsilonSpent { record.privacy?.epsilonSpent = spent }
    var averaging = averaging
    var turns = try TurnTaking(
      cohort: settings.clients, turns: settings.turns, rounds: settings.rounds)
    for round in 1...settings.rounds {
      let event = turns.isPaid(atOnce: plan?.paysAtOnce ?? false) ? nil : try averaging.event()
      do throws(FLRecordsError) {
        if let event {
          try budget?.spend(event, for: round)
          turns.pay()
        }
      } catch {
        guard case .ledger(.exceedsBudget) = error else { throw error }
        record.privacy?.refusal = "\(error)"
        break
      }
      let epsilonSpent = budget?.epsilonSpent
      let cohort = turns.cohort
      var leavingGenerator = seeds.generator(.leaving, round: round)
      let leaving = LeavingPoint.draw(
        clients: settings.clients,
        shares: Dictionary(
          uniqueKeysWithValues: LeavingPoint.allCases.map { ($0, settings.dropout) }),
        using: &leavingGenerator)
      let outcome = try await secureRound(
        round, of: cohort, model: engine.model, averaging: &averaging, leaving: leaving,
        progress: progress)
      if let released = outcome.released {
        if let trail {
          try trail.record(
            round: trail.hasParticipationRule ? turns.finishedRounds : round,
            contributors: released.contributors, of: cohort.map { clients[$0] },
            in: released.parameters, model: engine.model, selectedWith: trail.optOuts)
        }
        try turns.finish(with: released.contributors.map { cohort[Int($0.rawValue) - 1] })
      }
      if let mean = outcome.mean { try engine.apply(mean) }
      if settings.comparesWithPlain {
        try await plainRound(round, of: cohort, engine: &plainEngine, leaving: leaving)
      }
      var summary = try outcome.summary(
        round: round, leaving: leaving,
        accuracy: classifier.accuracy(engine.model, on: data.test),
        plainAccuracy: settings.comparesWithPlain
          ? classifier.accuracy(plainEngine.model, on: data.test) : .nan)
      summary.epsilonSpent = epsilonSpent
      if let view = outcome.serverView(round: round, layout: averaging.layout) {
        record.serverView = view
      }
      if let epsilonSpent { record.privacy?.epsilonSpent = epsilonSpent }
      record.privacy?.clipAtEnd = averaging.clip ?? .nan
      record.rounds.append(summary)
      record.finalAccuracy = summary.accuracy
      record.finalPlainAccuracy = summary.plainAccuracy
      afterRound(summary)
    }
    if let curve = try budget?.tradeOffCurve() {
      record.privacy?.tradeOff = try TrainingRecord.Privacy.tradeOffPoints(of: curve)
    }
    record.seconds = (ContinuousClock.now - started).milliseconds / 1000
    return record
  }

  /// One round through secure aggregation.
  private func secureRound(
    _ round: Int, of cohort: [Int], model: ParameterVector,
    averaging: inout any RoundAveraging, leaving: [ClientID: LeavingPoint],
    progress: (Int, ProtocolRound) -> Void
  ) async throws -> SecureRoundOutcome {
    let context = averaging.applicationContext(
      of: Broadcast(model: model, round: round), task: settings.data.rawValue)
    let parameters = try SessionParameters(
      threatModel: settings.threatModel.threatModel, cohortSize: settings.clients,
      degree: settings.degree, threshold: settings.threshold,
      layout: averaging.layout, minimumContributors: settings.minimumContributors,
      maskCipher: .fastestHere,
      applicationContext: context)
    let senders = ClientID.all(cohortSize: settings.clients).filter {
      !(leaving[$0]?.isGone(in: .maskedInput) ?? false)
    }
    let updates = try await localUpdates(
      of: senders, in: cohort, round: round, model: model)
    let encoded: [ClientID: PackedVector] = try updates.reduce(into: [:]) { encoded, entry in
      encoded[entry.key] = try averaging.encode(
        entry.value, of: entry.key, round: round, context: context, in: parameters)
    }
    let observed = senders.first { leaving[$0] == nil }
    let identities = try SimulatedIdentities(seed: settings.seed, for: parameters)
    var server = LocalServer(parameters: parameters, identities: identities)
    let report = try await withoutActuallyEscaping(progress) { progress in
      var run = SessionRun(
        parameters: parameters, expecting: context, identities: identities, leaving: leaving,
        observed: observed)
      run.progress = { protocolRound, _, _ in progress(round, protocolRound) }
      return try await run.run(with: &server) { id in
        guard let vector = encoded[id] else { throw MissingUpdate(client: id) }
        return vector
      }
    }
    var outcome = SecureRoundOutcome(report: report, observed: observed, update: nil)
    if let aggregate = server.aggregate {
      outcome.released = (aggregate.contributors, parameters)
      outcome.mean = try averaging.mean(of: aggregate, round: round)
      outcome.clipping = try averaging.clipping(of: aggregate)
      averaging = try averaging.following(aggregate)
      outcome.sumsEqual = try PlaintextSum.equals(aggregate) { id in
        guard let vector = encoded[id] else { throw MissingUpdate(client: id) }
        return vector
      }
    }
    outcome.update = observed.flatMap { updates[$0] }?.delta
    return outcome
  }

  /// The same round in floating point and without masks, over all clients that did not drop out before their input.
  private func plainRound(
    _ round: Int, of cohort: [Int], engine: inout FederatedAveraging,
    leaving: [ClientID: LeavingPoint]
  ) async throws {
    let senders = ClientID.all(cohortSize: settings.clients).filter {
      !(leaving[$0]?.isGone(in: .maskedInput) ?? false)
    }
    guard !senders.isEmpty else { return }
    let updates = try await localUpdates(
      of: senders, in: cohort, round: round, model: engine.model)
    try engine.apply(
      WeightedMean.of(updates.map { (contributor: $0.key.rawValue, update: $0.value) }))
  }

  /// The updates of the clients' local training.
  private func localUpdates(
    of clients: [ClientID], in cohort: [Int], round: Int, model: ParameterVector
  ) async throws -> [ClientID: ClientUpdate] {
    let (classifier, trainer, shards, seeds) = (classifier, trainer, shards, seeds)
    let results = await concurrentMap(clients) { id in
      Result {
        let place = cohort[Int(id.rawValue) - 1]
        let shard = shards[place]
        var generator = seeds.generator(.localTraining, round: round, client: place + 1)
        let local = try trainer.train(classifier, from: model, on: shard, using: &generator)
        return (id, try ClientUpdate(from: model, to: local, weight: UInt64(shard.count)))
      }
    }
    return Dictionary(uniqueKeysWithValues: try results.map { try $0.get() })
  }

  /// A client has no update for the session.
  struct MissingUpdate: Error, CustomStringConvertible {
    let client: ClientID
    var description: String { "\(client) has no update to send" }
  }
}

extension TrainingRun {
  /// The settings for the record.
  var configuration: TrainingRecord.Configuration {
    TrainingRecord.Configuration(
      data: settings.data.rawValue, threatModel: settings.threatModel.rawValue,
      clients: settings.clients, turns: settings.turns, roundsRequested: settings.rounds,
      dropout: settings.dropout, partition: settings.partitionText,
      model: settings.model.rawValue, parameterCount: classifier.layout.count,
      graph: settings.graph.rawValue, degree: settings.degree, threshold: settings.threshold,
      minimumContributors: settings.minimumContributors,
      valueBits: averaging.layout.lanes.valueBits, laneBits: averaging.layout.lanes.laneBits,
      lanesPerWord: averaging.layout.lanes.lanesPerWord,
      clippingBound: settings.privacy?.clip ?? settings.clippingBound,
      localEpochs: settings.localEpochs, batchSize: settings.batchSize,
      learningRate: settings.learningRate, seed: settings.seed,
      trainingExamples: data.training.count, testExamples: data.test.count)
  }
}
