import Testing

@testable import SecAgg

/// A limit: a server that opens a second session under the same parameters, session id included, can
/// show advertisements of the first again, with good signatures. Clients keep nothing from one
/// session to the next, so the application must refuse a session digest that it has seen.
@Suite("Attack: the same session twice")
struct SessionReuseAttackTests {
  private func parameters() throws -> SessionParameters {
    try testParameters(
      threatModel: .malicious, cohortSize: 6, threshold: 3, minimumContributors: 5)
  }

  /// A client that "left" one session, which gave up its mask key.
  private func ghost(_ number: Int, _ parameters: SessionParameters) throws -> Traitor {
    let stage = try Stage(parameters: parameters, seed: 131)
    let gone = try client(number)
    let five = Set(stage.honest).subtracting([gone])
    let loot = try Loot(
      stage.answers(to: Dictionary(uniqueKeysWithValues: five.map { ($0, five) })), of: stage)
    #expect(try loot.sum(of: five) == stage.plaintextSum(of: five))
    let keys = loot.maskKeys(of: gone)
    guard let keys else { throw ServerError.stranger(gone) }
    return try Traitor(
      ghost: try #require(stage.advertisements[gone]), maskKeys: keys, parameters: parameters)
  }

  /// Two clients that are gone count as contributors of the third session, and their masks come off.
  @Test("under the same id: the sum of four where all agreed on five at least")
  func sameSession() throws {
    let parameters = try parameters()
    let ghosts = try [5, 6].map { try ghost($0, parameters) }
    let stage = try Stage(parameters: parameters, ghosts: ghosts, seed: 132)
    let all = Set(stage.roster)
    let loot = try Loot(
      stage.answers(to: Dictionary(uniqueKeysWithValues: stage.honest.map { ($0, all) })),
      of: stage)
    let four = Set(stage.honest)
    #expect(four.count == 4)
    #expect(try loot.sum(of: four) == stage.plaintextSum(of: four))
  }

  @Test("under another id: the old advertisement is refused")
  func otherSession() throws {
    let (old, fresh) = (try parameters(), try parameters())
    let ghost = try ghost(6, old)
    let clients = try (1...5).map { try SigningClient($0, parameters: fresh) }
    let leaves = clients.map(\.advertisement) + [ghost.advertisement]
    clients[0].expectRefusal(
      of: RosterAnnouncement(
        session: fresh.digest, recipient: clients[0].id, rosterSize: 6,
        commitment: ForgedRoster(leaves, parameters: fresh).commitment,
        neighbours: Array(leaves.dropFirst())),
      .otherSession(expected: fresh.digest, found: old.digest))
  }
}
