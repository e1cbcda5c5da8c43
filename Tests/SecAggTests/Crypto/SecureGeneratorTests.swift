import Testing

@testable import SecAgg

/// Random words for noise.
@Suite("Secure generator")
struct SecureGeneratorTests {
  @Test("no word of several blocks, of two generators, comes twice")
  func distinct() {
    let (first, second) = (SecureGenerator(), SecureGenerator())
    var words = Set<UInt64>()
    for _ in 0..<20_000 {
      words.insert(first.next())
      words.insert(second.next())
    }
    #expect(words.count == 40_000)
  }

  @Test("every bit is as often 1 as 0", arguments: 0..<64)
  func bits(bit: Int) {
    let generator = SecureGenerator()
    let ones = (0..<20_000).count { _ in generator.next() >> UInt64(bit) & 1 == 1 }
    // 7 standard deviations of sqrt(20000) / 2.
    #expect(abs(ones - 10_000) < 495)
  }
}
