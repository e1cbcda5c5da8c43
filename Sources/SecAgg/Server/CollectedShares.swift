/// The shares of one secret that have been revealed, in order of arrival.
struct CollectedShares: Sendable, Hashable {
  private(set) var holders: [ClientID] = []
  private(set) var shares: [SecretShare] = []

  mutating func append(_ share: SecretShare, from holder: ClientID) {
    holders.append(holder)
    shares.append(share)
  }

  /// The same shares in id order of their holders, so that secrets with the same holders are
  /// recovered with the same coefficients.
  func sortedByHolder() -> CollectedShares {
    var sorted = CollectedShares()
    for (holder, share) in zip(holders, shares).sorted(by: { $0.0 < $1.0 }) {
      sorted.append(share, from: holder)
    }
    return sorted
  }
}
