import FLMath
import Testing

@Suite("Signed lane layout")
struct SignedLanesTests {
  /// Asked for, lanes of a word, their distance, bits of a sum: 64 divided by hand.
  static let known = [
    [2, 32, 2, 2], [3, 21, 3, 3], [7, 9, 7, 7], [9, 7, 9, 9], [12, 5, 12, 12], [13, 4, 16, 16],
    [16, 4, 16, 16], [17, 3, 21, 21], [21, 3, 21, 21], [22, 2, 32, 32], [32, 2, 32, 32],
    [33, 1, 64, 52], [52, 1, 64, 52],
  ]

  @Test("As many lanes as fit, and what is left over is room for the sum", arguments: known)
  func knownLayout(row: [Int]) throws {
    let lanes = try SignedLanes(minimumBits: row[0], maximumContributors: 100)
    #expect([lanes.lanesPerWord, lanes.laneBits, lanes.bits] == Array(row[1...]))
    #expect(lanes.maximumContributors == 100)
  }

  @Test("A layout asked for its own width is itself", arguments: 2...52)
  func idempotent(minimumBits: Int) throws {
    let lanes = try SignedLanes(minimumBits: minimumBits, maximumContributors: 3)
    #expect(lanes.bits >= minimumBits && lanes.bits <= lanes.laneBits)
    #expect(lanes.lanesPerWord * lanes.laneBits <= 64)
    #expect(try SignedLanes(minimumBits: lanes.bits, maximumContributors: 3) == lanes)
    #expect(lanes.range.lowerBound == -(1 << (lanes.bits - 1)))
    #expect(lanes.range.upperBound == 1 << (lanes.bits - 1))
  }

  @Test("The number of clients does not move the lanes")
  func contributors() throws {
    let few = try SignedLanes(minimumBits: 16, maximumContributors: 1)
    let many = try SignedLanes(minimumBits: 16, maximumContributors: 1 << 20)
    #expect(few.laneBits == many.laneBits && few.bits == many.bits)
    #expect(few != many)
  }

  @Test("Words for elements", arguments: [(-1, 0), (0, 0), (1, 1), (4, 1), (5, 2), (1024, 256)])
  func words(elements: Int, words: Int) throws {
    let lanes = try SignedLanes(minimumBits: 16, maximumContributors: 3)
    #expect(lanes.wordCount(forElements: elements) == words)
  }

  @Test(
    "Widths that sums cannot have are refused", arguments: [Int.min, -1, 0, 1, 53, 64, Int.max])
  func widths(minimumBits: Int) {
    #expect(throws: FLMathError.lanes(.invalidMinimumSumBits(minimumBits))) {
      try SignedLanes(minimumBits: minimumBits, maximumContributors: 3)
    }
  }

  @Test("Sums of nobody are refused", arguments: [Int.min, -1, 0])
  func nobody(contributors: Int) {
    #expect(throws: FLMathError.lanes(.invalidMaximumContributors(contributors))) {
      try SignedLanes(minimumBits: 16, maximumContributors: contributors)
    }
  }
}
