@testable internal import SecAgg

/// Private keys, what is agreed with them, and what is derived from secrets.
enum KeyCases {
  static func run(_ report: inout Report) throws {
    let session = SessionParameters.applicationContext(of: Array("session".utf8))
    let roster = SessionParameters.applicationContext(of: Array("roster".utf8))
    let ids = ClientID.all(cohortSize: 3)
    let peer = try KeyPair(privateKey: SecureRandom.secretBytes(Digest.byteCount)).publicKey

    report.check("sealing key pair and agreement", secret: "the private key") {
      let keys = try KeyPair(privateKey: SecureRandom.secretBytes(Digest.byteCount))
      return Secrecy.secretBits(of: try keys.sharedSecret(with: peer))
    }
    report.check("mask key pair and agreement", secret: "the secret of the mask key") {
      let privateKey = MaskSeeds.maskPrivateKey(
        fromSharedSecret: ShamirSharing.randomSecret(), owner: ids[0], session: session)
      let keys = try KeyPair(privateKey: privateKey)
      return Secrecy.secretBits(of: try keys.sharedSecret(with: peer))
    }
    report.check("seed of a pairwise mask", secret: "the agreed secret") {
      let seed = MaskSeeds.pairwise(
        agreed: SecureRandom.secretBytes(Digest.byteCount), between: ids[1], and: ids[0],
        binding: session, roster: roster)
      return Secrecy.secretBits(of: seed)
    }
    report.check("seed of the self mask, commitment", secret: "the self-mask secret") {
      let secret = ShamirSharing.randomSecret()
      let seed = MaskSeeds.selfMask(fromSharedSecret: secret, owner: ids[0], binding: session)
      let commitment = MaskSeeds.selfMaskCommitment(
        toSharedSecret: secret, owner: ids[0], session: session)
      return min(Secrecy.secretBits(of: seed), Secrecy.secretBits(of: [commitment]))
    }
  }
}
