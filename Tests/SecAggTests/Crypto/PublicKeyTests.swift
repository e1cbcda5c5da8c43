import CSodium
import FLMath
import Testing

@testable import SecAgg

/// Which 32 bytes are a public key.
@Suite("Public keys")
struct PublicKeyTests {
  /// The canonical coordinates whose order divides 8, on the curve or its twist: 0, 1, p - 1 and the
  /// two roots of order 8, as <https://cr.yp.to/ecdh.html#validate> lists them.
  static let lowOrder = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  ]

  /// Whether libsodium multiplies a point by a scalar; it refuses when the product is 0.
  private func multiplies(_ point: [UInt8]) -> Bool {
    var product = [UInt8](repeating: 0, count: 32)
    let scalar = [UInt8](repeating: 0x5a, count: 32)
    return unsafe crypto_scalarmult(&product, scalar, point) == 0
  }

  private func refusal(of bytes: [UInt8]) -> PublicKeyError? {
    do {
      _ = try PublicKey(bytes: bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test("points of low order are refused", arguments: lowOrder)
  func lowOrderPoint(hex: String) {
    let point = OctetString.hex(hex)
    #expect(!multiplies(point), "libsodium finds it of low order as well")
    #expect(refusal(of: point) == .lowOrder)
  }

  @Test("the neighbours of points of low order are accepted", arguments: lowOrder)
  func neighboursOfLowOrder(hex: String) {
    for bit in 8..<255 {
      var point = OctetString.hex(hex)
      point[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(multiplies(point))
      #expect(refusal(of: point) == nil, "bit \(bit)")
    }
  }

  /// p = 2^255 - 19 is ed ff ... ff 7f in little-endian bytes.
  @Test("coordinates from p to 2^255 - 1 are not canonical", arguments: UInt8(0xed)...0xff)
  func notReduced(first: UInt8) {
    let point = [first] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
    #expect(refusal(of: point) == .notCanonical)
  }

  @Test("the largest coordinates below p - 1 are canonical", arguments: UInt8(0xe0)...0xeb)
  func largest(first: UInt8) {
    let point = [first] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
    #expect(refusal(of: point) == nil)
  }

  @Test("one bit below the topmost ones makes a coordinate smaller than p", arguments: 8..<255)
  func lowerWords(bit: Int) {
    var point = [0xff] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
    point[bit / 8] ^= 1 << UInt8(bit % 8)
    #expect(refusal(of: point) == nil)
  }

  @Test("the unused top bit is refused")
  func topBit() {
    var generator = SimulationGenerator(seed: 255)
    for trial in 0..<100 {
      var point = OctetString.random(32, &generator)
      point[31] |= 0x80
      #expect(refusal(of: point) == .notCanonical, "seed 255, trial \(trial)")
    }
  }

  @Test("random coordinates are accepted and kept")
  func random() throws {
    var generator = SimulationGenerator(seed: 25519)
    for trial in 0..<1000 {
      var point = OctetString.random(32, &generator)
      point[31] &= 0x7f
      #expect(try PublicKey(bytes: point).bytes == point, "seed 25519, trial \(trial)")
    }
  }

  @Test("any other number of bytes is refused", arguments: [0, 1, 31, 33, 64])
  func wrongLength(count: Int) {
    #expect(refusal(of: [UInt8](repeating: 7, count: count)) == .wrongLength(found: count))
  }
}
