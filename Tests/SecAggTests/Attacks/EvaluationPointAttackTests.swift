import SecAgg
import Testing

/// A share at the point 0 is the secret itself, and two shares at one point are one share.
@Suite("Attack: evaluation points")
struct EvaluationPointAttackTests {
  @Test("there is no client 0")
  func zero() {
    #expect(ClientID(0) == nil)
  }

  @Test("a neighbour twice, a neighbour beyond the cohort, congruent to none modulo the field")
  func neighbours() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 4, threshold: 2)
    let clients = try (1...4).map { try SigningClient($0, parameters: parameters) }
    let leaves = clients.map(\.advertisement)
    func announcement(_ neighbours: [KeyAdvertisement]) -> RosterAnnouncement {
      RosterAnnouncement(
        session: parameters.digest, recipient: clients[0].id, rosterSize: 4,
        commitment: ForgedRoster(leaves, parameters: parameters).commitment,
        neighbours: neighbours)
    }
    clients[0].expectRefusal(
      of: announcement([leaves[1], leaves[1], leaves[2]]), .invalidNeighbour(clients[1].id))
    clients[0].expectRefusal(
      of: announcement([leaves[1], leaves[3], leaves[2]]), .invalidNeighbour(clients[2].id))
    for number in [5, 100, Int(UInt32.max)] {
      let id = try client(number)
      let outside = KeyAdvertisement(
        session: parameters.digest, sender: id, sealingKey: leaves[3].sealingKey,
        maskKey: leaves[3].maskKey, signature: leaves[3].signature)
      clients[0].expectRefusal(
        of: announcement([leaves[1], leaves[2], outside]), .invalidNeighbour(id))
      var server = ServerSession(parameters: parameters, identities: TestIdentities.directory)
      server.expectRefusal(of: .keyAdvertisement(outside), from: id, .stranger(id))
    }
  }

  @Test("a client beyond the cohort does not start", arguments: [5, Int(UInt32.max)])
  func ownNumber(number: Int) throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 4, threshold: 2)
    let id = try client(number)
    #expect(throws: ClientError.idOutsideCohort(id, cohortSize: 4)) {
      _ = try AdvertiseKeysRound(
        id: id, parameters: parameters, policy: .expecting(parameters),
        signedBy: TestIdentities.key(of: id))
    }
  }
}
