import FLMath
import SecAgg
import Testing

/// Messages that a client does not wait for are rejected without harm, and none is answered twice.
@Suite("Stray and repeated messages")
struct StrayMessageTests {
  private func session(_ threatModel: ThreatModel) throws -> SimulatedSession {
    try SimulatedSession(
      parameters: testParameters(threatModel: threatModel, cohortSize: 6, threshold: 3), seed: 7)
  }

  @Test(
    "in each round: other sessions, other recipients, other rounds",
    arguments: [ThreatModel.semiHonest, .malicious])
  func eachRound(threatModel: ThreatModel) throws {
    var session = try session(threatModel)
    var foreign = try self.session(threatModel)
    let victim = session.clients[1]
    var earlier: [ServerMessage] = []
    for round in ProtocolRound.rounds(in: threatModel) {
      if round != .advertiseKeys {
        let right = try session.server.message(for: victim.id)
        let ofAnother = try session.server.message(for: session.clients[2].id)
        #expect(throws: ClientError.addressedToAnother(session.clients[2].id)) {
          try victim.check(ofAnother)
        }
        let ofOtherSession = try foreign.server.message(for: victim.id)
        #expect(
          throws: ClientError.otherSession(
            expected: session.parameters.digest, found: foreign.parameters.digest)
        ) { try victim.check(ofOtherSession) }
        for message in earlier {
          #expect(throws: ClientError.otherRound(found: message.round, expected: round)) {
            try victim.check(message)
          }
        }
        try victim.check(right)
        earlier.append(right)
      }
      // The client answers as if nothing had happened.
      for var current in [session, foreign] {
        try current.collect(round, leaving: [:])
        #expect(current.refusals.isEmpty && current.clientErrors.isEmpty)
        if round != .unmasking { try current.server.closeRound() }
        if current.parameters == session.parameters { session = current } else { foreign = current }
      }
    }
    let sum = session.plaintextSum(of: ClientID.all(cohortSize: 6))
    #expect(try session.server.unmask().sums.unsigned == sum)
  }
}
