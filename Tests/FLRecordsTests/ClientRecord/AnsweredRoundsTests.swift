import FLMath
import Testing

@testable import FLRecords

@Suite("Answered rounds")
struct AnsweredRoundsTests {
  /// A fixed seed. Small numbers, so that ranges meet at both ends.
  @Test("the same as a set, in few ranges", arguments: 1...10 as ClosedRange<UInt64>)
  func likeSet(seed: UInt64) {
    var generator = SimulationGenerator(seed: seed)
    var rounds = AnsweredRounds()
    var expected: Set<Int> = []
    for _ in 0..<100 {
      let round = Int.random(in: 0..<150, using: &generator)
      #expect(rounds.insert(round) == expected.insert(round).inserted)
      for other in -1...150 { #expect(rounds.contains(other) == expected.contains(other)) }
      let ends = expected.count { !expected.contains($0 + 1) }
      #expect(rounds.ranges.count == ends)
    }
  }

  @Test("the largest numbers do not overflow")
  func largest() {
    var rounds = AnsweredRounds()
    for round in [Int.max, 0, Int.max - 1, Int.max - 2, 1] {
      let wasThere = rounds.contains(round)
      let isNew = rounds.insert(round)
      #expect(!wasThere && isNew)
    }
    #expect(rounds.ranges == [0...1, Int.max - 2...Int.max])
    let isNew = rounds.insert(.max)
    #expect(!isNew)
  }

  @Test("rounds in a row are one range")
  func consecutive() {
    var rounds = AnsweredRounds()
    for round in 1...100_000 { rounds.insert(round) }
    #expect(rounds.ranges == [1...100_000])
  }

  @Test("of too many ranges the lowest are joined, and no answered round is forgotten")
  func bounded() {
    var rounds = AnsweredRounds()
    let count = AnsweredRounds.mostRanges + 100
    for index in 0..<count { rounds.insert(3 * index) }
    #expect(rounds.ranges.count == AnsweredRounds.mostRanges)
    for index in 0..<count {
      let isAnswered = rounds.contains(3 * index)
      #expect(isAnswered)
      // Skipped rounds count as answered between the lowest 101 only.
      let countsAsAnswered = rounds.contains(3 * index + 1)
      #expect(countsAsAnswered == (index < 100))
    }
  }
}
