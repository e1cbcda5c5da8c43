/// The shares of one secret that have been revealed, in order of arrival.
struct CollectedShares: Sendable, Hashable {
  private(set) var holders: [ClientID] = []
  private(set) var shares: [SecretShare] = []

  mutating func append(_ share: SecretShare, from holder: ClientID) {
    holders.append(holder)
    shares.append(share)
  }

  /// The same shares in id order of their holders, so that secrets with the same holders are
  /// recovered with the same coefficients; `suspects` come behind all others.
  func sortedByHolder(last suspects: Set<ClientID>) -> CollectedShares {
    let sorted = zip(holders, shares).sorted { $0.0 < $1.0 }
    var result = CollectedShares()
    for isSuspect in [false, true] {
      for (holder, share) in sorted where suspects.contains(holder) == isSuspect {
        result.append(share, from: holder)
      }
    }
    return result
  }
}
