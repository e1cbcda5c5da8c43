/// The shares of one secret that have been revealed, in order of arrival.
struct CollectedShares: Sendable, Hashable {
  private(set) var holders: [ClientID] = []
  private(set) var shares: [SecretShare] = []

  var count: Int { holders.count }

  mutating func append(_ share: SecretShare, from holder: ClientID) {
    holders.append(holder)
    shares.append(share)
  }

  /// Some holders, in id order, and where their shares are.
  struct Choice: Sendable {
    var holders: [ClientID] = []
    var places: [Int] = []
  }

  /// The first `count` holders in id order, those of `liars` behind all others; none if there are fewer.
  ///
  /// Complexity: O(n log n), O(n) if the shares came in id order.
  func firstHolders(_ count: Int, last liars: Set<ClientID>) -> Choice {
    guard holders.count >= count else { return Choice() }
    // The id above the place: comparing numbers is fast, and ids are all different.
    var keys = holders.enumerated().map { UInt64($1.rawValue) << 32 | UInt64($0) }
    if zip(keys, keys.dropFirst()).contains(where: { $0 > $1 }) { keys.sort() }
    if !liars.isEmpty {
      func isLiar(_ key: UInt64) -> Bool { liars.contains(holders[Int(key & 0xffff_ffff)]) }
      keys = keys.filter { !isLiar($0) } + keys.filter(isLiar)
      keys = keys.prefix(count).sorted()
    }
    let places = keys.prefix(count).map { Int($0 & 0xffff_ffff) }
    return Choice(holders: places.map { holders[$0] }, places: places)
  }

  /// Removes the shares at these places.
  mutating func remove(at places: Set<Int>) {
    let kept = holders.indices.filter { !places.contains($0) }
    (holders, shares) = (kept.map { holders[$0] }, kept.map { shares[$0] })
  }
}
