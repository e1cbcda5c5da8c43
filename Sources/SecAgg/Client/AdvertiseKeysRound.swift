/// A client in round 0: it has fresh keys and advertises their public halves.
///
/// The client's rounds are noncopyable values, each made by consuming the one before, so that a
/// call out of order or a second answer to one message does not compile.
///
/// ```swift
/// let advertising = try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
/// send(advertising.message)
/// let sharing = try advertising.shareKeys(with: announcement)
/// send(sharing.message)
/// let masking = try sharing.maskInput(vector, delivery: delivery)
/// send(masking.message)
/// send(try masking.unmask(request))
/// ```
public struct AdvertiseKeysRound: ~Copyable, Sendable {
  /// What to send to the server.
  public let message: KeyAdvertisement

  /// The parameters of the client's session.
  package var parameters: SessionParameters { context.parameters }

  private let context: ClientContext
  private let sealingKeys: KeyPair
  private let maskSecret: SecretBytes
  private let maskKeys: KeyPair

  /// Draws fresh keys for one session.
  ///
  /// - Parameters:
  ///   - id: the client's number in the cohort.
  ///   - parameters: the session's parameters as the server announced them.
  ///   - policy: the application context that this client expects, and the least that it accepts.
  /// - Throws: `ClientError.idOutsideCohort`, `.policy`, `.identityNeeded` in the malicious model.
  public init(
    id: ClientID, parameters: SessionParameters, policy: ClientPolicy
  ) throws(ClientError) {
    guard parameters.threatModel == .semiHonest else { throw .identityNeeded }
    try self.init(
      context: ClientContext(id: id, parameters: parameters, policy: policy),
      sealingPrivateKey: SecureRandom.secretBytes(Digest.byteCount),
      maskSecret: ShamirSharing.randomSecret())
  }

  /// Draws fresh keys for one session of the malicious model and signs them.
  ///
  /// - Parameter identity: the client's long-lived key, which others know from their directories.
  /// - Throws: `ClientError.idOutsideCohort`, `.policy`, `.notInThreatModel` in the semi-honest one.
  public init(
    id: ClientID, parameters: SessionParameters, policy: ClientPolicy,
    signedBy identity: borrowing IdentityKey
  ) throws(ClientError) {
    guard parameters.threatModel == .malicious else {
      throw .notInThreatModel(parameters.threatModel)
    }
    let unsigned = try AdvertiseKeysRound(
      context: ClientContext(id: id, parameters: parameters, policy: policy),
      sealingPrivateKey: SecureRandom.secretBytes(Digest.byteCount),
      maskSecret: ShamirSharing.randomSecret())
    let signed = unsigned.message.signed(by: identity)
    self.init(unsigned, message: signed)
  }

  /// The same round with another message.
  private init(_ round: consuming AdvertiseKeysRound, message: KeyAdvertisement) {
    self.message = message
    context = round.context
    sealingKeys = round.sealingKeys
    maskSecret = round.maskSecret
    maskKeys = round.maskKeys
  }

  /// The round of keys that were drawn before: by one of the public initialisers, by the process
  /// that suspended it, or for test vectors.
  init(
    context: ClientContext, sealingPrivateKey: consuming SecretBytes,
    maskSecret: consuming SecretBytes, signature: Signature? = nil
  ) throws(ClientError) {
    let sealingKeys = try KeyPair(privateKey: sealingPrivateKey, of: context.id)
    let maskKeys = try KeyPair(
      privateKey: MaskSeeds.maskPrivateKey(
        fromSharedSecret: maskSecret, owner: context.id, session: context.session),
      of: context.id)
    message = KeyAdvertisement(
      session: context.session, sender: context.id, sealingKey: sealingKeys.publicKey,
      maskKey: maskKeys.publicKey, signature: signature)
    self.sealingKeys = sealingKeys
    self.maskKeys = maskKeys
    self.maskSecret = maskSecret
    self.context = context
  }

  /// Whether a message of the server is the one that this client waits for.
  ///
  /// Call it before the message is handed on. A stray or repeated message is rejected here and the client
  /// goes on waiting, where the next round would consume it and end its part in the session.
  ///
  /// - Throws: `.otherSession`, `.addressedToAnother`, `.otherRound`.
  public func check(_ message: ServerMessage) throws(ClientError) {
    try context.check(message, opens: .shareKeys)
  }

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

  /// Puts the client to sleep: bytes from which `init(resuming:)` makes the same value again.
  ///
  /// They hold the client's secrets; store them encrypted, in one place only. Wake the client from
  /// them once: before the message of the next round is sent, that round's bytes take their place.
  public consuming func suspend() -> SecretBytes {
    var writer = SuspendedClient.writer(.advertiseKeys, context)
    let signature = message.signature
    sealingKeys.write(to: &writer)
    writer.write(secret: maskSecret)
    if let signature { writer.write { $0.write(raw: signature.bytes) } }
    return writer.finish()
  }

  /// Wakes a client that was suspended in this round.
  ///
  /// - Throws: `ClientError.notResumable` for bytes that are damaged or of another round.
  public init(resuming bytes: borrowing SecretBytes) throws(ClientError) {
    self = try SuspendedClient.resume(bytes, .advertiseKeys) {
      (reader, context) throws(StoredStateError) in
      let sealingPrivateKey = try reader.secret(Digest.byteCount)
      let maskSecret = try reader.secret(ShamirSharing.secretByteCount)
      let isSigned = context.parameters.threatModel == .malicious
      let signature = isSigned ? try reader.signature() : nil
      do {
        return try AdvertiseKeysRound(
          context: context, sealingPrivateKey: sealingPrivateKey, maskSecret: maskSecret,
          signature: signature)
      } catch {
        throw .invalidField("key pair")
      }
    }
  }
}
