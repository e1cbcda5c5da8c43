import Testing

@testable import SecAgg

/// Messages of another session of the same clients under the same parameters but for the session id.
/// In the semi-honest model `RefusedMessageTests` does the same.
@Suite("Attack: replay")
struct ReplayAttackTests {
  private static func transcript(seed: UInt64) throws -> Transcript {
    try Transcript(
      parameters: testParameters(
        threatModel: .malicious, cohortSize: 8, degree: 4, threshold: 3), seed: seed)
  }

  @Test("to the server, as they are", arguments: ServerStage.phases(in: .malicious))
  func toTheServer(phase: ServerStage) throws {
    let transcript = try Self.transcript(seed: 61)
    let old = try Self.transcript(seed: 62)
    var server = try transcript.server(in: phase, afterTaking: 2)
    for message in old.messages.values.joined() {
      server.expectRefusal(of: message, from: message.sender, .otherSession(from: message.sender))
    }
    if phase != .ended { try transcript.expectCompletion(of: server) }
  }

  @Test("to the server, relabelled: signatures and shares are of the old session still")
  func relabelled() throws {
    let transcript = try Self.transcript(seed: 63)
    let old = try Self.transcript(seed: 64)
    var server = try transcript.server(in: .advertiseKeys)
    for message in old.messages[.advertiseKeys] ?? [] {
      guard case .keyAdvertisement(let keys) = message else { continue }
      let moved = KeyAdvertisement(
        session: transcript.parameters.digest, sender: keys.sender, sealingKey: keys.sealingKey,
        maskKey: keys.maskKey, signature: keys.signature)
      server.expectRefusal(
        of: .keyAdvertisement(moved), from: keys.sender, .notAuthentic(from: keys.sender))
    }
    server = try transcript.server(in: .consistencyCheck)
    for message in old.messages[.consistencyCheck] ?? [] {
      server.expectRefusal(
        of: message.moved(to: transcript.parameters.digest), from: message.sender,
        .notAuthentic(from: message.sender))
    }
    try transcript.expectCompletion(of: server)
    // Old answers pass for answers, and their shares are found to be of nothing in this session.
    server = try transcript.server(in: .unmasking)
    var taken = 0
    for message in old.messages[.unmasking] ?? [] {
      let moved = message.moved(to: transcript.parameters.digest)
      if (try? server.receive(moved, from: message.sender)) != nil { taken += 1 }
    }
    guard taken > 0 else { return }
    #expect(throws: ServerError.self) { _ = try server.unmask() }
  }

  @Test("to a client: an old signature of a neighbour's keys under the new session")
  func advertisementToAClient() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 4, threshold: 2)
    let other = try testParameters(threatModel: .malicious, cohortSize: 4, threshold: 2)
    let clients = try (1...4).map { try SigningClient($0, parameters: parameters) }
    let old = try SigningClient(3, parameters: other).advertisement
    for session in [other.digest, parameters.digest] {
      var leaves = clients.map(\.advertisement)
      leaves[2] = KeyAdvertisement(
        session: session, sender: old.sender, sealingKey: old.sealingKey, maskKey: old.maskKey,
        signature: old.signature)
      let announcement = RosterAnnouncement(
        session: parameters.digest, recipient: clients[0].id, rosterSize: 4,
        commitment: ForgedRoster(leaves, parameters: parameters).commitment,
        neighbours: Array(leaves.dropFirst()))
      clients[0].expectRefusal(
        of: announcement,
        session == parameters.digest
          ? .notAuthentic(old.sender)
          : .otherSession(expected: parameters.digest, found: other.digest))
    }
  }

  @Test("to a client: each message of the server of another session")
  func serverMessages() throws {
    let transcript = try Self.transcript(seed: 65)
    let old = try Self.transcript(seed: 66)
    let error = ClientError.otherSession(
      expected: transcript.parameters.digest, found: old.parameters.digest)
    for phase in ServerStage.phases(in: .malicious) where phase != .advertiseKeys && phase != .ended
    {
      var session = try SimulatedSession(parameters: transcript.parameters, seed: 67)
      for round in ProtocolRound.rounds(in: .malicious) where round.rawValue < phase.rawValue {
        try session.collect(round, leaving: [:])
        try session.server.closeRound()
      }
      let oldServer = try old.server(in: phase)
      for client in session.clients {
        let message = try oldServer.message(for: client.id)
        #expect(throws: error) { _ = try client.answer(message) }
      }
    }
  }
}
