import FLMath
import Testing

@testable import SecAgg

/// What is put into secret memory is there.
@Suite("Secret bytes")
struct SecretBytesTests {
  @Test("bytes are kept", arguments: [0, 1, 7, 8, 9, 31, 32, 40, 4096])
  func content(count: Int) {
    var generator = SimulationGenerator(seed: UInt64(count))
    let bytes = OctetString.random(count, &generator)
    let secret = SecretBytes(copying: bytes)
    #expect(secret.count == count)
    let found = OctetString.of(secret)
    #expect(found == bytes, "seed \(count)")
  }

  @Test("fresh memory is zero", arguments: [0, 1, 8, 64, 5000])
  func zeroed(count: Int) {
    let found = OctetString.of(SecretBytes(zeroed: count))
    #expect(found == [UInt8](repeating: 0, count: count))
  }

  @Test("words and bytes are the same memory")
  func words() {
    var secret = SecretBytes(copying: (1...16).map { UInt8($0) })
    let words = secret.withWords { words in words.indices.map { words[$0].littleEndian } }
    #expect(words == [0x0807_0605_0403_0201, 0x100f_0e0d_0c0b_0a09])
    secret.withMutableWords { $0[1] = UInt64(0xff).littleEndian }
    let found = OctetString.of(secret)
    #expect(found == [1, 2, 3, 4, 5, 6, 7, 8, 0xff, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test("random secrets differ and fill their memory", arguments: [16, 32, 40])
  func random(count: Int) {
    var seen: Set<[UInt8]> = []
    var union = [UInt8](repeating: 0, count: count)
    for _ in 0..<200 {
      let bytes = OctetString.of(SecureRandom.secretBytes(count))
      for index in bytes.indices { union[index] |= bytes[index] }
      seen.insert(bytes)
    }
    #expect(seen.count == 200)
    // A bit that is random stays 0 in 200 draws once in 2^200.
    #expect(union.allSatisfy { $0 == 0xff })
  }

  @Test("rows of a table are kept apart")
  func table() throws {
    var table = SecretTable(rowCount: 3)
    for row in [2, 0] {
      table.setRow(row, to: SecretBytes(copying: [UInt8](repeating: UInt8(row + 1), count: 32)))
    }
    var other = SecretTable(rowCount: 2)
    other.setRow(1, toRow: 2, of: table)
    let rows = (0..<3).map { table.withRow($0) { OctetString.of($0) } }
    let otherRows = (0..<2).map { other.withRow($0) { OctetString.of($0) } }
    #expect(rows.map { Set($0) } == [[1], [0], [3]])
    #expect(otherRows.map { Set($0) } == [[0], [3]])

    var writer = SecretWriter()
    table.write(to: &writer)
    let stored = OctetString.of(writer.finish()).dropLast(32)
    let bytes = Array(stored)
    let back = try ByteReader.reading(bytes.span) {
      (reader) throws(StoredStateError) -> SecretTable in
      try SecretTable(from: &reader, rowCount: 3)
    }
    let backRows = (0..<3).map { back.withRow($0) { OctetString.of($0) } }
    #expect(backRows == rows)
  }
}
