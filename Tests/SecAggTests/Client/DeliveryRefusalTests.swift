import FLMath
import SecAgg
import Testing

/// What a client refuses in round 2, before its vector is masked for anyone.
@Suite("Refused deliveries")
struct DeliveryRefusalTests {
  private static let neighbours = [1, 3, 6, 7, 9]

  private func lone() throws -> LoneClient {
    try LoneClient(number: 4, parameters: testParameters(cohortSize: 9, threshold: 3))
  }

  private func expect(
    _ error: ClientError, from lone: LoneClient, for delivery: ShareDelivery,
    input: consuming PackedVector? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let round = try lone.share(withNeighbours: Self.neighbours)
    let input = try input ?? lone.input()
    do {
      _ = try round.maskInput(input, delivery: delivery)
      Issue.record("accepted, expected \(error)", sourceLocation: sourceLocation)
    } catch let found {
      #expect(found == error, sourceLocation: sourceLocation)
    }
  }

  @Test("an honest delivery is accepted", arguments: [[1, 3, 6, 7, 9], [1, 3, 6], [6, 7, 9]])
  func accepted(sharers: [Int]) throws {
    let lone = try lone()
    let next = try lone.mask(withNeighbours: Self.neighbours, sharers: sharers)
    let count = next.message.words.count
    #expect(count == lone.parameters.layout.wordCount)
  }

  @Test("of another session")
  func otherSession() throws {
    let (lone, other) = (try lone(), try self.lone().parameters.digest)
    try expect(
      .otherSession(expected: lone.parameters.digest, found: other), from: lone,
      for: lone.delivery(from: Self.neighbours, session: other))
  }

  @Test("for another client")
  func otherRecipient() throws {
    let lone = try lone()
    try expect(
      .addressedToAnother(client(6)), from: lone,
      for: lone.delivery(from: Self.neighbours, recipient: client(6)))
  }

  @Test("from fewer than the threshold", arguments: [[], [1], [9], [3, 6]])
  func sharersBelowThreshold(sharers: [Int]) throws {
    let lone = try lone()
    try expect(
      .sharersBelowThreshold(found: sharers.count, threshold: 3), from: lone,
      for: lone.delivery(from: sharers))
  }

  @Test(
    "from a client that is no neighbour, or repeated or unordered ones",
    arguments: [
      ([1, 2, 3, 6], 2), ([1, 3, 4, 6], 4), ([1, 3, 6, 8], 8), ([1, 3, 6, 10], 10), ([2], 2),
      ([1, 1, 3, 6], 1), ([1, 3, 6, 7, 9, 9], 9), ([3, 1, 6, 7], 1), ([1, 3, 9, 7], 7),
      ([1, 3, 6, 7, 9, 4_294_967_295], 4_294_967_295),
    ])
  func invalidSharer(sharers: [Int], culprit: Int) throws {
    let lone = try lone()
    try expect(.invalidSharer(client(culprit)), from: lone, for: lone.delivery(from: sharers))
  }

  @Test(
    "a vector of another layout", arguments: [(8, 18, 9), (7, 10, 9), (7, 16, 8), (1, 16, 9)])
  func layoutMismatch(elementCount: Int, valueBits: Int, contributors: Int) throws {
    let lone = try lone()
    let layout = try VectorLayout(
      elementCount: elementCount,
      lanes: UnsignedLanes(minimumValueBits: valueBits, maximumContributors: contributors))
    try #require(layout != lone.parameters.layout)
    let input = try PackedVector([UInt64](repeating: 0, count: elementCount), layout: layout)
    try expect(
      .layoutMismatch, from: lone, for: lone.delivery(from: Self.neighbours), input: input)
  }
}
