import Testing

@testable import SecAgg

/// A limit: a server that opens a second session under the same parameters, session id included, can
/// show advertisements of the first again, with good signatures. Clients keep nothing from one
/// session to the next, so the application must refuse a session digest that it has seen.
@Suite("Attack: the same session twice")
struct SessionReuseAttackTests {
  /// The mask keys that the first session gave up of clients that "left" make those clients, long
  /// gone, count as contributors of the second, whose masks the server can take off.
  @Test("the sum of fewer than the minimum, among clients that left the first session")
  func replayedAdvertisement() throws {
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: 6, threshold: 3, minimumContributors: 5)
    let first = try Stage(parameters: parameters, seed: 131)
    let gone = try client(6)
    let five = Set(first.honest.dropLast())
    let loot = try Loot(
      first.answers(to: Dictionary(uniqueKeysWithValues: five.map { ($0, five) })), of: first)
    #expect(try loot.sum(of: five) == first.plaintextSum(of: five))
    #expect(loot.count(.maskKey, of: gone) >= 3)
    // In the second session client 6 is not there; the server shows what it signed in the first.
    let clients = try (1...5).map { try SigningClient($0, parameters: parameters) }
    let old = try #require(first.advertisements[gone])
    let roster = ForgedRoster(clients.map(\.advertisement) + [old], parameters: parameters)
    for rank in 0..<5 {
      _ = try clients[rank].share(
        RosterAnnouncement(
          session: parameters.digest, recipient: clients[rank].id, rosterSize: 6,
          commitment: roster.commitment,
          neighbours: roster.leaves.filter { $0.sender != clients[rank].id }))
    }
    // Under another session id the same advertisement is refused.
    let fresh = try testParameters(
      threatModel: .malicious, cohortSize: 6, threshold: 3, minimumContributors: 5)
    let others = try (1...5).map { try SigningClient($0, parameters: fresh) }
    let leaves = others.map(\.advertisement) + [old]
    others[0].expectRefusal(
      of: RosterAnnouncement(
        session: fresh.digest, recipient: others[0].id, rosterSize: 6,
        commitment: ForgedRoster(leaves, parameters: fresh).commitment,
        neighbours: Array(leaves.dropFirst())),
      .otherSession(expected: fresh.digest, found: parameters.digest))
  }
}
