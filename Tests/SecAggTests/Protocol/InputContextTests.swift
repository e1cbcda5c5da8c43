import FLMath
import Testing

@testable import SecAgg

/// Sessions whose masks are bound to what the clients learn after the session has begun.
///
/// A sum that is wrong goes unnoticed with a probability of 2^-64.
@Suite("Input context")
struct InputContextTests {
  private static let settings = [
    Setting(degree: nil, threatModel: .semiHonest), Setting(degree: 8, threatModel: .semiHonest),
    Setting(degree: nil, threatModel: .malicious), Setting(degree: 8, threatModel: .malicious),
  ]

  private static let model = SessionParameters.applicationContext(of: Array("model".utf8))
  private static let otherModel = SessionParameters.applicationContext(of: Array("other".utf8))

  private func session(
    _ setting: Setting, seed: UInt64, _ inputContext: (ClientID) -> Digest?
  ) throws -> SimulatedSession {
    let session = try SimulatedSession(
      parameters: testParameters(
        threatModel: setting.threatModel, cohortSize: 12, degree: setting.degree,
        threshold: setting.threshold(cohortSize: 12)), seed: seed)
    for client in session.clients { client.inputContext = inputContext(client.id) }
    return session
  }

  private func expectNoSum(
    _ session: SimulatedSession, _ inputContext: Digest?, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var session = session
    #expect(throws: ServerError.sumInconsistent, comment, sourceLocation: sourceLocation) {
      try session.run(inputContext: inputContext)
    }
    #expect(session.server.stage == .ended, comment, sourceLocation: sourceLocation)
    #expect(session.refusals.isEmpty && session.clientErrors.isEmpty, comment)
    // The right one is too late.
    #expect(throws: ServerError.wrongPhase(present: nil), sourceLocation: sourceLocation) {
      try session.server.unmask(inputContext: Self.model)
    }
  }

  @Test(
    "with one client gone before each round, the sum is that of the others", arguments: settings,
    UInt64(0)..<4)
  func dropouts(setting: Setting, seed: UInt64) throws {
    var session = try session(setting, seed: seed) { _ in Self.model }
    session.afterEachMessage = {
      $0 = try ServerSession(
        restoring: $0.stored(), identities: TestIdentities.directory)
    }
    var generator = SimulationGenerator(seed: seed)
    let leavers = session.clients.map(\.id).shuffled(using: &generator)
    let aggregate = try session.run(
      leaving: [
        leavers[0]: .beforeAdvertisingKeys, leavers[1]: .beforeSharingKeys,
        leavers[2]: .beforeMaskedInput, leavers[3]: .beforeUnmasking,
      ], inputContext: Self.model)
    #expect(aggregate.contributors == leavers.dropFirst(3).sorted(), "seed \(seed)")
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors))
    #expect(aggregate.faults.isEmpty)
  }

  /// The contexts of most clients, of client 3, and of the server.
  @Test(
    "with another context at one client or the server, or with none, there is no sum",
    arguments: settings,
    [
      (model, otherModel, model), (model, otherModel, otherModel), (model, nil, model),
      (model, nil, nil), (nil, model, nil), (nil, model, model), (model, model, otherModel),
      (model, model, nil), (nil, nil, model),
    ] as [(Digest?, Digest?, Digest?)])
  func differences(setting: Setting, contexts: (Digest?, Digest?, Digest?)) throws {
    let (most, one, server) = contexts
    let odd = try client(3)
    let session = try session(setting, seed: 31) { $0 == odd ? one : most }
    expectNoSum(session, server)
  }

  @Test("two halves with a context each have no sum", arguments: settings)
  func halves(setting: Setting) throws {
    for context in [Self.model, Self.otherModel, nil] {
      let session = try session(setting, seed: 32) {
        $0.rawValue <= 6 ? Self.model : Self.otherModel
      }
      expectNoSum(session, context)
    }
  }

  @Test("a client with another context that drops out before it masks changes nothing")
  func absent() throws {
    let odd = try client(3)
    var session = try session(Self.settings[0], seed: 33) {
      $0 == odd ? Self.otherModel : Self.model
    }
    let aggregate = try session.run(
      leaving: [odd: .beforeMaskedInput], inputContext: Self.model)
    #expect(aggregate.contributors.count == 11)
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors))
  }

  @Test("an attempt with too few answers ends nothing, also with another context")
  func tooFewAnswers() throws {
    var session = try session(Self.settings[0], seed: 34) { _ in Self.model }
    for round in ProtocolRound.rounds(in: .semiHonest).dropLast() {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    for context in [Self.otherModel, nil] {
      #expect(throws: ServerError.self) { try session.server.unmask(inputContext: context) }
      #expect(session.server.stage == .unmasking)
    }
    try session.collect(.unmasking, leaving: [:])
    let aggregate = try session.server.unmask(inputContext: Self.model)
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors))
  }
}
