@testable import FLMath

/// Gives, as uniform numbers of the unit interval, those of a reference file, in their order.
struct ReplayedUniforms: RandomNumberGenerator {
  private var words: [UInt64]

  init(_ uniforms: [Double]) {
    words = uniforms.reversed().map { UInt64($0 * 0x1p53) << 11 }
  }

  mutating func next() -> UInt64 {
    words.popLast() ?? 0
  }
}
