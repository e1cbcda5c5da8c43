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
