import Testing

@testable import SecAgg

/// A server that names contributors who fall into pieces without an edge between them. The masks of a
/// piece cancel within it, so that the sum of each comes out alone, however few are in it.
@Suite("Attack: disconnected contributors")
struct DisconnectedSetAttackTests {
  /// The clients at these places of the circle, each of which is joined to the two on either side.
  private func members(_ places: [Int], of stage: Stage) throws -> [ClientID] {
    let circle = RosterPermutation(count: stage.roster.count, commitment: stage.commitment)
    return places.map { stage.roster[circle.indexAtPlace[$0]] }
  }

  /// A client sees its neighbours only. Each has as many contributing ones as the threshold, and the
  /// number of contributors is the minimum.
  @Test("semi-honest model, low threshold: the sum of half of the minimum is read")
  func semiHonest() throws {
    let stage = try Stage(
      parameters: testParameters(
        cohortSize: 10, degree: 4, threshold: 2, minimumContributors: 6), seed: 151)
    let pieces = try [[0, 1, 2], [5, 6, 7]].map { Set(try members($0, of: stage)) }
    let both = pieces[0].union(pieces[1])
    let loot = try Loot(
      stage.answers(to: Dictionary(uniqueKeysWithValues: both.map { ($0, both) })), of: stage)
    for piece in pieces {
      #expect(try loot.sum(of: piece) == stage.plaintextSum(of: piece))
    }
  }

  /// With 2t > k the ends of a piece have too few contributing neighbours. Those between have enough:
  /// were they to sign, traitors at the ends would do the rest.
  @Test("malicious model: nobody signs the set, wherever in its piece")
  func malicious() throws {
    let stage = try Stage(
      parameters: testParameters(
        threatModel: .malicious, cohortSize: 14, degree: 4, threshold: 3, minimumContributors: 9),
      seed: 152)
    let piece = try members(Array(0...6), of: stage)
    let whole = try piece + members([9, 10], of: stage)
    for (place, id) in piece.enumerated() {
      let error =
        place == 0 || place == 6
        ? ClientError.contributingNeighboursBelowThreshold(found: 2, threshold: 3)
        : .contributorsDisconnected
      #expect(throws: error, "place \(place)") { _ = try stage.signed(whole, by: id) }
    }
    // One client between the pieces, and it is one set for all who see enough of it.
    let joined = try whole + members([8], of: stage)
    for id in piece.dropFirst().dropLast() { _ = try stage.signed(joined, by: id) }
  }
}
