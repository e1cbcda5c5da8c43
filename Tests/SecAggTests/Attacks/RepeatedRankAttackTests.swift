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
  ///   - shown: the ids that it shows, one set after the other, until a client accepts; left out,
  ///     those that it commits to.
  private func accepted(
    _ numbers: [Int], claiming claimed: [Int], showing shown: [[Int]]? = nil, cohortSize: Int,
    seeing number: Int
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
    let ids = try (shown ?? [claimed]).map { RosterIDs(try $0.map { try client($0) }) }
    var accepting = 0
    var ranks: Set<Int> = []
    for rank in numbers.indices {
      guard let client = clients[numbers[rank]],
        ids.contains(where: {
          (try? client.share(roster.announcement(for: rank, ids: $0))) != nil
        })
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

  /// Client 10 is at rank 4 if 11 is on the roster in the place of its second leaf, and at rank 5 if
  /// 9 is. The server commits to one of the two and shows each client the one that suits it.
  @Test("in a roster with gaps, ids other than those committed to move client 10 nowhere")
  func idsForEach() throws {
    let numbers = [2, 4, 6, 8, 10, 10, 12, 14, 16, 18, 20, 22]
    let (lower, upper) = (Array(Set(numbers)) + [11], Array(Set(numbers)) + [9])
    for (claimed, rank) in [(lower, 4), (upper, 5)] {
      let ranks = try accepted(
        numbers, claiming: claimed, showing: [lower, upper], cohortSize: 24, seeing: 10
      ).ranks
      #expect(ranks == [rank])
    }
  }
}
