import FLMath
import Testing

@testable import SecAgg

/// Against values of the reference implementation (Python package xxhash 4.1.0, seed 0), of words in
/// little-endian bytes.
@Suite("XXH64")
struct XXHash64Tests {
  @Test(
    "the words 1...n times an odd number",
    arguments: [(Int, UInt64)]([
      (0, 0xEF46DB3751D8E999),
      (1, 0xB4AD8A2A3728B057),
      (2, 0xD4DFFCCBD29515C4),
      (3, 0x4F21EE930608F3C0),
      (4, 0xCC8DE5ACBC49385E),
      (5, 0x94B72A56AAF0D5BB),
      (7, 0x7A4EA291BD520B76),
      (8, 0xB5AD704C74F6FF7C),
      (9, 0x67FFCD22CCB30187),
      (31, 0xCF5C7BF6AFE372F4),
      (100, 0x3994453BA430F6D1),
      (1000, 0xF7077DCC2196D3B1),
    ]))
  func known(count: Int, digest: UInt64) {
    let words = (0..<count).map { UInt64($0 + 1) &* 0x9E37_79B9_7F4A_7C15 }
    #expect(XXHash64.digest(of: words.span) == digest)
  }

  @Test("every flipped bit, and words that change places, give another digest")
  func changes() {
    let words = (0..<13).map { UInt64($0 + 1) &* 0x9E37_79B9_7F4A_7C15 }
    var seen: Set = [XXHash64.digest(of: words.span)]
    for index in words.indices {
      for bit in 0..<64 {
        var changed = words
        changed[index] ^= 1 << UInt64(bit)
        seen.insert(XXHash64.digest(of: changed.span))
      }
      for other in 0..<index {
        var changed = words
        changed.swapAt(index, other)
        seen.insert(XXHash64.digest(of: changed.span))
      }
    }
    #expect(seen.count == 1 + 13 * 64 + 13 * 12 / 2)
  }
}
