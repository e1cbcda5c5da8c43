import SecAgg
import Testing

/// Clients that spoil the consistency round, or leave it.
@Suite("Attack: spoilt consistency round")
struct ConsistencyRoundAttackTests {
  private func transcript(_ losing: [ClientID: ProtocolRound] = [:]) throws -> Transcript {
    try Transcript(
      parameters: testParameters(threatModel: .malicious, cohortSize: 8, threshold: 4), seed: 111,
      losing: losing)
  }

  @Test("a wrong signature is refused by name; its client may still send the right one")
  func wrongSignature() throws {
    let transcript = try transcript()
    var server = try transcript.server(in: .consistencyCheck, afterTaking: 3)
    let messages = try #require(transcript.messages[.consistencyCheck])
    for message in messages.dropFirst(3) {
      for wrong in messages where wrong != message {
        server.expectRefusal(
          of: wrong.renamed(to: message.sender), from: message.sender,
          .notAuthentic(from: message.sender))
      }
      server.expectRefusal(
        of: try message.withOtherContent(), from: message.sender,
        .notAuthentic(from: message.sender))
    }
    try transcript.expectCompletion(of: server)
  }

  @Test("clients with wrong signatures only: the round completes for the others", arguments: 0...4)
  func withoutThem(count: Int) throws {
    var session = try SimulatedSession(
      parameters: testParameters(threatModel: .malicious, cohortSize: 8, threshold: 4), seed: 112)
    session.onTheWay = { message in
      guard message.round == .consistencyCheck, message.sender.rawValue <= UInt32(count) else {
        return message
      }
      return try? message.withOtherContent()
    }
    let liars = Array(ClientID.all(cohortSize: 8).prefix(count))
    if count < 4 {
      let aggregate = try session.run()
      #expect(aggregate.contributors == ClientID.all(cohortSize: 8), "their inputs are in the sum")
      #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors))
    } else {
      // Four of eight signed. Each of them sees three others, so there is nobody to ask.
      #expect(
        throws: ServerError.unrecoverable(subject: try client(1), holders: 0, threshold: 4)
      ) { _ = try session.run() }
      #expect(session.server.stage == .consistencyCheck)
    }
    #expect(session.refusals == liars.map { .notAuthentic(from: $0) })
  }

  @Test(
    "clients leave before signing, and after",
    arguments: [ProtocolRound.consistencyCheck, .unmasking])
  func leave(round: ProtocolRound) throws {
    let gone = try [client(2), client(5), client(8)]
    let transcript = try transcript(Dictionary(uniqueKeysWithValues: gone.map { ($0, round) }))
    var server = try transcript.server(in: .unmasking)
    #expect(server.awaited.contains(gone[0]) == (round == .unmasking))
    let aggregate = try transcript.finish(&server)
    #expect(aggregate.contributors == ClientID.all(cohortSize: 8))
    #expect(aggregate.sums.unsigned == transcript.sums)
  }

  @Test("an answer of a client that did not sign")
  func unsignedAnswer() throws {
    let silent = try client(5)
    let transcript = try transcript([silent: .consistencyCheck])
    var server = try transcript.server(in: .unmasking)
    let answer = try #require(transcript.messages[.unmasking]?.first)
    server.expectRefusal(of: answer.renamed(to: silent), from: silent, .stranger(silent))
    try transcript.expectCompletion(of: server)
  }
}
