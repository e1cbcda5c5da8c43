/// Round 0, client to server: the client's two public keys for this session
/// (Bonawitz et al. 2017, figure 4, round 0).
public struct KeyAdvertisement: Sendable, Hashable {
  /// The digest of the session's parameters as the client knows them.
  public let session: Digest
  /// The client that advertises the keys.
  public let sender: ClientID
  /// The key under which neighbours seal shares for this client.
  public let sealingKey: PublicKey
  /// The key from which neighbours agree on pairwise masks.
  public let maskKey: PublicKey
  /// The sender's signature of all of the above; in the malicious model only.
  public let signature: Signature?

  /// Creates an advertisement from its parts.
  public init(
    session: Digest, sender: ClientID, sealingKey: PublicKey, maskKey: PublicKey,
    signature: Signature? = nil
  ) {
    self.session = session
    self.sender = sender
    self.sealingKey = sealingKey
    self.maskKey = maskKey
    self.signature = signature
  }

  /// Writes the signed fields.
  func writeSigned(to writer: inout ByteWriter) {
    writer.write(session)
    writer.write(sender)
    writer.write(sealingKey)
    writer.write(maskKey)
  }

  /// Returns the same advertisement with the signature of its sender.
  func signed(by identity: borrowing IdentityKey) -> KeyAdvertisement {
    KeyAdvertisement(
      session: session, sender: sender, sealingKey: sealingKey, maskKey: maskKey,
      signature: identity.sign(.keyAdvertisement) { writeSigned(to: &$0) })
  }

  /// Returns whether the advertisement has what the threat model demands: no signature in the
  /// semi-honest model, and a signature by the sender's identity key in the malicious model.
  func isAuthentic(in threatModel: ThreatModel, by key: IdentityPublicKey?) -> Bool {
    switch (threatModel, signature) {
    case (.semiHonest, nil):
      true
    case (.malicious, let signature?):
      key?.verifies(signature, .keyAdvertisement) { writeSigned(to: &$0) } ?? false
    default:
      false
    }
  }
}
