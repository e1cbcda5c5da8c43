import FLMath
import Testing

@Suite("Lane layout")
struct UnsignedLanesTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let minimumBits: Int
    let contributors: Int
    let lanesPerWord: Int
    let laneBits: Int
    let valueBits: Int

    var testDescription: String { "\(minimumBits) bits, \(contributors) contributors" }
  }

  /// Worked out by hand from the rule.
  static let examples = [
    Example(minimumBits: 2, contributors: 1, lanesPerWord: 32, laneBits: 2, valueBits: 2),
    Example(minimumBits: 3, contributors: 1, lanesPerWord: 21, laneBits: 3, valueBits: 3),
    Example(minimumBits: 16, contributors: 1, lanesPerWord: 4, laneBits: 16, valueBits: 16),
    Example(minimumBits: 16, contributors: 2, lanesPerWord: 3, laneBits: 21, valueBits: 20),
    Example(minimumBits: 16, contributors: 3, lanesPerWord: 3, laneBits: 21, valueBits: 19),
    Example(minimumBits: 16, contributors: 4, lanesPerWord: 3, laneBits: 21, valueBits: 19),
    Example(minimumBits: 16, contributors: 5, lanesPerWord: 3, laneBits: 21, valueBits: 18),
    Example(minimumBits: 16, contributors: 100, lanesPerWord: 2, laneBits: 32, valueBits: 25),
    Example(minimumBits: 20, contributors: 1000, lanesPerWord: 2, laneBits: 32, valueBits: 22),
    Example(minimumBits: 16, contributors: 65_536, lanesPerWord: 2, laneBits: 32, valueBits: 16),
    Example(minimumBits: 16, contributors: 65_537, lanesPerWord: 1, laneBits: 64, valueBits: 47),
    Example(minimumBits: 16, contributors: 1 << 20, lanesPerWord: 1, laneBits: 64, valueBits: 44),
    Example(minimumBits: 12, contributors: 1 << 20, lanesPerWord: 2, laneBits: 32, valueBits: 12),
    Example(minimumBits: 62, contributors: 1, lanesPerWord: 1, laneBits: 64, valueBits: 64),
    Example(minimumBits: 62, contributors: 2, lanesPerWord: 1, laneBits: 64, valueBits: 63),
    Example(minimumBits: 62, contributors: 4, lanesPerWord: 1, laneBits: 64, valueBits: 62),
    Example(minimumBits: 2, contributors: 1 << 62, lanesPerWord: 1, laneBits: 64, valueBits: 2),
  ]

  @Test("Follows the rule", arguments: examples)
  func rule(example: Example) throws {
    let lanes = try UnsignedLanes(
      minimumValueBits: example.minimumBits, maximumContributors: example.contributors)
    #expect(lanes.lanesPerWord == example.lanesPerWord)
    #expect(lanes.laneBits == example.laneBits)
    #expect(lanes.valueBits == example.valueBits)
    #expect(lanes.maximumContributors == example.contributors)
    #expect(try Codec.roundTrip(lanes) == lanes)
  }

  @Test("The largest sum fits a lane, exactly computed", arguments: examples)
  func largestSum(example: Example) throws {
    let lanes = try UnsignedLanes(
      minimumValueBits: example.minimumBits, maximumContributors: example.contributors)
    let largestValue = lanes.valueBits == 64 ? UInt64.max : (1 << UInt64(lanes.valueBits)) - 1
    let (sum, overflow) = largestValue.multipliedReportingOverflow(by: UInt64(example.contributors))
    #expect(!overflow)
    #expect(lanes.maximumSum(contributors: example.contributors) == sum)
    #expect(64 - sum.leadingZeroBitCount <= lanes.laneBits)
  }

  @Test("Every lane layout that exists keeps the rule", arguments: 2...62)
  func everyLayout(bits: Int) throws {
    for headroom in 0...(64 - bits) where headroom <= 62 {
      let contributors = 1 << headroom
      let lanes = try UnsignedLanes(minimumValueBits: bits, maximumContributors: contributors)
      #expect(lanes.valueBits >= bits)
      #expect(lanes.lanesPerWord * lanes.laneBits <= 64)
      #expect(lanes.valueBits + headroom == lanes.laneBits)
      #expect(
        64 - lanes.maximumSum(contributors: contributors).leadingZeroBitCount <= lanes.laneBits)
      #expect(try Codec.roundTrip(lanes) == lanes)
    }
  }

  @Test("Counts words")
  func words() throws {
    let lanes = try UnsignedLanes(minimumValueBits: 16, maximumContributors: 2)
    #expect([-1, 0, 1, 3, 4, 6, 7].map(lanes.wordCount) == [0, 0, 1, 1, 2, 2, 3])
    #expect(lanes.wordCount(forElements: .max) == Int.max / 3 + 1)
  }

  @Test("Numbers of contributors out of range count as the nearer end")
  func sumsOutOfRange() throws {
    let lanes = try UnsignedLanes(minimumValueBits: 16, maximumContributors: 100)
    #expect(lanes.maximumSum(contributors: -1) == 0)
    #expect(lanes.maximumSum(contributors: 0) == 0)
    #expect(lanes.maximumSum(contributors: .max) == lanes.maximumSum(contributors: 100))
  }

  @Test("Refuses what fits no word")
  func refuses() {
    for bits in [Int.min, 1, 63, .max] {
      #expect(throws: FLMathError.lanes(.invalidMinimumValueBits(bits))) {
        try UnsignedLanes(minimumValueBits: bits, maximumContributors: 1)
      }
    }
    for contributors in [Int.min, 0] {
      #expect(throws: FLMathError.lanes(.invalidMaximumContributors(contributors))) {
        try UnsignedLanes(minimumValueBits: 16, maximumContributors: contributors)
      }
    }
    #expect(throws: FLMathError.lanes(.laneTooWide(minimumValueBits: 62, headroom: 3))) {
      try UnsignedLanes(minimumValueBits: 62, maximumContributors: 5)
    }
    #expect(throws: FLMathError.lanes(.laneTooWide(minimumValueBits: 2, headroom: 63))) {
      try UnsignedLanes(minimumValueBits: 2, maximumContributors: .max)
    }
  }

  @Test("Decoding refuses widths that the rule does not give", arguments: [0, 17, 20, 63, 64])
  func decodingRefuses(bits: Int) throws {
    let refusal = try Codec.refusal(
      UnsignedLanes.self, #"{"valueBits": \#(bits), "maximumContributors": 100}"#)
    #expect(refusal is FLMathError)
  }
}
