import FLMath
import SecAggWire
import Testing

@testable import SecAgg

/// Which cipher a session gets, and that it sums with each.
@Suite("Mask ciphers")
struct MaskCipherTests {
  /// Under the key of NIST SP 800-38A, section F.5.5, from the zero block on; computed by OpenSSL
  /// (`openssl enc -aes-256-ctr` with a zero vector over 32 zero bytes).
  @Test(
    "AES-256-CTR starts at counter 0, the lowest byte of a word first",
    .enabled(if: MaskCipher.available.contains(.aes256ctr)))
  func aes() throws {
    let key = OctetString.hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    let expander = try #require(MaskExpander(.aes256ctr))
    var words = [UInt64](repeating: 0, count: 4)
    var span = words.mutableSpan
    expander.apply(.add, seed: key.span, to: &span, streamOffset: 0)
    var bytes = HandEncoding()
    for word in words { bytes.word(word) }
    #expect(
      bytes.bytes
        == OctetString.hex("e568f68194cf76d6174d4cc04310a85491151e5d0b7a1f1bc0d7acd0ae3e51e4"))
  }

  @Test(
    "a session with each cipher gives the sum, with clients that leave at every point",
    arguments: MaskCipher.available)
  func sums(cipher: MaskCipher) throws {
    let parameters = try testParameters(cohortSize: 12, degree: 8, threshold: 4, maskCipher: cipher)
    var session = try SimulatedSession(parameters: parameters, seed: 3)
    let aggregate = try session.run(
      leaving: [
        client(2): .beforeAdvertisingKeys, client(5): .beforeMaskedInput,
        client(9): .beforeUnmasking,
      ])
    #expect(aggregate.contributors.count == 10)
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors))
  }

  @Test("the cipher is part of the session's digest")
  func digest() throws {
    let digests = try MaskCipher.available.map {
      try SessionParameters(
        sessionID: Digest(words: (1, 2, 3, 4)), cohortSize: 5, threshold: 3,
        layout: testParameters(cohortSize: 5, threshold: 3).layout, minimumContributors: 2,
        maskCipher: $0, applicationContext: Digest(words: (0, 0, 0, 0))
      ).digest
    }
    #expect(Set(digests).count == digests.count)
  }

  @Test("the fastest of what all clients declare, and an error where they have nothing in common")
  func negotiation() throws {
    let assumptions = try SessionAssumptions(cohortSize: 100)
    func recommended(_ ciphers: Set<MaskCipher>) throws -> MaskCipher {
      try SessionParameters.recommended(
        for: assumptions,
        layout: VectorLayout(
          elementCount: 10, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 100)),
        maskCiphers: ciphers, applicationContext: Digest(words: (0, 0, 0, 0))
      ).maskCipher
    }
    #expect(try recommended([.chacha20]) == .chacha20)
    let fastest: MaskCipher =
      MaskCipher.available.contains(.aes256ctr) ? .aes256ctr : .chacha20
    #expect(try recommended(Set(MaskCipher.allCases)) == fastest)
    #expect(throws: RecommendationError.noCommonMaskCipher([])) { try recommended([]) }
  }

  @Test(
    "a cipher that the processor lacks is refused when parameters are made and when they arrive")
  func unavailable() throws {
    #expect(throws: SessionParametersError.maskCipherUnavailable(.aes256ctr)) {
      try SessionParameters.expander(for: .aes256ctr, available: [.chacha20])
    }
    #expect(try SessionParameters.expander(for: .chacha20, available: [.chacha20]) == .chacha20)
    // Of a policy that does not accept it, whatever the processor has.
    let offered = try testParameters(
      cohortSize: 5, threshold: 3, maskCipher: .chacha20)
    #expect(throws: ClientError.policy(.maskCipher(offered.maskCipher))) {
      _ = try AdvertiseKeysRound(
        id: client(1), parameters: offered, policy: ClientPolicy.testing(acceptedMaskCiphers: []))
    }
  }
}
