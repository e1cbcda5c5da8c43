import FLMath
import SecAgg
import Testing

@testable import FLRecords

/// A server runs a training twice. Every session is honest, so each round gives two sums of the same
/// updates with independent noise: the mean of both has half the variance, and the clients have paid for
/// one. With a record of its own no client answers a round twice.
@Suite("Attack: a training that is run twice")
struct RepeatedTrainingAttackTests {
  private static let rounds = 1...3
  private static let task = "digits"

  private let averaging: PrivateFedAvg
  private let models: [ParameterVector]
  private let budget: PrivacyBudget
  private let folder: TemporaryFolder
  /// The epsilon of one training.
  private let epsilon: Double

  init() throws {
    averaging = try PrivateFedAvg(
      PrivateFedAvg.Settings(
        parameterCount: 3, clippingBound: 1, noise: .discreteGaussian, noiseMultiplier: 3,
        cohortSize: 5, minimumContributors: 4, corruptFraction: 0, relation: .zeroOut,
        sampling: .none))
    let layout = try ParameterLayout([.init(name: "w", shape: [3])])
    models = try [0, 1].map { try ParameterVector(layout: layout, values: [$0, 0, 0]) }
    var accountant = try RenyiAccountant(relation: .zeroOut)
    try accountant.compose(averaging.event(rounds: Self.rounds.count))
    epsilon = try accountant.epsilon(delta: 1e-5)
    // For one training, and a little for the order of additions.
    budget = try PrivacyBudget(epsilon: 1.001 * epsilon, delta: 1e-5)
    folder = try TemporaryFolder()
  }

  /// What the server has of one session.
  private struct Outcome {
    var sum: UnmaskedAggregate?
    var inputs: [ClientID] = []
    var refusals: [ClientID: FLRecordsError] = [:]
  }

  private func parameters(
    round: Int, model: Int = 0, sessionID: Digest? = nil
  ) throws -> SessionParameters {
    try SessionParameters(
      sessionID: sessionID, cohortSize: 5, threshold: 3, layout: averaging.layout,
      minimumContributors: 4, applicationContext: context(round: round, model: model))
  }

  private func context(round: Int, model: Int) -> Digest {
    averaging.applicationContext(of: Broadcast(model: models[model], round: round), task: Self.task)
  }

  private func record(of id: ClientID) throws -> ParticipationRecord {
    try ParticipationRecord(
      at: folder("\(id.rawValue)"), task: Self.task, budget: budget,
      accountant: RenyiAccountant(relation: .zeroOut))
  }

  /// The client's vector. The record is opened for it, as by an app that is started for each round.
  private func vector(
    of id: ClientID, round: Int, model: Int, in session: SessionParameters, withRecord: Bool
  ) throws -> PackedVector {
    let update = [0.1 * Double(id.rawValue), -0.2, 0.3]
    guard withRecord else {
      return try averaging.encode(update, in: session)
    }
    var record = try record(of: id)
    return try record.encode(
      update, by: averaging, of: Broadcast(model: models[model], round: round), in: session)
  }

  /// One session with all five clients, of which the server takes only some as contributors.
  private func session(
    round: Int, model: Int = 0, in parameters: SessionParameters? = nil,
    contributors: Set<UInt32> = [1, 2, 3, 4, 5], withRecords: Bool = true
  ) throws -> Outcome {
    let parameters = try parameters ?? self.parameters(round: round, model: model)
    var server = ServerSession(parameters: parameters)
    var outcome = Outcome()
    var clients: [ClientID: SessionClient] = [:]
    for id in ClientID.all(cohortSize: 5) {
      let client = try SessionClient(
        id: id, parameters: parameters, context: context(round: round, model: model)
      ) {
        try vector(of: id, round: round, model: model, in: parameters, withRecord: withRecords)
      }
      try server.receive(client.first, from: id)
      clients[id] = client
    }
    while true {
      do {
        outcome.sum = try server.closeRound()
      } catch {
        return outcome
      }
      if outcome.sum != nil { return outcome }
      for id in server.awaited {
        // Before it is asked for its input, it "drops out".
        if server.round == .maskedInput, !contributors.contains(id.rawValue) { continue }
        do {
          guard let answer = try clients[id]?.answer(server.message(for: id)) else { continue }
          if case .maskedInput = answer { outcome.inputs.append(id) }
          try server.receive(answer, from: id)
        } catch let error as FLRecordsError {
          outcome.refusals[id] = error
        }
      }
    }
  }

  private func expectOnePrice(of ids: [ClientID]) throws {
    for id in ids {
      let record = try record(of: id)
      let spent = record.epsilonSpent
      #expect(abs(try #require(spent) - epsilon) < 1e-9)
    }
  }

