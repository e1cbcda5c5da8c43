/// The shares of one client's two secrets for one neighbour, sealed so that only the neighbour can
/// open them.
public struct SealedShares: Sendable, Hashable {
  /// Bytes of a sealed pair of shares: nonce, two shares of 40 bytes, tag.
  public static let byteCount = 2 * SecretShare.byteCount + AuthenticatedEncryption.overhead

  /// The sealed bytes.
  public let bytes: [UInt8]

  /// `nil` unless there are exactly `byteCount` bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }
}

/// Sealed shares with the client at the other end: their receiver on the way to the server, their
/// sender on the way from it.
public struct AddressedShares: Sendable, Hashable {
  /// The client at the other end.
  public let peer: ClientID
  /// The sealed shares.
  public let shares: SealedShares

  /// An addressed pair of shares.
  public init(peer: ClientID, shares: SealedShares) {
    self.peer = peer
    self.shares = shares
  }
}

/// Round 1, client to server: sealed shares for every neighbour, and the commitment by which a
/// recovered self-mask secret is recognised (Bonawitz et al. 2017, figure 4, round 1).
public struct ShareDistribution: Sendable, Hashable {
  /// The digest of the session's parameters.
  public let session: Digest
  /// Whose secrets are shared.
  public let sender: ClientID
  /// The commitment to the secret of the self mask.
  public let selfMaskCommitment: Digest
  /// One entry for each neighbour, in id order.
  public let shares: [AddressedShares]

  /// A distribution of its parts; the server judges them.
  public init(
    session: Digest, sender: ClientID, selfMaskCommitment: Digest, shares: [AddressedShares]
  ) {
    self.session = session
    self.sender = sender
    self.selfMaskCommitment = selfMaskCommitment
    self.shares = shares
  }

  /// The shares for one neighbour, once the entries are known to be in id order.
  ///
  /// Complexity: O(log k).
  func shares(for peer: ClientID) -> SealedShares? {
    var (low, high) = (0, shares.count)
    while low < high {
      let middle = (low + high) / 2
      if shares[middle].peer < peer { low = middle + 1 } else { high = middle }
    }
    guard low < shares.count, shares[low].peer == peer else { return nil }
    return shares[low].shares
  }
}

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
