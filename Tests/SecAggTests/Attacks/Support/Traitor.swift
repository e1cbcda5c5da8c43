import Testing

@testable import SecAgg

/// A client in league with the server: it keeps every key, opens both shares of all that is sealed
/// for it, and signs whatever the server wants to have signed.
final class Traitor {
  let id: ClientID
  let advertisement: KeyAdvertisement
  /// Whether there is nobody behind it: only the mask key is known, nothing opens or signs.
  let isGhost: Bool
  private let parameters: SessionParameters
  private let sealingKeys: KeyPair
  private let maskKeys: KeyPair

  init(id: ClientID, parameters: SessionParameters) throws {
    self.id = id
    self.parameters = parameters
    let sealingKeys = try KeyPair(privateKey: SecureRandom.secretBytes(Digest.byteCount))
    let maskKeys = try KeyPair(privateKey: SecureRandom.secretBytes(Digest.byteCount))
    let unsigned = KeyAdvertisement(
      session: parameters.digest, sender: id, sealingKey: sealingKeys.publicKey,
      maskKey: maskKeys.publicKey)
    switch parameters.threatModel {
    case .semiHonest: advertisement = unsigned
    case .malicious: advertisement = unsigned.signed(by: try TestIdentities.key(of: id))
    }
    self.sealingKeys = sealingKeys
    self.maskKeys = maskKeys
    isGhost = false
  }

  /// A client that has advertised honest keys, and hands them over.
  init(
    advertisement: KeyAdvertisement, sealingKeys: consuming KeyPair, maskKeys: consuming KeyPair,
    parameters: SessionParameters
  ) {
    id = advertisement.sender
    self.advertisement = advertisement
    self.parameters = parameters
    self.sealingKeys = sealingKeys
    self.maskKeys = maskKeys
    isGhost = false
  }

  /// A client that is gone, of an earlier session, whose advertisement is shown once more.
  init(
    ghost advertisement: KeyAdvertisement, maskKeys: consuming KeyPair,
    parameters: SessionParameters
  ) throws {
    id = advertisement.sender
    self.advertisement = advertisement
    self.parameters = parameters
    sealingKeys = try KeyPair(privateKey: SecureRandom.secretBytes(Digest.byteCount))
    self.maskKeys = maskKeys
    isGhost = true
  }

  /// Envelopes of noise for everyone: nobody needs its secrets.
  func distribution(to neighbours: [ClientID]) throws -> ShareDistribution {
    let sealed = try #require(
      SealedShares(bytes: [UInt8](repeating: 7, count: SealedShares.byteCount)))
    return ShareDistribution(
      session: parameters.digest, sender: id, selfMaskCommitment: parameters.digest,
      shares: neighbours.map { AddressedShares(peer: $0, shares: sealed) })
  }

  /// Both shares that `owner` entrusted to it.
  func shares(
    in sealed: SealedShares, from owner: KeyAdvertisement, roster: Digest
  ) throws -> [SecretKind: SecretShare] {
    let agreed = try sealingKeys.sharedSecret(with: owner.sealingKey)
    let secret = agreed.withBytes { agreed in
      ShareSealing.open(
        sealed, agreed: agreed,
        of: DealtShares(
          session: parameters.digest, roster: roster, dealer: owner.sender, holder: id))
    }
    var opened: [UInt8] = []
    if let secret { opened = secret.copied() }
    return [
      .selfMask: try SecretShare(bytes: opened.prefix(SecretShare.byteCount)),
      .maskKey: try SecretShare(bytes: opened.dropFirst(SecretShare.byteCount)),
    ]
  }

  /// The secret that it agrees on with an honest client for their mask.
  func agreedMaskSecret(with peer: KeyAdvertisement) throws -> SecretBytes {
    try maskKeys.sharedSecret(with: peer.maskKey)
  }

  func endorsement(of set: ContributorSet, roster: Digest) throws -> Endorsement {
    Endorsement(
      signer: id,
      signature: set.endorsement(
        by: try TestIdentities.key(of: id), session: parameters.digest, roster: roster))
  }
}
