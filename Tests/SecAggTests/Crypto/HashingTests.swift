import FLMath
import Testing

@testable import SecAgg

/// BLAKE2b-256 against RFC 7693 and against Python's `hashlib.blake2b(digest_size=32)`.
@Suite("Hashing")
struct HashingTests {
  @Test(
    "without a key, values of Python's hashlib",
    arguments: [
      (0, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
      (128, "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1"),
      (129, "f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9"),
      (256, "39a7eb9fedc19aabc83425c6755dd90e6f9d0c804964a1f4aaeea3b9fb599835"),
    ])
  func unkeyed(count: Int, digest: String) {
    let message = (0..<count).map { UInt8($0) }
    #expect(Hashing.digest(ofRaw: message.span).bytes == OctetString.hex(digest))
  }

  @Test("abc, a value of Python's hashlib")
  func abc() {
    let message = Array("abc".utf8)
    #expect(
      Hashing.digest(ofRaw: message.span).description
        == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319")
  }

  /// Hashes of hashes of many lengths, with and without a key.
  @Test("RFC 7693, appendix E: the grand hash")
  func selfTest() {
    func sequence(_ count: Int, seed: UInt32) -> [UInt8] {
      var (a, b) = (0xdead_4bad &* seed, UInt32(1))
      return (0..<count).map { _ in
        let sum = a &+ b
        (a, b) = (b, sum)
        return UInt8(sum >> 24)
      }
    }
    var collected: [UInt8] = []
    for outputCount in [20, 32, 48, 64] {
      for inputCount in [0, 3, 128, 129, 255, 1024] {
        let input = sequence(inputCount, seed: UInt32(inputCount))
        collected += HandEncoding.blake2b(input, key: [], count: outputCount)
        let key = sequence(outputCount, seed: UInt32(outputCount))
        collected += HandEncoding.blake2b(input, key: key, count: outputCount)
      }
    }
    #expect(
      Hashing.digest(ofRaw: collected.span).description
        == "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475")
  }

  /// The message is the label's length in 8 bytes, the label, and the field; the key is the secret.
  @Test(
    "derivation is keyed BLAKE2b of the labelled context", arguments: [0, 1, 16, 32, 40, 63, 64])
  func derivation(secretCount: Int) {
    var generator = SimulationGenerator(seed: UInt64(secretCount))
    let secret = OctetString.random(secretCount, &generator)
    let field = OctetString.random(50, &generator)
    let derived = Hashing.deriveKey(from: secret.span, .selfMask) { $0.write(raw: field) }
    let commitment = Hashing.commitment(to: secret.span, .selfMask) { $0.write(raw: field) }
    var expected = HandEncoding(label: "SecAgg/1 self mask")
    expected.octets(field)
    let bytes = OctetString.of(derived)
    #expect(bytes == expected.hashed(key: secret), "seed \(secretCount)")
    #expect(commitment.bytes == bytes)
  }

  @Test("a labelled digest is BLAKE2b of the labelled fields")
  func labelled() {
    let digest = Hashing.digest(.rosterNode) { $0.write(UInt32(0x0102_0304)) }
    var expected = HandEncoding(label: "SecAgg/1 roster node")
    expected.octets([4, 3, 2, 1])
    #expect(digest.bytes == expected.hashed())
  }
}
