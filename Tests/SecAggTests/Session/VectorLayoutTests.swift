import FLMath
import Testing

@testable import SecAgg

/// How many elements a vector may have.
@Suite("Vector layout")
struct VectorLayoutTests {
  private func lanes() throws -> UnsignedLanes {
    try UnsignedLanes(minimumValueBits: 16, maximumContributors: 3)
  }

  @Test("1 to 2^32 elements", arguments: [1, 2, 1000, 1 << 32 - 1, 1 << 32])
  func accepted(count: Int) throws {
    let layout = try VectorLayout(elementCount: count, lanes: lanes())
    #expect(layout.elementCount == count)
    #expect(layout.elementWordCount == (count + 2) / 3)
    #expect(layout.wordCount == (count + 2) / 3 + 1)
  }

  @Test("no other number", arguments: [Int.min, -1, 0, 1 << 32 + 1, Int.max])
  func refused(count: Int) throws {
    let lanes = try lanes()
    #expect(throws: VectorLayoutError.elementCount(found: count)) {
      try VectorLayout(elementCount: count, lanes: lanes)
    }
  }
}
