import CSodium
import FLMath
import Testing

@testable import SecAgg

/// XChaCha20-Poly1305 against its draft, and everything that must not open.
@Suite("Authenticated encryption")
struct AuthenticatedEncryptionTests {
  private func open(_ sealed: [UInt8], key: [UInt8], associatedData: [UInt8]) -> [UInt8]? {
    guard
      let opened = AuthenticatedEncryption.open(
        sealed[...], key: key.span, associatedData: associatedData)
    else { return nil }
    return OctetString.of(opened)
  }

  @Test("draft-irtf-cfrg-xchacha-03, appendix A.3.1")
  func draft() {
    let plaintext = Array(
      ("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
        + "future, sunscreen would be it.").utf8)
    let associatedData = OctetString.hex("50515253c0c1c2c3c4c5c6c7")
    let key = (0x80..<0xa0).map { UInt8($0) }
    let nonce = (0x40..<0x58).map { UInt8($0) }
    let sealed = OctetString.hex(
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
        + "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
        + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
        + "21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49")
    var output = [UInt8](repeating: 0, count: plaintext.count + 16)
    _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
      &output, nil, plaintext, UInt64(plaintext.count), associatedData,
      UInt64(associatedData.count), nil, nonce, key)
    #expect(output == sealed)
    #expect(open(nonce + sealed, key: key, associatedData: associatedData) == plaintext)
  }

  @Test("what was sealed opens", arguments: [0, 1, 15, 16, 17, 63, 64, 65, 80, 1000])
  func roundTrip(count: Int) {
    var generator = SimulationGenerator(seed: UInt64(count))
    let (key, plaintext) = (
      OctetString.random(32, &generator), OctetString.random(count, &generator)
    )
    for associatedCount in [0, 1, 100] {
      let associatedData = OctetString.random(associatedCount, &generator)
      let sealed = AuthenticatedEncryption.seal(
        plaintext.span, key: key.span, associatedData: associatedData)
      #expect(sealed.count == count + AuthenticatedEncryption.overhead)
      #expect(open(sealed, key: key, associatedData: associatedData) == plaintext, "seed \(count)")
    }
  }

  @Test("a flipped bit anywhere is refused", arguments: [0, 1, 80])
  func flippedBits(count: Int) {
    var generator = SimulationGenerator(seed: 3)
    let (key, plaintext) = (
      OctetString.random(32, &generator), OctetString.random(count, &generator)
    )
    let associatedData = OctetString.random(20, &generator)
    let sealed = AuthenticatedEncryption.seal(
      plaintext.span, key: key.span, associatedData: associatedData)
    func flipping(_ bit: Int, in bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      return bytes
    }
    for bit in 0..<8 * sealed.count {
      #expect(
        open(flipping(bit, in: sealed), key: key, associatedData: associatedData) == nil,
        "bit \(bit)")
    }
    for bit in 0..<8 * key.count {
      #expect(
        open(sealed, key: flipping(bit, in: key), associatedData: associatedData) == nil,
        "bit \(bit) of the key")
    }
    for bit in 0..<8 * associatedData.count {
      #expect(
        open(sealed, key: key, associatedData: flipping(bit, in: associatedData)) == nil,
        "bit \(bit) of the associated data")
    }
  }

  @Test("any other length is refused")
  func otherLengths() {
    let key = [UInt8](repeating: 9, count: 32)
    let plaintext: [UInt8] = [1, 2, 3]
    let sealed = AuthenticatedEncryption.seal(
      plaintext.span, key: key.span, associatedData: [4])
    for count in 0..<sealed.count {
      #expect(open(Array(sealed.prefix(count)), key: key, associatedData: [4]) == nil)
      #expect(open(Array(sealed.suffix(count)), key: key, associatedData: [4]) == nil)
    }
    #expect(open(sealed + [0], key: key, associatedData: [4]) == nil)
    #expect(open(sealed, key: key, associatedData: []) == nil)
    #expect(open(sealed, key: key, associatedData: [4, 0]) == nil)
    #expect(open(sealed, key: key, associatedData: [4]) == plaintext)
  }

  @Test("sealing twice gives different bytes throughout")
  func freshNonce() {
    let key = [UInt8](repeating: 9, count: 32)
    let plaintext = [UInt8](repeating: 0, count: 32)
    let sealed = (0..<100).map { _ in
      AuthenticatedEncryption.seal(plaintext.span, key: key.span, associatedData: [])
    }
    #expect(Set(sealed.map { Array($0.prefix(24)) }).count == 100)
    #expect(Set(sealed.map { Array($0.dropFirst(24)) }).count == 100)
  }
}
