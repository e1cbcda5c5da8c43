import FLMath
import Testing

@testable import SecAgg

/// States with secrets in them, in memory that grows and is wiped.
@Suite("Secret writer")
struct SecretWriterTests {
  @Test("fields and secrets follow one another, the checksum behind them")
  func content() throws {
    var writer = SecretWriter()
    writer.write { $0.write(UInt32(7)) }
    writer.write(secret: SecretBytes(copying: [1, 2, 3]))
    writer.write { $0.write(string: "x") }
    let count = writer.count
    #expect(count == 16)
    let bytes = OctetString.of(writer.finish())
    let content = OctetString.hex("07000000 010203 0100000000000000 78")
    #expect(bytes == content + HandEncoding.blake2b(content, key: [], count: 32))
    let verified = try Checksum.verified(bytes.span) { OctetString.of($0) }
    #expect(verified == content)
  }

  @Test("grows from any capacity without losing a byte", arguments: [0, 1, 7, 256, 1000])
  func growth(capacity: Int) {
    var generator = SimulationGenerator(seed: UInt64(capacity))
    var writer = SecretWriter(capacity: capacity)
    var expected: [UInt8] = []
    for _ in 0..<60 {
      let piece = OctetString.random(Int(generator.next() % 100), &generator)
      if generator.next() % 2 == 0 {
        writer.write(secret: SecretBytes(copying: piece))
      } else {
        writer.write { $0.write(raw: piece) }
      }
      expected += piece
    }
    let count = writer.count
    #expect(count == expected.count, "seed \(capacity)")
    let bytes = OctetString.of(writer.finish())
    #expect(Array(bytes.dropLast(32)) == expected, "seed \(capacity)")
  }

  @Test("nothing written is only the checksum of nothing")
  func empty() {
    let bytes = OctetString.of(SecretWriter().finish())
    #expect(bytes == HandEncoding.blake2b([], key: [], count: 32))
  }
}
