import FLMath
@testable import SecAgg

/// Stored states that somebody wrote who knows how their checksum is made.
enum ForgedState {
  /// `content` with the checksum that belongs to it.
  static func sealed(_ content: some Sequence<UInt8>) -> [UInt8] {
    let content = Array(content)
    return content + Hashing.digest(ofRaw: content.span).bytes
  }

  /// A stored state without its checksum.
  static func content(of stored: [UInt8]) -> ArraySlice<UInt8> {
    stored.dropLast(Digest.byteCount)
  }

  /// A stored state in which one to three bytes differ, under a checksum that matches.
  static func changed(_ stored: [UInt8], using generator: inout SimulationGenerator) -> [UInt8] {
    var content = Array(content(of: stored))
    for _ in 0...generator.below(3) {
      let position = generator.below(content.count)
      switch generator.below(4) {
      case 0: content[position] ^= 1 << UInt8(generator.below(8))
      case 1: content[position] &+= 1
      case 2: content[position] &-= 1
      default: content[position] = UInt8(generator.below(256))
      }
    }
    return sealed(content)
  }
}
