import FLMath
import Testing

@testable import SecAgg

/// Key agreement against RFC 7748.
@Suite("X25519")
struct X25519Tests {
  private func agree(privateKey: [UInt8], peer: [UInt8]) throws -> [UInt8] {
    let pair = try KeyPair(privateKey: SecretBytes(copying: privateKey))
    return OctetString.of(try pair.sharedSecret(with: PublicKey(bytes: peer)))
  }

  /// The second vector's coordinate has its unused top bit set, which a `PublicKey` refuses and
  /// X25519 ignores; it is cleared here.
  @Test(
    "RFC 7748, section 5.2: single multiplications",
    arguments: [
      (
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
      ),
      (
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a413",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957"
      ),
    ])
  func singleMultiplication(scalar: String, coordinate: String, product: String) throws {
    let shared = try agree(
      privateKey: OctetString.hex(scalar), peer: OctetString.hex(coordinate))
    #expect(shared == OctetString.hex(product))
  }

  @Test("RFC 7748, section 5.2: a thousand iterations")
  func iterations() throws {
    var scalar = [9] + [UInt8](repeating: 0, count: 31)
    var coordinate = scalar
    for iteration in 1...1000 {
      (scalar, coordinate) = (try agree(privateKey: scalar, peer: coordinate), scalar)
      if iteration == 1 {
        #expect(
          scalar
            == OctetString.hex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"))
      }
    }
    #expect(
      scalar == OctetString.hex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"))
  }

  @Test("RFC 7748, section 6.1: both sides agree")
  func bothSides() throws {
    let alice = try KeyPair(
      privateKey: SecretBytes(
        copying: OctetString.hex(
          "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")))
    let bob = try KeyPair(
      privateKey: SecretBytes(
        copying: OctetString.hex(
          "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")))
    let alicePublic = alice.publicKey
    let bobPublic = bob.publicKey
    #expect(
      alicePublic.bytes
        == OctetString.hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"))
    #expect(
      bobPublic.bytes
        == OctetString.hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))
    let shared = OctetString.hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
    let byAlice = OctetString.of(try alice.sharedSecret(with: bobPublic))
    let byBob = OctetString.of(try bob.sharedSecret(with: alicePublic))
    #expect(byAlice == shared)
    #expect(byBob == shared)
  }

  @Test("random pairs agree, and with nobody else")
  func randomPairs() throws {
    var generator = SimulationGenerator(seed: 7748)
    for trial in 0..<50 {
      let keys = (0..<3).map { _ in OctetString.random(32, &generator) }
      let comment: Comment = "seed 7748, trial \(trial)"
      let publicKeys = try keys.map {
        let pair = try KeyPair(privateKey: SecretBytes(copying: $0))
        return pair.publicKey.bytes
      }
      let forth = try agree(privateKey: keys[0], peer: publicKeys[1])
      #expect(try forth == agree(privateKey: keys[1], peer: publicKeys[0]), comment)
      #expect(try forth != agree(privateKey: keys[2], peer: publicKeys[1]), comment)
    }
  }
}
