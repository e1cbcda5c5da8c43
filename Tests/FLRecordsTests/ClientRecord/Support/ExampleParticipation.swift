import FLMath
import SecAgg
import Testing

@testable import FLRecords

/// A record of three rounds in a folder of its own, and what was on disk after each of its lines.
struct ExampleParticipation {
  static let task = "digits"
  static let rounds = [7, 8, 3]

  let folder: TemporaryFolder
  let path: String
  let budget: PrivacyBudget
  /// The sessions in which the rounds are answered.
  let sessions: [SessionParameters]
  /// After the first line, the second, and so on.
  let stages: [FilePair]
  /// The epsilon spent after each.
  let epsilons: [Double]

  /// The context of a round with a model that has a number.
  static func context(of round: Int, model: Int = 0) -> Digest {
    SessionParameters.applicationContext(of: Array("\(round) \(model)".utf8))
  }

  /// A session with an id of its own.
  static func session(of round: Int, model: Int = 0) throws -> SessionParameters {
    try SessionParameters(
      cohortSize: 5, threshold: 3,
      layout: VectorLayout(
        elementCount: 1, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 5)),
      minimumContributors: 3, applicationContext: context(of: round, model: model))
  }

  static func event(_ multiplier: Double = 8) throws -> PrivacyEvent {
    try PrivacyEvent(
      .gaussian(noiseMultiplier: multiplier), relation: .zeroOut, sampling: .none, repetitions: 1)
  }

  /// Of one order, so that a repair may spend another kind of event.
  static func accountant() throws -> RenyiAccountant {
    try RenyiAccountant(relation: .zeroOut, orders: [6])
  }

  init(epsilon: Double = 4) throws {
    folder = try TemporaryFolder()
    path = folder("digits.jsonl")
    budget = try PrivacyBudget(epsilon: epsilon, delta: 1e-5)
    sessions = try Self.rounds.map { try Self.session(of: $0) }
    var record = try ParticipationRecord(
      at: path, task: Self.task, budget: budget, accountant: Self.accountant())
    var stages = [FilePair(at: path)]
    var epsilons = [0.0]
    for (round, session) in zip(Self.rounds, sessions) {
      try record.admit(
        round: round, context: Self.context(of: round), in: session, spending: Self.event())
      stages.append(FilePair(at: path))
      let spent = record.epsilonSpent
      epsilons.append(try #require(spent))
    }
    self.stages = stages
    self.epsilons = epsilons
  }

  func open() throws -> ParticipationRecord {
    try ParticipationRecord(
      at: path, task: Self.task, budget: budget, accountant: Self.accountant())
  }

  /// Why a call of the record, opened for it, is refused.
  func refusal(
    _ call: (inout ParticipationRecord) throws -> Void = { _ in }
  ) throws -> FLRecordsError? {
    do {
      var record = try open()
      try call(&record)
      return nil
    } catch let error as FLRecordsError {
      return error
    }
  }

  /// Admits a round in a session.
  static func admit(
    _ round: Int, in session: SessionParameters, model: Int = 0,
    to record: inout ParticipationRecord
  ) throws {
    try record.admit(
      round: round, context: context(of: round, model: model), in: session, spending: event())
  }
}
