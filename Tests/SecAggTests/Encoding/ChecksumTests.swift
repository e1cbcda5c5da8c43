import FLMath
import Testing

@testable import SecAgg

/// Damage to stored bytes is found.
@Suite("Checksum of stored states")
struct ChecksumTests {
  private func verified(_ bytes: [UInt8]) throws(StoredStateError) -> [UInt8] {
    try Checksum.verified(bytes.span) { OctetString.of($0) }
  }

  private func sealed(_ content: [UInt8]) -> [UInt8] {
    content + HandEncoding.blake2b(content, key: [], count: 32)
  }

  @Test("content with its BLAKE2b-256 behind it is accepted", arguments: [0, 1, 100])
  func accepted(count: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(count))
    let content = OctetString.random(count, &generator)
    #expect(try verified(sealed(content)) == content, "seed \(count)")
  }

  @Test("every flipped bit is noticed", arguments: [0, 1, 20])
  func flippedBits(count: Int) {
    let bytes = sealed([UInt8](repeating: 3, count: count))
    for bit in 0..<8 * bytes.count {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: StoredStateError.damaged, "bit \(bit)") { try verified(damaged) }
    }
  }

  @Test("every other length is noticed")
  func lengths() {
    let bytes = sealed([1, 2, 3, 4, 5])
    for count in 0..<32 {
      #expect(throws: StoredStateError.truncated(expectedAtLeast: 32, found: count)) {
        try verified(Array(bytes.prefix(count)))
      }
    }
    for count in 32..<bytes.count {
      #expect(throws: StoredStateError.damaged) { try verified(Array(bytes.prefix(count))) }
    }
    #expect(throws: StoredStateError.damaged) { try verified(bytes + [0]) }
  }
}
