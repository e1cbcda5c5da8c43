/// Round 0, client to server: the client's two public keys for this session
/// (Bonawitz et al. 2017, figure 4, round 0).
public struct KeyAdvertisement: Sendable, Hashable {
  /// The digest of the session's parameters as the client knows them.
  public let session: Digest
  /// Who advertises.
  public let sender: ClientID
  /// The key under which neighbours seal shares for this client.
  public let sealingKey: PublicKey
  /// The key from which neighbours agree on pairwise masks.
  public let maskKey: PublicKey

  /// An advertisement of its parts.
  public init(session: Digest, sender: ClientID, sealingKey: PublicKey, maskKey: PublicKey) {
    self.session = session
    self.sender = sender
    self.sealingKey = sealingKey
    self.maskKey = maskKey
  }
}
