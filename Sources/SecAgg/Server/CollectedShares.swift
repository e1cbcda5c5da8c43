/// The shares of one secret that have been revealed, in order of arrival.
struct CollectedShares: Sendable, Hashable {
  private(set) var holders: [ClientID] = []
  private(set) var shares: [SecretShare] = []

  mutating func append(_ share: SecretShare, from holder: ClientID) {
    holders.append(holder)
    shares.append(share)
  }

  /// The first `count` holders in id order and where their shares are; none if there are fewer.
  ///
  /// Complexity: O(n log n), O(n) if the shares came in id order.
  func firstHolders(_ count: Int) -> (holders: [ClientID], places: [Int]) {
    guard holders.count >= count else { return ([], []) }
    // The id above the place: comparing numbers is fast, and ids are all different.
    var keys = holders.enumerated().map { UInt64($1.rawValue) << 32 | UInt64($0) }
    if zip(keys, keys.dropFirst()).contains(where: { $0 > $1 }) { keys.sort() }
    let places = keys.prefix(count).map { Int($0 & 0xffff_ffff) }
    return (places.map { holders[$0] }, places)
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
