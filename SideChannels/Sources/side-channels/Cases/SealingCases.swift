@testable internal import SecAgg

/// Shares on their way from one client to another.
enum SealingCases {
  static func run(_ report: inout Report) throws {
    let digest = SessionParameters.applicationContext(of: Array("sealing".utf8))
    let ids = ClientID.all(cohortSize: 3)
    let nonce = Nonce()
    let dealt = DealtShares(session: digest, roster: digest, dealer: ids[0], holder: ids[1])

    func sealed(_ agreed: borrowing SecretBytes, _ shares: borrowing SecretBytes) -> [UInt8] {
      shares.withBytes { shares in
        agreed.withBytes { agreed in
          ShareSealing.seal(shares, agreed: agreed, of: dealt, nonce: nonce).bytes
        }
      }
    }
    func opened(_ agreed: borrowing SecretBytes, _ bytes: [UInt8]) -> SecretBytes? {
      guard let sealed = SealedShares(bytes: bytes) else { return nil }
      return agreed.withBytes { agreed in
        ShareSealing.open(sealed, agreed: agreed, of: dealt)
      }
    }

    report.check("sealing", secret: "the agreed secret and the shares") {
      let agreed = SecureRandom.secretBytes(Digest.byteCount)
      let shares = SecureRandom.secretBytes(2 * SecretShare.byteCount)
      let bits = Secrecy.secretBits(of: shares)
      // The mark is taken off ciphertexts. The commitments keep theirs until the message is made.
      let bytes = sealed(agreed, shares)
      let commitments = Array(bytes.prefix(SealedShares.commitmentsByteCount))
      let envelope = Array(bytes.dropFirst(SealedShares.commitmentsByteCount))
      let isMarked = Secrecy.secretBits(of: commitments) == 8 * commitments.count
      return Secrecy.secretBits(of: envelope) == 0 && isMarked ? bits : 0
    }
    report.check("opening", secret: "the agreed secret and the shares") {
      let agreed = SecureRandom.secretBytes(Digest.byteCount)
      let shares = SecureRandom.secretBytes(2 * SecretShare.byteCount)
      switch opened(agreed, sealed(agreed, shares)) {
      case .some(let plaintext): return Secrecy.secretBits(of: plaintext)
      case .none: return 0
      }
    }
    report.check(
      "opening and checking the share of one secret", secret: "the agreed secret and the shares"
    ) {
      let agreed = SecureRandom.secretBytes(Digest.byteCount)
      let bytes = sealed(agreed, ShamirSharing.randomElements(2 * SecretShare.wordCount))
      guard let sealed = SealedShares(bytes: bytes) else { return 0 }
      let share = agreed.withBytes { agreed in
        ShareSealing.open(.maskKey, in: sealed, agreed: agreed, of: dealt)
      }
      return share.map { Secrecy.secretBits(of: $0.bytes) } ?? 0
    }
    report.check("opening what was damaged", secret: "the agreed secret and the shares") {
      let agreed = SecureRandom.secretBytes(Digest.byteCount)
      var bytes = sealed(agreed, SecureRandom.secretBytes(2 * SecretShare.byteCount))
      bytes[50] ^= 1
      switch opened(agreed, bytes) {
      case .some: return 0
      case .none: return Secrecy.secretBits(of: agreed)
      }
    }
  }
}
