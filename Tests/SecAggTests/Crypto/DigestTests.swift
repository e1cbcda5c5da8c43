import FLMath
import Testing

@testable import SecAgg

/// 32 bytes held as four words.
@Suite("Digests")
struct DigestTests {
  @Test("bytes go in and come out in order")
  func roundTrip() throws {
    let bytes = (1...32).map { UInt8($0) }
    let digest = try #require(Digest(bytes: bytes))
    #expect(digest.bytes == bytes)
    #expect(Digest(span: bytes.span) == digest)
    #expect(digest.words.0 == 0x0807_0605_0403_0201)
    #expect(digest.words.3 == 0x201f_1e1d_1c1b_1a19)
    #expect(
      digest.description == "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20")
  }

  @Test("any other count of bytes is none", arguments: [0, 1, 31, 33, 64])
  func otherCounts(count: Int) {
    #expect(Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
  }

  @Test("one bit makes another digest", arguments: 0..<256)
  func everyBitCounts(bit: Int) throws {
    let zero = [UInt8](repeating: 0, count: 32)
    var other = zero
    other[bit / 8] = 1 << UInt8(bit % 8)
    let (left, right) = (try #require(Digest(bytes: zero)), try #require(Digest(bytes: other)))
    #expect(left != right)
    #expect(Set([left, right, left]).count == 2)
  }
}
