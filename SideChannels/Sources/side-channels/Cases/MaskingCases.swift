internal import FLMath
@testable internal import SecAgg

/// The client's vector and the masks over it.
enum MaskingCases {
  static func run(_ report: inout Report) throws {
    // Longer than a piece of the vector and no multiple of a block of the cipher.
    for (valueBits, elementCount) in [(10, 27_001), (16, 20_011), (40, 8_205)] {
      let layout = try VectorLayout(
        elementCount: elementCount,
        lanes: LaneLayout(minimumValueBits: valueBits, maximumContributors: 100))
      let largest = layout.lanes.maximumSum(contributors: 1)
      let elements = (0..<UInt64(elementCount)).map { ($0 &* 0x9E37_79B9_7F4A_7C15) & largest }
      let lanes = "\(layout.lanes.lanesPerWord) lane(s) a word"

      report.check("packing, \(lanes)", secret: "the bits of the elements") {
        Secrecy.classify(elements, bits: largest)
        return Secrecy.secretBits(of: try PackedVector(elements, layout: layout).words)
      }
      report.check("masking, \(lanes)", secret: "the seeds and the bits of the elements") {
        Secrecy.classify(elements, bits: largest)
        let vector = try PackedVector(elements, layout: layout)
        var masks = MaskCombination(capacity: 3)
        for direction in [MaskExpander.Direction.add, .subtract, .add] {
          masks.append(direction, seed: SecureRandom.secretBytes(MaskExpander.seedByteCount))
        }
        let masked = vector.masked(by: masks)
        // Every bit of every word, that of the contributor count as well.
        let bits = Secrecy.secretBits(of: masked)
        return bits == 64 * layout.wordCount ? bits : 0
      }
    }
  }
}
