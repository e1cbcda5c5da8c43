/// Round 2, server to one client: the sealed shares that its neighbours sent for it. A neighbour
/// without an entry has left, and no mask is made with it.
public struct ShareDelivery: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// Whom the delivery is for.
  public let recipient: ClientID
  /// One entry for each neighbour that shared its secrets, in id order.
  public let shares: [AddressedShares]

  /// A delivery of its parts; the client judges them.
  public init(session: Digest, recipient: ClientID, shares: [AddressedShares]) {
    self.session = session
    self.recipient = recipient
    self.shares = shares
  }
}

/// Round 2, client to server: the client's vector under its masks. Uniform to everyone who lacks
/// the masks; it can be added to others, and nothing else.
public struct MaskedInput: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// Whose input it is.
  public let sender: ClientID
  /// The masked words, `VectorLayout.wordCount` many.
  public let words: [UInt64]

  /// A masked input of its parts; the server judges them.
  public init(session: Digest, sender: ClientID, words: [UInt64]) {
    self.session = session
    self.sender = sender
    self.words = words
  }
}
