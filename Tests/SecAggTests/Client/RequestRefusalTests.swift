import SecAgg
import Testing

/// What a client refuses in round 4. The call consumes the client's secrets: whatever it refuses,
/// nothing was revealed and nothing can be any more.
@Suite("Refused requests to unmask")
struct RequestRefusalTests {
  private func expect(
    _ error: ClientError, from round: consuming MaskedInputRound, for request: UnmaskingRequest,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      _ = try round.unmask(request)
      Issue.record("accepted, expected \(error)", sourceLocation: sourceLocation)
    } catch let found {
      #expect(found == error, sourceLocation: sourceLocation)
    }
  }

  /// Client 4 of 9, of which 2 did not advertise and 8 did not share.
  private func complete(minimumContributors: Int = 2) throws -> LoneClient {
    try LoneClient(
      number: 4,
      parameters: testParameters(
        cohortSize: 9, threshold: 3, minimumContributors: minimumContributors))
  }

  private func completeRound(_ lone: LoneClient) throws -> MaskedInputRound {
    try lone.mask(withNeighbours: [1, 3, 5, 6, 7, 8, 9], sharers: [1, 3, 5, 6, 7, 9])
  }

  /// Client 4 of 9 with 4 neighbours, all of which shared; 4 clients are out of its sight.
  private func sparse() throws -> LoneClient {
    try LoneClient(
      number: 4, parameters: testParameters(cohortSize: 9, degree: 4, threshold: 3))
  }

  private func sparseRound(_ lone: LoneClient) throws -> MaskedInputRound {
    try lone.mask(withNeighbours: [1, 3, 6, 9], sharers: [1, 3, 6, 9], rosterSize: 9)
  }

  @Test(
    "an honest request is answered for every neighbour that shared",
    arguments: [[1, 3, 4, 5, 6, 7, 9], [1, 3, 4, 5], [4, 6, 7, 9]])
  func accepted(contributors: [Int]) throws {
    let lone = try complete()
    let answer = try completeRound(lone).unmask(lone.request(contributors: contributors))
    #expect(answer.sender == lone.id)
    #expect(answer.session == lone.parameters.digest)
    // Its neighbours' envelopes hold noise in this test.
    #expect(answer.shares.isEmpty)
    #expect(answer.unopened == (try [1, 3, 5, 6, 7, 9].map { try client($0) }))
  }

  @Test("of another session")
  func otherSession() throws {
    let (lone, other) = (try complete(), try complete().parameters.digest)
    expect(
      .otherSession(expected: lone.parameters.digest, found: other),
      from: try completeRound(lone),
      for: try lone.request(contributors: [1, 3, 4, 5], session: other))
  }

  @Test("for another client")
  func otherRecipient() throws {
    let lone = try complete()
    expect(
      .addressedToAnother(try client(5)), from: try completeRound(lone),
      for: try lone.request(contributors: [1, 3, 4, 5], recipient: client(5)))
  }

  @Test("for the sum of too few", arguments: [Int.min, -1, 0, 1, 4, 5])
  func contributorsBelowMinimum(count: Int) throws {
    let lone = try complete(minimumContributors: 6)
    expect(
      .contributorsBelowMinimum(found: count, minimum: 6), from: try completeRound(lone),
      for: try lone.request(contributors: [1, 3, 4, 5, 6, 7, 9], count: count))
    expect(
      .contributorsBelowMinimum(found: count, minimum: 6), from: try completeRound(lone),
      for: try lone.request(contributors: [1, 3, 4, 5, 6], count: count))
  }

  @Test("for the sum of as many as it just accepts")
  func contributorsAtMinimum() throws {
    let lone = try complete(minimumContributors: 6)
    let answer = try completeRound(lone).unmask(lone.request(contributors: [1, 3, 4, 5, 6, 7]))
    #expect(answer.unopened.count == 6)
  }

  @Test(
    "with strangers, repeated or unordered contributors",
    arguments: [
      ([1, 2, 3, 4, 5], 2),  // did not advertise
      ([1, 3, 4, 5, 8], 8),  // is a neighbour, but did not share
      ([1, 3, 4, 5, 10], 10),  // outside the cohort
      ([1, 1, 3, 4, 5], 1), ([1, 3, 4, 4, 5], 4), ([1, 3, 4, 5, 5], 5),
      ([3, 1, 4, 5], 1), ([1, 4, 3, 5], 3), ([9, 7, 4, 1], 7),
    ])
  func invalidContributor(contributors: [Int], culprit: Int) throws {
    let lone = try complete()
    expect(
      .invalidContributor(try client(culprit)), from: try completeRound(lone),
      for: try lone.request(contributors: contributors))
  }

  @Test("without this client itself", arguments: [[1, 3, 5, 6, 7, 9], [1, 3, 5], [], [9]])
  func missing(contributors: [Int]) throws {
    let lone = try complete()
    expect(
      .missingFromContributors, from: try completeRound(lone),
      for: try lone.request(contributors: contributors, count: 6))
  }

  @Test("with a count that the list contradicts", arguments: [2, 3, 4, 6, 7, 9, 1000, Int.max])
  func contributorCountComplete(count: Int) throws {
    let lone = try complete()
    expect(
      .contributorCount(found: count, expected: 5...5), from: try completeRound(lone),
      for: try lone.request(contributors: [1, 3, 4, 5, 6], count: count))
  }

  @Test("in a sparse graph, with a count beyond the clients out of sight", arguments: 0...10)
  func contributorCountSparse(count: Int) throws {
    let lone = try sparse()
    let request = try lone.request(contributors: [1, 3, 4, 6], count: count)
    switch count {
    case 0...1:
      expect(
        .contributorsBelowMinimum(found: count, minimum: 2), from: try sparseRound(lone),
        for: request)
    case 4...8:
      #expect(try sparseRound(lone).unmask(request).unopened.count == 4)
    default:
      expect(
        .contributorCount(found: count, expected: 4...8), from: try sparseRound(lone),
        for: request)
    }
  }

  @Test("with too few contributing neighbours", arguments: [[4], [1, 4], [4, 9], [1, 3, 4]])
  func contributingNeighboursBelowThreshold(contributors: [Int]) throws {
    let lone = try sparse()
    expect(
      .contributingNeighboursBelowThreshold(found: contributors.count - 1, threshold: 3),
      from: try sparseRound(lone), for: try lone.request(contributors: contributors, count: 5))
  }
}
