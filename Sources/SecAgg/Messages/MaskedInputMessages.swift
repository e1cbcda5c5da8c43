/// Round 2, server to one client: the sealed shares that its neighbours sent for it. A neighbour
/// without an entry has dropped out, and the client does not mask with it.
public struct ShareDelivery: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The client that receives the delivery.
  public let recipient: ClientID
  /// One entry for each neighbour that shared its secrets, in id order.
  public let shares: [AddressedShares]

  /// Creates a delivery from its parts. The client validates them.
  public init(session: Digest, recipient: ClientID, shares: [AddressedShares]) {
    self.session = session
    self.recipient = recipient
    self.shares = shares
  }
}

/// Round 2, client to server: the client's vector under its masks. It is uniformly random to any
/// party without the masks. The only possible operation is to add it to others.
public struct MaskedInput: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// The client that sends the input.
  public let sender: ClientID
  /// The masked words, `VectorLayout.wordCount` of them.
  public let words: [UInt64]

  /// Creates a masked input from its parts. The server validates them.
  public init(session: Digest, sender: ClientID, words: [UInt64]) {
    self.session = session
    self.sender = sender
    self.words = words
  }
}
