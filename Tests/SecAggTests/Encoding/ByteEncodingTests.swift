import FLMath
import Testing

@testable import SecAgg

/// What `ByteWriter` writes, `ByteReader` reads, and nothing else.
@Suite("Byte encoding")
struct ByteEncodingTests {
  private func read<Result>(
    _ bytes: [UInt8], _ body: (inout ByteReader) throws(StoredStateError) -> Result
  ) throws(StoredStateError) -> Result {
    try ByteReader.reading(bytes.span, body)
  }

  private func written(_ body: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    body(&writer)
    return writer.bytes
  }

  @Test("integers are little-endian and of fixed width")
  func integers() throws {
    let bytes = written {
      $0.write(UInt8(0xab))
      $0.write(UInt32(0x0102_0304))
      $0.write(UInt64(0x0102_0304_0506_0708))
      $0.write(count: 5)
    }
    #expect(bytes == OctetString.hex("ab 04030201 0807060504030201 0500000000000000"))
    let values = try read(bytes) { (reader) throws(StoredStateError) -> [UInt64] in
      [
        UInt64(try reader.byte()), UInt64(try reader.uint32()), try reader.uint64(),
        UInt64(try reader.count("count", atMost: 5)),
      ]
    }
    #expect(values == [0xab, 0x0102_0304, 0x0102_0304_0506_0708, 5])
  }

  @Test("lists and strings have their length in front")
  func lists() throws {
    let ids = ClientID.all(cohortSize: 3)
    let bytes = written {
      $0.write(string: "é")
      $0.write(lengthPrefixed: [9])
      $0.write(ids: ids)
      $0.write(words: [1 << 63])
    }
    #expect(
      bytes
        == OctetString.hex(
          "0200000000000000 c3a9 0100000000000000 09"
            + "0300000000000000 01000000 02000000 03000000"
            + "0100000000000000 0000000000000080"))
    let count = try read(bytes) { (reader) throws(StoredStateError) -> Int in
      #expect(try reader.string() == "é")
      #expect(try reader.lengthPrefixed() == [9])
      #expect(try reader.clientIDs() == ids)
      #expect(try reader.words() == [1 << 63])
      return reader.remaining
    }
    #expect(count == 0)
  }

  @Test("random values of every kind come back, and no shorter bytes are accepted")
  func random() throws {
    var generator = SimulationGenerator(seed: 8)
    for trial in 0..<30 {
      let digest = Digest(
        words: (generator.next(), generator.next(), generator.next(), generator.next()))
      var keyBytes = OctetString.random(32, &generator)
      keyBytes[31] &= 0x7f
      let key = try PublicKey(bytes: keyBytes)
      let id = try #require(ClientID(UInt32(truncatingIfNeeded: generator.next()) | 1))
      let words = (0..<Int(generator.next() % 5)).map { _ in generator.next() }
      let raw = OctetString.random(Int(generator.next() % 9), &generator)
      let bytes = written {
        $0.write(digest)
        $0.write(raw: key.bytes)
        $0.write(id)
        $0.write(words: words)
        $0.write(raw: raw)
      }
      func decode(_ bytes: [UInt8]) throws(StoredStateError) -> Bool {
        try read(bytes) { (reader) throws(StoredStateError) -> Bool in
          let (foundDigest, foundKey, foundID) = (
            try reader.digest(), try reader.publicKey(), try reader.clientID()
          )
          let foundWords = try reader.words()
          let foundRaw = OctetString.of(try reader.secret(raw.count))
          return foundDigest == digest && foundKey == key && foundID == id && foundWords == words
            && foundRaw == raw
        }
      }
      #expect(try decode(bytes), "seed 8, trial \(trial)")
      for count in bytes.indices {
        #expect(throws: StoredStateError.self, "seed 8, trial \(trial)") {
          try decode(Array(bytes.prefix(count)))
        }
      }
      #expect(throws: StoredStateError.trailingBytes(1)) { try decode(bytes + [0]) }
    }
  }

  /// Were memory reserved before the check, these would not return.
  @Test(
    "huge counts are refused before anything is allocated",
    arguments: [2, 1 << 20, 1 << 40, 1 << 61, 1 << 63 - 1, 1 << 63, UInt64.max - 7, .max])
  func hugeCounts(count: UInt64) {
    let bytes = written {
      $0.write(count)
      $0.write(UInt8(1))
    }
    #expect(throws: StoredStateError.self) {
      try read(bytes) { (reader) throws(StoredStateError) -> [UInt64] in try reader.words() }
    }
    #expect(throws: StoredStateError.self) {
      try read(bytes) { (reader) throws(StoredStateError) -> [ClientID] in
        try reader.clientIDs()
      }
    }
    #expect(throws: StoredStateError.self) {
      try read(bytes) { (reader) throws(StoredStateError) -> [UInt8] in
        try reader.lengthPrefixed()
      }
    }
    #expect(throws: StoredStateError.invalidField("number")) {
      try read(bytes) { (reader) throws(StoredStateError) -> Int in
        try reader.count("number", atMost: 1)
      }
    }
  }

  @Test("raw bytes and secrets of impossible sizes are refused", arguments: [5, Int.max, -1, .min])
  func impossibleSizes(count: Int) {
    #expect(throws: StoredStateError.self) {
      try read([1, 2, 3, 4]) { (reader) throws(StoredStateError) -> [UInt8] in
        try reader.raw(count)
      }
    }
    #expect(throws: StoredStateError.self) {
      try read([1, 2, 3, 4]) { (reader) throws(StoredStateError) -> Int in
        _ = try reader.byte()
        return try reader.secret(count).count
      }
    }
  }

  @Test("a count is at most its limit", arguments: [0, 1, 1000])
  func limits(limit: Int) throws {
    for (value, isAccepted) in [(limit, true), (limit + 1, false)] {
      let found = try? read(written { $0.write(count: value) }) {
        (reader) throws(StoredStateError) -> Int in try reader.count("number", atMost: limit)
      }
      #expect(found == (isAccepted ? value : nil))
    }
  }

  @Test("values that no field has are refused")
  func invalidFields() {
    #expect(throws: StoredStateError.invalidField("client id")) {
      try read([0, 0, 0, 0]) { (reader) throws(StoredStateError) -> ClientID in
        try reader.clientID()
      }
    }
    #expect(throws: StoredStateError.invalidField("public key")) {
      try read([UInt8](repeating: 0, count: 32)) { (reader) throws(StoredStateError) -> PublicKey in
        try reader.publicKey()
      }
    }
  }
}
