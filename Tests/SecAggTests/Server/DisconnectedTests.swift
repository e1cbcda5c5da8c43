import Testing

@testable import SecAgg

/// Masks between two parts of the cohort that no edge joins cancel in each part by itself: whoever
/// can unmask the sum of all can then unmask the sum of either, however few are in it.
@Suite("Disconnected clients")
struct DisconnectedTests {
  /// Ten clients on a circle, each joined to the two on either side of it, in circle order.
  private static func circle() throws -> (transcript: Transcript, places: [ClientID]) {
    let parameters = try testParameters(
      cohortSize: 10, degree: 4, threshold: 2, minimumContributors: 6)
    let transcript = try Transcript(parameters: parameters, seed: 34)
    let server = try transcript.server(in: .shareKeys)
    guard case .rosterAnnouncement(let announcement) = try server.message(for: client(1)) else {
      throw ServerError.noMessage(for: try client(1))
    }
    let permutation = RosterPermutation(count: 10, commitment: announcement.commitment)
    return (transcript, try permutation.indexAtPlace.map { try client($0 + 1) })
  }

  /// Each of 0, 1, 2 and of 5, 6, 7 has both others of its three beside it, as many as the
  /// threshold; 3 and 4, and 8 and 9, stand between.
  @Test("are not unmasked until somebody joins them")
  func contributors() throws {
    let (transcript, places) = try Self.circle()
    let present = Set([0, 1, 2, 5, 6, 7].map { places[$0] })
    let inputs = try #require(transcript.messages[.maskedInput])
    var server = try transcript.server(in: .maskedInput)
    for input in inputs where present.contains(input.sender) {
      try server.receive(input, from: input.sender)
    }
    let before = server.stored()
    #expect(throws: ServerError.disconnected(round: .maskedInput)) { try server.closeRound() }
    let isUnchanged = server.stored() == before
    #expect(isUnchanged)
    let joining = try #require(transcript.message(.maskedInput, of: places[3]))
    try server.receive(joining, from: joining.sender)
    try server.closeRound()
    #expect(server.awaited == (present.union([places[3]])).sorted())
  }

  @Test("do not begin to mask until somebody joins them")
  func sharers() throws {
    let (transcript, places) = try Self.circle()
    let present = Set([0, 1, 2, 5, 6, 7].map { places[$0] })
    let distributions = try #require(transcript.messages[.shareKeys])
    var server = try transcript.server(in: .shareKeys)
    for distribution in distributions where present.contains(distribution.sender) {
      try server.receive(distribution, from: distribution.sender)
    }
    #expect(throws: ServerError.disconnected(round: .shareKeys)) { try server.closeRound() }
    #expect(server.stage == .shareKeys)
    let joining = try #require(transcript.message(.shareKeys, of: places[3]))
    try server.receive(joining, from: joining.sender)
    try server.closeRound()
    #expect(server.awaited == (present.union([places[3]])).sorted())
  }
}