  @Test("without records the server has two sums of each round, and the budget does not cover them")
  func control() throws {
    for round in Self.rounds {
      let sums = try (0..<2).map { _ in
        try #require(try session(round: round, withRecords: false).sum)
      }
      #expect(sums[0].contributors == sums[1].contributors)
      #expect(sums[0].sums != sums[1].sums, "the noise is drawn anew")
    }
    var accountant = try RenyiAccountant(relation: .zeroOut)
    try accountant.compose(averaging.event(rounds: 2 * Self.rounds.count))
    #expect(try accountant.epsilon(delta: 1e-5) > 1.3 * budget.epsilon)
  }

  @Test("with records each round gives one sum, and the second training none")
  func twice() throws {
    let all = ClientID.all(cohortSize: 5)
    let first = try Self.rounds.map { try parameters(round: $0) }
    for (round, parameters) in zip(Self.rounds, first) {
      let outcome = try session(round: round, in: parameters)
      #expect(outcome.sum?.contributors == Array(all))
    }
    for (round, answered) in zip(Self.rounds, first) {
      let again = try parameters(round: round)
      let outcome = try session(round: round, in: again)
      #expect(outcome.sum == nil && outcome.inputs.isEmpty)
      for id in all {
        #expect(
          outcome.refusals[id]
            == .participation(
              .otherSession(round: round, answered: answered.digest, offered: again.digest)))
      }
    }
    try expectOnePrice(of: Array(all))
  }

  @Test("the same session opened twice gives no second sum either")
  func sameSession() throws {
    let parameters = try parameters(round: 1)
    #expect(try session(round: 1, in: parameters).sum != nil)
    let outcome = try session(round: 1, in: parameters)
    #expect(outcome.sum == nil && outcome.inputs.isEmpty)
    for id in ClientID.all(cohortSize: 5) {
      #expect(
        outcome.refusals[id]
          == .participation(.alreadyAnswered(round: 1, session: parameters.digest)))
    }
  }

  /// The difference of two sums of nearly the same clients is about those few that are in one only.
  @Test(
    "a slightly different cohort gives no second sum: only the client that was left out answers")
  func differentCohort() throws {
    let first = try session(round: 1, contributors: [1, 2, 3, 4])
    #expect(first.sum?.contributors.count == 4)
    let second = try session(round: 1)
    #expect(second.sum == nil)
    #expect(second.inputs.map(\.rawValue) == [5])
    #expect(second.refusals.count == 4)
  }

  @Test("another model under an answered round is rejected as such")
  func otherModel() throws {
    #expect(try session(round: 1).sum != nil)
    let outcome = try session(round: 1, model: 1)
    #expect(outcome.sum == nil && outcome.inputs.isEmpty)
    for id in ClientID.all(cohortSize: 5) {
      #expect(
        outcome.refusals[id]
          == .participation(
            .otherContext(
              round: 1, answered: context(round: 1, model: 0), offered: context(round: 1, model: 1))
          ))
    }
  }

  @Test("new numbers for old rounds end with the clients' own budget")
  func newNumbers() throws {
    for round in Self.rounds { #expect(try session(round: round).sum != nil) }
    for round in Self.rounds {
      let outcome = try session(round: 100 + round)
      #expect(outcome.sum == nil && outcome.inputs.isEmpty)
      for id in ClientID.all(cohortSize: 5) {
        guard case .ledger(.exceedsBudget) = outcome.refusals[id] else {
          Issue.record("\(String(describing: outcome.refusals[id]))")
          continue
        }
      }
    }
    try expectOnePrice(of: Array(ClientID.all(cohortSize: 5)))
  }

  @Test(
    "a client that is killed after masking sends the stored message again, and the sum comes out")
  func resumed() throws {
    let parameters = try parameters(round: 1)
    let context = context(round: 1, model: 0)
    var server = ServerSession(parameters: parameters)
    let all = ClientID.all(cohortSize: 5)
    let clients = try all.map { id in
      try SessionClient(id: id, parameters: parameters, context: context) {
        try vector(of: id, round: 1, model: 0, in: parameters, withRecord: true)
      }
    }
    for (id, client) in zip(all, clients) { try server.receive(client.first, from: id) }
    for _ in 0..<3 {
      try server.closeRound()
      for (id, client) in zip(all, clients) {
        guard let answer = try client.answer(server.message(for: id)) else { continue }
        if case .maskedInput = answer {
          let record = try record(of: id)
          try record.checkResumable(round: 1, context: context, in: parameters)
          let stored = try client.messageAfterRestoring()
          #expect(stored == answer, "byte for byte")
        }
        try server.receive(answer, from: id)
      }
    }
    #expect(try server.closeRound()?.contributors == Array(all))
  }
}
