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
    let place = shares.partitionPoint { $0.peer >= peer }
    guard place < shares.count, shares[place].peer == peer else { return nil }
    return shares[place].shares
  }
}

extension Array {
  /// The first place whose element satisfies a condition that, once satisfied, all later ones satisfy.
  ///
  /// Complexity: O(log n).
  func partitionPoint(where isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
