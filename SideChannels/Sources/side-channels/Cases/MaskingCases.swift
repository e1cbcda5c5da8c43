internal import FLMath
@testable internal import SecAgg

/// The client's vector and the masks over it.
enum MaskingCases {
  static func run(_ report: inout Report) throws {
    // Longer than a piece of the vector and no multiple of a block of the cipher.
    for (valueBits, elementCount) in [(10, 27_001), (16, 20_011), (40, 8_205)] {
      let layout = try VectorLayout(
        elementCount: elementCount,
        lanes: UnsignedLanes(minimumValueBits: valueBits, maximumContributors: 100))
      let largest = UInt64.max >> UInt64(64 - layout.lanes.valueBits)
      let elements = (0..<UInt64(elementCount)).map { ($0 &* 0x9E37_79B9_7F4A_7C15) & largest }
      let lanes = "\(layout.lanes.lanesPerWord) lane(s) a word"

      report.check("packing, \(lanes)", secret: "the bits of the elements") {
        Secrecy.classify(elements, bits: largest)
        return Secrecy.secretBits(of: try PackedVector(elements, layout: layout).words)
      }
      for cipher in MaskCipher.allCases {
        guard let expander = MaskExpander(cipher) else { continue }
        let name = "masking with \(cipher), \(lanes)"
        report.check(name, secret: "the seeds and the bits of the elements") {
          Secrecy.classify(elements, bits: largest)
          let vector = try PackedVector(elements, layout: layout)
          let execution = Execution.threads(1)
          let masks = MaskCombination([.add, .subtract, .add], by: expander) { _ in
            SecureRandom.secretBytes(MaskExpander.seedByteCount)
          }
          let masked = try vector.masked(
            by: masks, on: execution, watch: ProgressWatch(total: 0, on: execution))
          // Every bit of every word, that of the contributor count as well.
          let bits = Secrecy.secretBits(of: masked)
          return bits == 64 * layout.wordCount ? bits : 0
        }
      }
    }
    try packingSigned(&report)
  }

  private static func packingSigned(_ report: inout Report) throws {
    for (bits, elementCount) in [(12, 27_001), (16, 20_011), (40, 8_205)] {
      let layout = try VectorLayout(
        elementCount: elementCount,
        lanes: SignedLanes(minimumBits: bits, maximumContributors: 100))
      let unused = Int64(64 - layout.lanes.valueBits)
      let elements = (0..<Int64(elementCount)).map {
        (($0 &* 0x1E37_79B9_7F4A_7C15) &<< 1) &>> unused
      }
      report.check(
        "packing signed elements, \(layout.lanes.lanesPerWord) lane(s) a word",
        secret: "the elements"
      ) {
        Secrecy.classify(elements)
        return Secrecy.secretBits(of: PackedVector(unbounded: elements, layout: layout).words)
      }
      // That an element fits shows in bits that repeat its sign. memcheck cannot know that the outcome
      // is public, unless the sign is.
      report.check(
        "packing signed elements that must fit, \(layout.lanes.lanesPerWord) lane(s) a word",
        secret: "the elements but for their signs"
      ) {
        let magnitude = UInt64.max >> UInt64(65 - layout.lanes.valueBits)
        let words = elements.map { UInt64(bitPattern: $0) }
        Secrecy.classify(words, bits: magnitude)
        let vector = try PackedVector(
          signed: words.map { Int64(bitPattern: $0) }, layout: layout)
        return Secrecy.secretBits(of: vector.words)
      }
    }
  }
}
