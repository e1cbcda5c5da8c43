import Testing

@testable import SecAgg

/// A server that gives a client its own keys or envelopes back, or what was meant for others. For the
/// semi-honest model see `MisroutedSharesTests`.
@Suite("Attack: reflection and redirection")
struct ReflectionAttackTests {
  @Test("a client's own keys under another name, signed by that other or by itself")
  func ownKeys() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 4, threshold: 2)
    let clients = try (1...4).map { try SigningClient($0, parameters: parameters) }
    let own = clients[0].advertisement
    let third = clients[2]
    for identity in [third.id, clients[0].id] {
      let reflected = KeyAdvertisement(
        session: parameters.digest, sender: third.id, sealingKey: own.sealingKey,
        maskKey: own.maskKey
      ).signed(by: try TestIdentities.key(of: identity))
      var leaves = clients.map(\.advertisement)
      leaves[2] = reflected
      let announcement = RosterAnnouncement(
        session: parameters.digest, recipient: clients[0].id, rosterSize: 4,
        commitment: ForgedRoster(leaves, parameters: parameters).commitment,
        neighbours: Array(leaves.dropFirst()))
      clients[0].expectRefusal(of: announcement, .repeatedKey(third.id))
    }
  }

  @Test("a client among its own neighbours")
  func ownAdvertisement() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 4, threshold: 2)
    let clients = try (1...4).map { try SigningClient($0, parameters: parameters) }
    let leaves = clients.map(\.advertisement)
    clients[0].expectRefusal(
      of: RosterAnnouncement(
        session: parameters.digest, recipient: clients[0].id, rosterSize: 4,
        commitment: ForgedRoster(leaves, parameters: parameters).commitment,
        neighbours: Array(leaves.dropLast())), .invalidNeighbour(clients[0].id))
  }

  /// Which envelope the victim is given in the place of its neighbour's.
  enum Misdelivery: CaseIterable {
    case ownReflected
    case meantForAnother
    case ofAnotherNeighbour
  }

  @Test(
    "envelopes that are not the neighbour's for the client reveal nothing",
    arguments: Misdelivery.allCases)
  func envelopes(misdelivery: Misdelivery) throws {
    let stage = try Stage(
      parameters: testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3), seed: 71)
    let (victim, sender, third) = (try client(2), try client(4), try client(5))
    let traitor = try Traitor(id: victim, parameters: stage.parameters)
    let (from, to) =
      switch misdelivery {
      case .ownReflected: (victim, sender)
      case .meantForAnother: (sender, third)
      case .ofAnotherNeighbour: (third, victim)
      }
    let sealed = try #require(stage.distributions[from]?.shares(for: to))
    var session = try SimulatedSession(parameters: stage.parameters, seed: 72)
    for round in [ProtocolRound.advertiseKeys, .shareKeys] {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    var sent: [ClientID: [AddressedShares]] = [:]
    for client in session.clients {
      sent[client.id] = try session.server.message(for: client.id).delivery().shares
    }
    func envelope(from: ClientID, to: ClientID) throws -> SealedShares {
      try #require(sent[to]?.first { $0.peer == from }).shares
    }
    let shown = try envelope(from: from, to: to)
    let delivery = try session.server.message(for: victim).delivery()
    let forged = ShareDelivery(
      session: delivery.session, recipient: victim,
      shares: delivery.shares.map {
        $0.peer == sender ? AddressedShares(peer: sender, shares: shown) : $0
      })
    let client = try #require(session.clients.first { $0.id == victim })
    let input = try client.answer(.shareDelivery(forged))
    try session.server.receive(input, from: victim)
    for round in [ProtocolRound.maskedInput, .consistencyCheck] {
      try session.collect(round, leaving: [:])
      try session.server.closeRound()
    }
    let request = try session.server.message(for: victim)
    guard case .unmaskingResponse(let answer) = try client.answer(request) else {
      Issue.record("no answer")
      return
    }
    #expect(answer.unopened == [sender])
    #expect(!answer.shares.contains { $0.subject == sender })
    // Nor does the server open what it carries with keys of its own.
    let owner = try #require(stage.advertisements[from])
    #expect(throws: (any Error).self) {
      _ = try traitor.shares(in: sealed, from: owner, roster: stage.commitment)
    }
  }
}
