import FLMath
import SecAgg
import Testing

/// Clients that send as their masked input something else than their vector under their masks.
///
/// What the server can see is the unmasked sum: the last word must be the number of contributors,
/// no lane may exceed what so many contributors can have put there, and bits of no lane are zero.
/// NOT detectable, by this or any scheme of additive masks without proofs about inputs:
/// - a client that lies about its own vector within its lanes (any value, as if it were its own);
/// - a client that adds such a value to words that it masked properly, carries into the next lane
///   included, as long as every lane of the sum stays within its bound;
/// - clients that conspire to have their errors cancel, in the count word or elsewhere.
/// What clips, norms or robust aggregation can do about the first belongs to the application.
@Suite("Inconsistent sums")
struct InconsistentSumTests {
  /// Runs a session in which client 3's masked words are changed.
  private func session(
    seed: UInt64, elementCount: Int = 7, minimumValueBits: Int = 16,
    _ change: @escaping ([UInt64]) -> [UInt64]
  ) throws -> SimulatedSession {
    let parameters = try testParameters(
      cohortSize: 6, threshold: 3, elementCount: elementCount, minimumValueBits: minimumValueBits)
    var session = try SimulatedSession(parameters: parameters, seed: seed)
    let adversary = try client(3)
    session.onTheWay = { message in
      guard case .maskedInput(let input) = message, input.sender == adversary else {
        return message
      }
      return .maskedInput(input.with(words: change(input.words)))
    }
    return session
  }

  private func expectInconsistent(
    _ session: SimulatedSession, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var session = session
    #expect(throws: ServerError.sumInconsistent, comment, sourceLocation: sourceLocation) {
      try session.run()
    }
    #expect(session.server.stage == .ended, sourceLocation: sourceLocation)
    #expect(throws: ServerError.wrongPhase(present: nil), sourceLocation: sourceLocation) {
      try session.server.unmask()
    }
  }

  @Test("random words, as from masks that nobody else has", arguments: 0..<40)
  func randomWords(seed: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(seed))
    expectInconsistent(
      try session(seed: UInt64(seed)) { $0.map { _ in generator.next() } }, "seed \(seed)")
  }

  @Test("another session's masked input, as if the masks were of another session")
  func masksOfAnotherSession() throws {
    let parameters = try testParameters(cohortSize: 6, threshold: 3)
    let other = try Transcript(parameters: parameters, seed: 10)
    guard case .maskedInput(let input) = other.message(.maskedInput, of: try client(3)) else {
      Issue.record("client 3 sent nothing")
      return
    }
    expectInconsistent(try session(seed: 10) { _ in input.words })
  }

  @Test("no masks at all")
  func zeros() throws {
    expectInconsistent(try session(seed: 11) { $0.map { _ in 0 } })
  }

  @Test("the contributor count alone", arguments: [1, 2, 1 << 63, UInt64.max, UInt64.max - 4])
  func countWord(difference: UInt64) throws {
    expectInconsistent(
      try session(seed: 12) { words in
        var words = words
        words[words.count - 1] &+= difference
        return words
      })
  }

  /// 3 lanes of 21 bits leave bit 63 of every word, and 7 elements 2 lanes of the last word.
  @Test("bits that belong to no element", arguments: [(0, 63), (1, 63), (2, 21), (2, 40), (2, 63)])
  func unusedBits(word: Int, bit: Int) throws {
    let layout = try testParameters(cohortSize: 6, threshold: 3).layout
    try #require(layout.lanes.laneBits == 21 && layout.wordCount == 4)
    expectInconsistent(
      try session(seed: 13) { words in
        var words = words
        words[word] &+= 1 << UInt64(bit)
        return words
      })
  }

  @Test("an element beyond what six contributors can sum up to")
  func beyondTheLane() throws {
    // 18 value bits and 3 for the sum of 6: up to 6 * (2^18 - 1) of 2^21 - 1 are possible, and a
    // lane that holds the most of one client's values 7 times or more is not.
    let parameters = try testParameters(cohortSize: 6, threshold: 3)
    try #require(parameters.layout.lanes.valueBits == 18)
    let largest = parameters.layout.lanes.maximumSum(contributors: 6)
    let sums = try transcriptSums(parameters)
    for (excess, isAccepted) in [(UInt64(0), true), (1, false)] {
      var session = try session(seed: 14) { words in
        var words = words
        words[0] &+= largest - sums[0] + excess
        return words
      }
      if isAccepted {
        #expect(try session.run().sums.unsigned?[0] == largest)
      } else {
        expectInconsistent(session)
      }
    }
  }

  private func transcriptSums(_ parameters: SessionParameters) throws -> [UInt64] {
    try SimulatedSession(parameters: parameters, seed: 14)
      .plaintextSum(of: ClientID.all(cohortSize: 6))
  }

  @Test("not detectable: a client counts as having whatever fits its lanes")
  func lieAboutOneself() throws {
    var session = try session(seed: 15) { words in
      var words = words
      words[0] &+= 1
      return words
    }
    var expected = session.plaintextSum(of: ClientID.all(cohortSize: 6))
    expected[0] += 1
    #expect(try session.run().sums.unsigned == expected)
  }
}
