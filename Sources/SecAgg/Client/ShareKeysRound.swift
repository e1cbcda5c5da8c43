extension AdvertiseKeysRound {
  /// Round 1: checks the roster and shares this client's two secrets among its neighbours.
  ///
  /// Complexity: k key agreements and O(k t) field multiplications; in the malicious model k
  /// signatures to verify and O(n) for the graph.
  ///
  /// - Parameters:
  ///   - identities: in the malicious model, who stands behind which client.
  ///   - execution: how many threads to use; left out, as many as the machine has processors. Takes
  ///     too little time to be watched.
  /// - Throws: `ClientError` for an announcement that is not for this client and session, below
  ///   its policy, or not possible in an honest session.
  public consuming func shareKeys(
    with announcement: RosterAnnouncement, identities: (any IdentityDirectory)? = nil,
    execution: Execution = Execution()
  ) throws(ClientError) -> ShareKeysRound {
    let roster = try ClientRoster(
      announcement, for: context, own: message, identities: identities)
    let secrets = SharingSecrets.fresh(
      threshold: context.parameters.threshold, neighbourCount: roster.neighbours.count)
    return try shareKeys(with: roster, drawing: secrets, on: execution)
  }

  /// Shares this client's two secrets among the neighbours of a roster that was checked.
  consuming func shareKeys(
    with roster: ClientRoster, drawing secrets: consuming SharingSecrets, on execution: Execution
  ) throws(ClientError) -> ShareKeysRound {
    let agreed = try agreedSealingSecrets(with: roster.neighbours, on: execution)
    let threshold = context.parameters.threshold
    let selfMaskSharing = ShamirSharing(
      of: secrets.selfMaskSecret, coefficients: secrets.selfMaskCoefficients,
      threshold: threshold)
    let maskKeySharing = ShamirSharing(
      of: maskSecret, coefficients: secrets.maskCoefficients, threshold: threshold)
    let distribution = ShareDistribution(
      session: context.session, sender: context.id,
      selfMaskCommitment: MaskSeeds.selfMaskCommitment(
        toSharedSecret: secrets.selfMaskSecret, owner: context.id, session: context.session),
      shares: sealShares(
        of: selfMaskSharing, and: maskKeySharing, for: roster, agreed: agreed,
        nonces: secrets.nonces, on: execution))
    return ShareKeysRound(
      context: context, roster: roster, agreedSealingSecrets: agreed, maskKeys: maskKeys,
      selfMaskSecret: secrets.selfMaskSecret, message: distribution)
  }

  private func agreedSealingSecrets(
    with neighbours: [KeyAdvertisement], on execution: Execution
  ) throws(ClientError) -> SecretTable {
    var agreed = SecretTable(rowCount: neighbours.count)
    let haveAgreed = agreed.setRows(on: execution) { index in
      try? sealingKeys.sharedSecret(with: neighbours[index].sealingKey)
    }
    if let failure = haveAgreed.firstIndex(of: false) {
      throw .keyAgreement(neighbours[failure].sender)
    }
    return agreed
  }

  private func sealShares(
    of selfMaskSharing: borrowing ShamirSharing, and maskKeySharing: borrowing ShamirSharing,
    for roster: ClientRoster, agreed: borrowing SecretTable, nonces: [Nonce],
    on execution: Execution
  ) -> [AddressedShares] {
    WorkQueue.map(roster.neighbours.count, grain: 16, on: execution) { index in
      let neighbour = roster.neighbours[index].sender
      var plaintext = SecretBytes(zeroed: 2 * SecretShare.byteCount)
      plaintext.withMutableWords { words in
        selfMaskSharing.writeShare(for: neighbour, to: &words, at: 0)
        maskKeySharing.writeShare(for: neighbour, to: &words, at: SecretShare.wordCount)
      }
      let shares = plaintext.withBytes { plaintext in
        agreed.withRow(index) { agreed in
          ShareSealing.seal(
            plaintext, agreed: agreed,
            of: DealtShares(
              session: context.session, roster: roster.commitment, dealer: context.id,
              holder: neighbour),
            nonce: nonces[index])
        }
      }
      return AddressedShares(peer: neighbour, shares: shares)
    }
  }
}

/// A client in round 1: it has shared its secrets and waits for those of its neighbours.
public struct ShareKeysRound: ~Copyable, Sendable {
  /// What to send to the server.
  public let message: ShareDistribution

  /// The parameters of the client's session.
  package var parameters: SessionParameters { context.parameters }

  let context: ClientContext
  let roster: ClientRoster
  let agreedSealingSecrets: SecretTable
  let maskKeys: KeyPair
  let selfMaskSecret: SecretBytes

  init(
    context: ClientContext, roster: ClientRoster, agreedSealingSecrets: consuming SecretTable,
    maskKeys: consuming KeyPair, selfMaskSecret: consuming SecretBytes, message: ShareDistribution
  ) {
    self.context = context
    self.roster = roster
    self.agreedSealingSecrets = agreedSealingSecrets
    self.maskKeys = maskKeys
    self.selfMaskSecret = selfMaskSecret
    self.message = message
  }
}

/// Everything that a client draws at random in round 1. `AdvertiseKeysRound.shareKeys` draws it
/// fresh each time; the test vectors, which must come out the same every time, have their own.
struct SharingSecrets: ~Copyable {
  /// The secret of the self mask.
  let selfMaskSecret: SecretBytes
  /// The coefficients of the polynomials that share it; the constant terms are the secret's.
  let selfMaskCoefficients: SecretBytes
  /// The coefficients of those that share the mask secret, likewise.
  let maskCoefficients: SecretBytes
  /// A nonce for every neighbour.
  let nonces: [Nonce]

  /// Fresh secrets and nonces, all of them from libsodium's generator.
  static func fresh(threshold: Int, neighbourCount: Int) -> SharingSecrets {
    SharingSecrets(
      selfMaskSecret: ShamirSharing.randomSecret(),
      selfMaskCoefficients: ShamirSharing.randomCoefficients(threshold: threshold),
      maskCoefficients: ShamirSharing.randomCoefficients(threshold: threshold),
      nonces: (0..<neighbourCount).map { _ in Nonce() })
  }
}
