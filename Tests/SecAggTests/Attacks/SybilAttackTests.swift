import SecAgg
import Testing

/// A limit that no protocol lifts: among n - 1 clients of the server's a sum speaks of one. What
/// stands in the way is the directory, which the server must not control, and numbers that the
/// application chooses.
@Suite("Attack: n - 1 Sybils")
struct SybilAttackTests {
  @Test(
    "identities in the directory that are all the server's: the sum minus theirs is the victim's")
  func allButOne() throws {
    let stage = try Stage(
      parameters: testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3),
      traitors: [2, 3, 4, 5], seed: 81)
    let victim = try client(1)
    let loot = try Loot([], of: stage)
    #expect(try loot.sum(of: [victim]) == stage.inputs[victim]?.elements.unsigned)
  }

  @Test("invented identities are not in the directory")
  func invented() throws {
    let parameters = try testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3)
    let keys = try [client(1), client(2)].map { ($0, try TestIdentities.key(of: $0).publicKey) }
    let directory = try PinnedIdentities(Dictionary(uniqueKeysWithValues: keys))
    let clients = try (1...5).map { try SigningClient($0, parameters: parameters) }
    let leaves = clients.map(\.advertisement)
    clients[0].expectRefusal(
      of: RosterAnnouncement(
        session: parameters.digest, recipient: clients[0].id, rosterSize: 5,
        commitment: ForgedRoster(leaves, parameters: parameters).commitment,
        neighbours: Array(leaves.dropFirst())), identities: directory, .notAuthentic(try client(3)))
  }
}
