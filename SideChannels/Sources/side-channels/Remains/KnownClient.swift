internal import FLMath
@testable internal import SecAgg

/// A client whose secrets are known beforehand, and the messages that lead it through a session.
/// Everything that it will derive from them is remembered, without leaving a copy anywhere.
struct KnownClient: ~Copyable {
  let context: ClientContext
  let sealingPrivateKey: SecretBytes
  let maskSecret: SecretBytes
  let sharing: SharingSecrets
  let announcement: RosterAnnouncement
  let delivery: ShareDelivery
  let request: UnmaskingRequest
  let input: PackedVector
  let search: MemorySearch

  init() throws {
    let ids = ClientID.all(cohortSize: 5)
    let id = ids[2]
    let layout = try VectorLayout(
      elementCount: 3000, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: 5))
    let parameters = try SessionParameters(
      cohortSize: 5, threshold: 3, layout: layout, minimumContributors: 3,
      applicationContext: SessionParameters.applicationContext(of: Array("remains".utf8)))
    let session = parameters.digest
    let roster = SessionParameters.applicationContext(of: Array("roster".utf8))
    let context = try ClientContext(
      id: id, parameters: parameters,
      policy: ClientPolicy(applicationContext: parameters.applicationContext))
    let input = try PackedVector([UInt64](repeating: 7, count: 3000), layout: layout)
    let sealingPrivateKey = SecureRandom.secretBytes(Digest.byteCount)
    let maskSecret = ShamirSharing.randomSecret()
    let sharing = SharingSecrets.fresh(threshold: 3, neighbourCount: 4)
    var search = MemorySearch()

    search.remember("sealing private key", sealingPrivateKey)
    search.remember("mask secret", maskSecret)
    search.remember("self-mask secret", sharing.selfMaskSecret)
    // The constant terms are the secrets.
    let constants = SecretShare.byteCount
    search.remember("coefficients", sharing.selfMaskCoefficients, from: constants)
    search.remember("coefficients", sharing.maskCoefficients, from: constants)

    let sealingKeys = try KeyPair(privateKey: sealingPrivateKey.duplicate())
    let maskPrivateKey = MaskSeeds.maskPrivateKey(
      fromSharedSecret: maskSecret, owner: id, session: session)
    search.remember("mask private key", maskPrivateKey)
    let maskKeys = try KeyPair(privateKey: maskPrivateKey)
    let seed = MaskSeeds.selfMask(
      fromSharedSecret: sharing.selfMaskSecret, owner: id, binding: session)
    search.remember("seeds", seed)
    search.remember("key stream", seed.keyStream(wordCount: layout.wordCount))
    let selfMaskSharing = ShamirSharing(
      of: sharing.selfMaskSecret, coefficients: sharing.selfMaskCoefficients.duplicate(),
      threshold: 3)
    let maskKeySharing = ShamirSharing(
      of: maskSecret, coefficients: sharing.maskCoefficients.duplicate(), threshold: 3)

    var neighbours: [KeyAdvertisement] = []
    var shares: [AddressedShares] = []
    for peer in ids where peer != id {
      let peerSealingKeys = try KeyPair(privateKey: SecureRandom.secretBytes(Digest.byteCount))
      let peerMaskKeys = try KeyPair(privateKey: SecureRandom.secretBytes(Digest.byteCount))
      neighbours.append(
        KeyAdvertisement(
          session: session, sender: peer, sealingKey: peerSealingKeys.publicKey,
          maskKey: peerMaskKeys.publicKey))

      let agreed = try peerSealingKeys.sharedSecret(with: sealingKeys.publicKey)
      search.remember("agreed sealing secrets", agreed)
      let agreedMask = try peerMaskKeys.sharedSecret(with: maskKeys.publicKey)
      search.remember("agreed mask secrets", agreedMask)
      let seed = MaskSeeds.pairwise(
        agreed: agreedMask, between: id, and: peer, binding: session, roster: roster)
      search.remember("seeds", seed)
      search.remember("key stream", seed.keyStream(wordCount: layout.wordCount))

      var own = SecretBytes(zeroed: 2 * SecretShare.byteCount)
      own.withMutableWords { words in
        selfMaskSharing.writeShare(for: peer, to: &words, at: 0)
        maskKeySharing.writeShare(for: peer, to: &words, at: SecretShare.wordCount)
      }
      search.remember("own shares", own)

      let held = ShamirSharing.randomElements(2 * SecretShare.wordCount)
      // All contribute, so that the first share of each is revealed.
      search.remember("held shares that are not revealed", held, from: SecretShare.byteCount)
      let sealed = held.withBytes { held in
        agreed.withBytes { agreed in
          ShareSealing.seal(
            held, agreed: agreed,
            of: DealtShares(session: session, roster: roster, dealer: peer, holder: id),
            nonce: Nonce())
        }
      }
      shares.append(AddressedShares(peer: peer, shares: sealed))
    }
    announcement = RosterAnnouncement(
      session: session, recipient: id, rosterSize: 5, commitment: roster, neighbours: neighbours)
    delivery = ShareDelivery(session: session, recipient: id, shares: shares)
    request = UnmaskingRequest(
      session: session, recipient: id, contributorCount: 5, contributors: ids)
    self.context = context
    self.input = input
    self.sealingPrivateKey = sealingPrivateKey
    self.maskSecret = maskSecret
    self.sharing = sharing
    self.search = search
    Sodium.wipeStack()
  }
}

extension SecretBytes {
  /// A second owner of the same bytes.
  fileprivate func duplicate() -> SecretBytes {
    var copy = SecretBytes(zeroed: count)
    copy.withMutableBytes { copy in
      withBytes { bytes in
        for index in bytes.indices { copy[index] = bytes[index] }
      }
    }
    return copy
  }

  /// The mask that the bytes are the seed of.
  fileprivate borrowing func keyStream(wordCount: Int) -> SecretBytes {
    var stream = SecretBytes(zeroed: 8 * wordCount)
    stream.withMutableWords { words in
      withBytes { seed in
        MaskExpander.chacha20.apply(.add, seed: seed, to: &words, streamOffset: 0)
      }
    }
    return stream
  }
}
