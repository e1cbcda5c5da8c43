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

  let context: ClientContext
  let sealingKeys: KeyPair
  let maskSecret: SecretBytes
  let maskKeys: KeyPair

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
  /// that stored it, or for test vectors.
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
}

/// What a client knows from the start and keeps through all rounds.
struct ClientContext: Sendable {
  let id: ClientID
  let parameters: SessionParameters
  let policy: ClientPolicy

  init(
    id: ClientID, parameters: SessionParameters, policy: ClientPolicy
  ) throws(ClientError) {
    guard id.rawValue <= UInt32(parameters.cohortSize) else {
      throw .idOutsideCohort(id, cohortSize: parameters.cohortSize)
    }
    if let violation = policy.violation(by: parameters) { throw .policy(violation) }
    self.id = id
    self.parameters = parameters
    self.policy = policy
  }

  var session: Digest { parameters.digest }

  /// Rejects a server's message that is of another session or for another client.
  func check(session: Digest, recipient: ClientID) throws(ClientError) {
    guard session == self.session else {
      throw .otherSession(expected: self.session, found: session)
    }
    guard recipient == id else { throw .addressedToAnother(recipient) }
  }
}

extension KeyPair {
  /// The pair of a private key of `client`.
  init(privateKey: consuming SecretBytes, of client: ClientID) throws(ClientError) {
    do {
      try self.init(privateKey: privateKey)
    } catch {
      throw .keyAgreement(client)
    }
  }
}
