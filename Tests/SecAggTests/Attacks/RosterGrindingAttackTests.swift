import Testing

@testable import SecAgg

/// A limit: the graph is drawn from the commitment to the roster, and whoever advertises last, or
/// decides which advertisements came in time, can look at one graph after the other before the
/// others see any. The parameters' statistical security must leave room for that.
@Suite("Attack: ground rosters")
struct RosterGrindingAttackTests {
  @Test("leaving out clients gives another graph each time: a victim gets the neighbours that suit")
  func leavingOut() throws {
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: 24, degree: 4, threshold: 3)
    let clients = try (1...24).map { try SigningClient($0, parameters: parameters) }
    let traitors = Set(19...24)
    let victim = clients[0]
    var tried = 0
    // Any four or five of clients 9 to 18 came too late: 462 rosters, so that chance leaves out the
    // victim less than once in 10^14.
    for bits in 0..<(1 << 10) where (4...5).contains(bits.nonzeroBitCount) {
      let present = clients.filter { client in
        let number = Int(client.id.rawValue)
        return !(9...18).contains(number) || bits >> (number - 9) & 1 == 0
      }
      let roster = ForgedRoster(present.map(\.advertisement), parameters: parameters)
      tried += 1
      let ranks = roster.neighbours(of: 0)
      let count = ranks.count { traitors.contains(Int(roster.leaves[$0].sender.rawValue)) }
      guard count >= parameters.threshold else { continue }
      // In a graph that nobody had a hand in, this is one case in about 14. The client cannot know.
      _ = try victim.share(roster.announcement(for: 0))
      return
    }
    Issue.record("none of \(tried) rosters gave the victim a threshold of traitors")
  }
}
