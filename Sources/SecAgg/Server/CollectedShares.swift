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
    fileprivate(set) var holders: [ClientID] = []
    fileprivate(set) var places: [Int] = []
    fileprivate(set) var includesSuspects = false
  }

  /// The first `count` holders in id order, those of `liars` behind all others; none if there are fewer.
  ///
  /// Complexity: O(n) if the shares came in id order, O(n log n) otherwise.
  func firstHolders(_ count: Int, last liars: SuspectedHolders) -> Choice {
    guard holders.count >= count else { return Choice() }
    let places = placesInOrder
    var chosen: [Int] = []
    chosen.reserveCapacity(count)
    for rank in holders.indices where chosen.count < count {
      let place = places?[rank] ?? rank
      if !liars.contains(holders[place]) { chosen.append(place) }
    }
    let innocentCount = chosen.count
    if innocentCount < count {
      for rank in holders.indices where chosen.count < count {
        let place = places?[rank] ?? rank
        if liars.contains(holders[place]) { chosen.append(place) }
      }
      chosen.sort { holders[$0] < holders[$1] }
    }
    return Choice(
      holders: chosen.map { holders[$0] }, places: chosen, includesSuspects: innocentCount < count)
  }

  /// The places of the holders in id order; `nil` if that is the order in which the shares came.
  private var placesInOrder: [Int]? {
    var previous: UInt32 = 0
    var isInOrder = true
    for holder in holders {
      if holder.rawValue < previous { isInOrder = false }
      previous = holder.rawValue
    }
    guard !isInOrder else { return nil }
    // The id above the place: comparing numbers is fast, and ids are all different.
    return holders.enumerated().map { UInt64($1.rawValue) << 32 | UInt64($0) }.sorted()
      .map { Int($0 & 0xffff_ffff) }
  }

  /// Removes the shares at these places, which are in ascending order.
  mutating func remove(at places: [Int]) {
    var (kept, gone) = (0, 0)
    for place in holders.indices {
      if gone < places.count, places[gone] == place {
        gone += 1
      } else {
        holders[kept] = holders[place]
        shares[kept] = shares[place]
        kept += 1
      }
    }
    holders.removeSubrange(kept...)
    shares.removeSubrange(kept...)
  }
}

/// Holders that have revealed a wrong share: their other shares are used last.
struct SuspectedHolders: Sendable {
  private var isSuspected: [Bool] = []

  mutating func insert(_ holder: ClientID) {
    let index = Int(holder.rawValue)
    if index >= isSuspected.count {
      isSuspected += Array(repeating: false, count: index + 1 - isSuspected.count)
    }
    isSuspected[index] = true
  }

  @inline(__always)
  func contains(_ holder: ClientID) -> Bool {
    let index = Int(holder.rawValue)
    return index < isSuspected.count && isSuspected[index]
  }
}
