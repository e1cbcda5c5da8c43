import Testing

@testable import SecAgg

/// A server that puts one advertisement into the tree at two ranks, to show the client at one rank
/// to some and at the other to others: it would have two places in the graph, and a set of
/// contributors could say of it both that it is in and that it is not.
@Suite("Attack: one client at two ranks")
struct RepeatedRankAttackTests {
  /// How many clients of the roster accept their announcement, and by which ranks they see `number`.
  ///
  /// - Parameters:
  ///   - numbers: the clients at the leaves of the tree, in which numbers may come twice.
  ///   - claimed: the ids that the server commits to.
  private func accepted(
    _ numbers: [Int], claiming claimed: [Int], cohortSize: Int, seeing number: Int
  ) throws -> (clients: Int, ranks: Set<Int>) {
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: cohortSize, degree: 4, threshold: 3)
    var clients: [Int: SigningClient] = [:]
    for number in Set(numbers) {
      clients[number] = try SigningClient(number, parameters: parameters)
    }
    let roster = ForgedRoster(
      try numbers.map { try #require(clients[$0]).advertisement },
      ids: RosterIDs(try claimed.map { try client($0) }), parameters: parameters)
    var accepting = 0
    var ranks: Set<Int> = []
    for rank in numbers.indices {
      guard let client = clients[numbers[rank]],
        (try? client.share(roster.announcement(for: rank))) != nil
      else { continue }
      accepting += 1
      ranks.formUnion(roster.neighbours(of: rank).filter { numbers[$0] == number })
    }
    return (accepting, ranks)
  }

  @Test("everybody at one rank, in id order: all accept")
  func honest() throws {
    for (numbers, cohortSize) in [(1...12, 12), (3...14, 14)] {
      let accepted = try accepted(
        Array(numbers), claiming: Array(numbers), cohortSize: cohortSize, seeing: 5)
      #expect(accepted.clients == 12)
    }
  }

  @Test("in a full roster nobody sees client 5 at a second rank", arguments: 0..<12)
  func fullRoster(rank: Int) throws {
    guard rank != 4 else { return }
    var numbers = Array(1...12)
    numbers[rank] = 5
    let ranks = try accepted(
      numbers, claiming: Array(1...12), cohortSize: 12, seeing: 5
    ).ranks
    #expect(ranks.isSubset(of: [4]))
  }

  @Test("in a roster with gaps, client 10 is seen at no second rank, whatever ids are claimed")
  func rosterWithGaps() throws {
    let numbers = [2, 4, 6, 8, 10, 10, 12, 14, 16, 18, 20, 22]
    var seen = 0
    for absent in 1...24 where !numbers.contains(absent) {
      let claimed = Array(Set(numbers)) + [absent]
      let ranks = try accepted(numbers, claiming: claimed, cohortSize: 24, seeing: 10).ranks
      #expect(ranks.count <= 1, "client \(absent) claimed")
      seen += ranks.count
    }
    // The attack is carried out: client 10 is seen, at one rank.
    #expect(seen > 0)
  }
}
