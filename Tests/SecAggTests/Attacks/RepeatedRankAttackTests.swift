import Testing

@testable import SecAgg

/// A server that puts one advertisement into the tree at two ranks: to some it shows the client at
/// one, to others at the other, and a set of contributors can say of it both that it is in and that
/// it is not.
@Suite("Attack: one client at two ranks")
struct RepeatedRankAttackTests {
  /// A roster of `numbers` in this order, in which numbers may come twice.
  private func roster(
    of numbers: [Int], parameters: SessionParameters
  ) throws -> (clients: [Int: SigningClient], roster: ForgedRoster) {
    var clients: [Int: SigningClient] = [:]
    for number in Set(numbers) {
      clients[number] = try SigningClient(number, parameters: parameters)
    }
    let leaves = try numbers.map { try #require(clients[$0]).advertisement }
    return (clients, ForgedRoster(leaves, parameters: parameters))
  }

  /// How many clients of the roster accept their announcement, and by which ranks they see `number`.
  private func accepted(
    _ numbers: [Int], cohortSize: Int, seeing number: Int
  ) throws -> (clients: Int, ranks: Set<Int>) {
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: cohortSize, degree: 4, threshold: 3)
    let (clients, roster) = try roster(of: numbers, parameters: parameters)
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
    #expect(try accepted(Array(1...12), cohortSize: 12, seeing: 5).clients == 12)
    #expect(try accepted(Array(3...14), cohortSize: 14, seeing: 5).clients == 12)
  }

  @Test("in a full roster, ranks are ids: nobody sees client 5 at a second rank", arguments: 0..<12)
  func fullRoster(rank: Int) throws {
    guard rank != 4 else { return }
    var numbers = Array(1...12)
    numbers[rank] = 5
    #expect(try accepted(numbers, cohortSize: 12, seeing: 5).ranks.isSubset(of: [4]))
  }

  /// A limit: where clients are missing from the cohort, nothing in an announcement tells the rank
  /// of an id, and the attack succeeds within what the missing leave room for. What closes it is a
  /// tree that proves its order; then no second rank is seen, and this test has to say so.
  @Test("in a roster with gaps, client 10 is seen at a second rank, and at none beyond the gaps")
  func rosterWithGaps() throws {
    let numbers = [2, 4, 6, 8, 10, 10, 12, 14, 16, 18, 20, 22]
    let missing = 24 - numbers.count
    var largest = 0
    // Other keys give another graph: in nearly all of them each rank is seen by somebody.
    for _ in 0..<8 {
      let ranks = try accepted(numbers, cohortSize: 24, seeing: 10).ranks
      largest = max(largest, ranks.count)
    }
    #expect((2...missing + 1).contains(largest))
  }
}
