@testable internal import SecAgg

/// Shares on their way from one client to another.
enum SealingCases {
  static func run(_ report: inout Report) throws {
    let digest = SessionParameters.applicationContext(of: Array("sealing".utf8))
    let ids = ClientID.all(cohortSize: 3)
    let nonce = Nonce()

    func sealed(_ agreed: borrowing SecretBytes, _ shares: borrowing SecretBytes) -> [UInt8] {
      shares.withBytes { shares in
        agreed.withBytes { agreed in
          ShareSealing.seal(
            shares, agreed: agreed, from: ids[0], to: ids[1], session: digest, roster: digest,
            nonce: nonce
          ).bytes
        }
      }
    }
    func opened(_ agreed: borrowing SecretBytes, _ bytes: [UInt8]) -> SecretBytes? {
      guard let sealed = SealedShares(bytes: bytes) else { return nil }
      return agreed.withBytes { agreed in
        ShareSealing.open(
          sealed, agreed: agreed, from: ids[0], to: ids[1], session: digest, roster: digest)
      }
    }

    report.check("sealing", secret: "the agreed secret and the shares") {
      let agreed = SecureRandom.secretBytes(Digest.byteCount)
      let shares = SecureRandom.secretBytes(2 * SecretShare.byteCount)
      let bits = Secrecy.secretBits(of: shares)
      return Secrecy.secretBits(of: sealed(agreed, shares)) == 0 ? bits : 0
    }
    report.check("opening", secret: "the agreed secret and the shares") {
      let agreed = SecureRandom.secretBytes(Digest.byteCount)
      let shares = SecureRandom.secretBytes(2 * SecretShare.byteCount)
      switch opened(agreed, sealed(agreed, shares)) {
      case .some(let plaintext): return Secrecy.secretBits(of: plaintext)
      case .none: return 0
      }
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
