import SecAgg
import Testing

/// A server that asks a client for both shares of a neighbour.
///
/// One request cannot: it names contributors, and which share follows. Two requests cannot: the
/// first consumes the client, which the compiler enforces; `SimulatedClient` holds a round in an
/// optional, as an application does, and has nothing left.
@Suite("Attack: both shares of a neighbour")
struct BothSharesAttackTests {
  @Test("asked again with the other set, a client has no answer", arguments: ThreatModel.allCases)
  func secondRequest(threatModel: ThreatModel) throws {
    var session = try SimulatedSession(
      parameters: testParameters(threatModel: threatModel, cohortSize: 6, threshold: 3), seed: 41)
    for round in ProtocolRound.rounds(in: threatModel).dropLast() {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    for client in session.clients {
      let request = try session.server.message(for: client.id).unmaskingRequest()
      guard case .unmaskingResponse(let answer) = try client.answer(.unmaskingRequest(request))
      else {
        Issue.record("no answer")
        continue
      }
      #expect(Set(answer.shares.map(\.subject)).count == answer.shares.count)
      let removed = try #require(request.contributors.first { $0 != client.id })
      let other = UnmaskingRequest(
        session: request.session, recipient: client.id, contributorCount: 5,
        contributors: request.contributors.filter { $0 != removed },
        endorsements: request.endorsements)
      #expect(
        try client.handle(.unmaskingRequest(other))
          == .stray(.otherRound(found: .unmasking, expected: nil)))
      #expect(
        try client.handle(.unmaskingRequest(request)) == .reply(.unmaskingResponse(answer)),
        "the same answer again")
    }
  }

  @Test("malicious model: a client that signed one set has no signature for a second")
  func secondAnnouncement() throws {
    var session = try SimulatedSession(
      parameters: testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3), seed: 42)
    for round in [ProtocolRound.advertiseKeys, .shareKeys, .maskedInput] {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    let first = session.clients[0]
    let honest = try session.server.message(for: first.id).contributorAnnouncement()
    let four = try #require(ContributorSet(rosterSize: 5, bytes: [0b01111]))
    let other = ContributorAnnouncement(
      session: honest.session, recipient: first.id, contributors: four)
    guard case .reply(let endorsement) = try first.handle(.contributorAnnouncement(honest)) else {
      Issue.record("no signature")
      return
    }
    #expect(
      try first.handle(.contributorAnnouncement(other))
        == .stray(.otherRound(found: .consistencyCheck, expected: .unmasking)))
    #expect(first.message == endorsement)
  }

  @Test("a refused request ends the client as well: there is no second try")
  func afterARefusal() throws {
    var session = try SimulatedSession(
      parameters: testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3), seed: 43)
    for round in ProtocolRound.rounds(in: .malicious).dropLast() {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    let first = session.clients[0]
    let request = try session.server.message(for: first.id).unmaskingRequest()
    let bare = UnmaskingRequest(
      session: request.session, recipient: first.id, contributorCount: request.contributorCount,
      contributors: request.contributors)
    #expect(throws: ClientError.endorsementsBelowThreshold(found: 0, threshold: 3)) {
      _ = try first.answer(.unmaskingRequest(bare))
    }
    #expect(
      try first.handle(.unmaskingRequest(request))
        == .stray(.otherRound(found: .unmasking, expected: nil)))
    #expect(first.message == nil)
  }

  /// A limit: what consumes the client is its value. An application that keeps the bytes of a
  /// suspended one and wakes it twice gives two answers; they are to be stored only once.
  @Test("a client woken twice from the same bytes reveals both")
  func wokenTwice() throws {
    let stage = try Stage(
      parameters: testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3), seed: 44)
    let (id, subject) = try (client(1), client(4))
    var kinds: Set<SecretKind> = []
    for excluded in try [subject, client(5)] {
      let members = Set(stage.honest).subtracting([excluded])
      let answers = try stage.answers(
        to: Dictionary(uniqueKeysWithValues: members.map { ($0, members) }))
      let shares = try #require(answers.first { $0.sender == id }).shares
      kinds.formUnion(shares.filter { $0.subject == subject }.map(\.kind))
    }
    #expect(kinds == [.selfMask, .maskKey])
  }
}
