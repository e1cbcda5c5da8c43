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
    "in each round: other sessions, other recipients, other rounds, the same message again",
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
        #expect(
          try victim.handle(ofAnother) == .stray(.addressedToAnother(session.clients[2].id)))
        let ofOtherSession = try foreign.server.message(for: victim.id)
        #expect(
          try victim.handle(ofOtherSession)
            == .stray(
              .otherSession(
                expected: session.parameters.digest, found: foreign.parameters.digest)))
        // The last message that was answered gets the same answer again, those before it none.
        for message in earlier.dropLast() {
          #expect(
            try victim.handle(message)
              == .stray(.otherRound(found: message.round, expected: round)))
        }
        if let last = earlier.last {
          let sent = try #require(victim.message)
          #expect(try victim.handle(last) == .reply(sent))
        }
        #expect(victim.awaited == round)
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
    let last = try #require(earlier.last)
    let sent = try #require(victim.message)
    #expect(try victim.handle(last) == .reply(sent))
    #expect(try victim.handle(earlier[0]) == .stray(.otherRound(found: .shareKeys, expected: nil)))
    let sum = session.plaintextSum(of: ClientID.all(cohortSize: 6))
    #expect(try session.server.unmask().sums.unsigned == sum)
  }

  /// A second message of the awaited round is the server's second question, and gets no answer.
  @Test("another message of a round that was answered is stray")
  func secondQuestion() throws {
    let parameters = try testParameters(cohortSize: 6, threshold: 2)
    let lone = try LoneClient(number: 2, parameters: parameters)
    var session = try ClientSession(id: lone.id, parameters: parameters, policy: lone.policy)
    let neighbours = try lone.advertisements(of: [1, 3, 4, 6])
    _ = try session.handle(.rosterAnnouncement(lone.announcement(neighbours: neighbours)))
    let sent = session.message
    let other = try lone.announcement(neighbours: lone.advertisements(of: [1, 3, 4, 6]))
    let response = try session.handle(.rosterAnnouncement(other))
    #expect(response == .stray(.otherRound(found: .shareKeys, expected: .maskedInput)))
    let message = session.message
    #expect(message == sent)
  }
}
