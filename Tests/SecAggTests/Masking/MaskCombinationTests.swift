import FLMath
import Testing

@testable import SecAgg

/// Many masks at once are the same as one after the other.
@Suite("Mask combinations")
struct MaskCombinationTests {
  private func apply(
    _ masks: [(MaskExpander.Direction, [UInt8])], to words: [UInt64]
  ) -> [UInt64] {
    MaskCombination.testing(masks).applied(to: words)
  }

  @Test(
    "sums and differences of streams, around the borders of pieces",
    arguments: [1, 2, 511, 512, 513, 8191, 8192, 8193, 16383, 16384, 16385])
  func manyMasks(wordCount: Int) {
    var generator = SimulationGenerator(seed: UInt64(wordCount))
    let words = (0..<wordCount).map { _ in generator.next() }
    var expected = words
    var masks: [(MaskExpander.Direction, [UInt8])] = []
    for index in 0..<4 {
      let seed = OctetString.random(32, &generator)
      let stream = MaskExpanderTests.stream(of: seed, wordCount: wordCount)
      if index % 3 == 0 {
        masks.append((.add, seed))
        for word in expected.indices { expected[word] &+= stream[word] }
      } else {
        masks.append((.subtract, seed))
        for word in expected.indices { expected[word] &-= stream[word] }
      }
    }
    // Not compared in the expectation: it would look for the differences, and there may be many.
    let isRight = apply(masks, to: words) == expected
    #expect(isRight, "seed \(wordCount)")
  }

  @Test("masks with their opposites leave the vector as it was", arguments: [1, 9, 600, 9000])
  func cancelling(wordCount: Int) {
    var generator = SimulationGenerator(seed: UInt64(wordCount))
    let words = (0..<wordCount).map { _ in generator.next() }
    let masks = (0..<5).map { index in
      (
        index % 2 == 0 ? MaskExpander.Direction.add : .subtract,
        OctetString.random(32, &generator)
      )
    }
    let masked = apply(masks, to: words)
    #expect(masked != words)
    let isRestored = apply(masks.map { ($0.0.opposite, $0.1) }, to: masked) == words
    #expect(isRestored, "seed \(wordCount)")
  }

  @Test("no masks change nothing")
  func none() {
    #expect(apply([], to: [1, 2, 3]) == [1, 2, 3])
  }
}
