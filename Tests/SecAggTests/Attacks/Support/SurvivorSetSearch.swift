/// All that a server can do with survivor sets in a small complete graph, in integers alone: sets are
/// bits, clients are numbers from 0, the honest ones first.
struct SurvivorSetSearch {
  let honestCount: Int
  let traitorCount: Int
  let threshold: Int
  /// Whether clients want to see the signatures of others.
  let checksConsistency: Bool

  var count: Int { honestCount + traitorCount }

  /// What the adversary gains from one assignment.
  struct Gain: Equatable {
    /// Honest clients both of whose secrets it knows.
    var exposed: Set<Int> = []
    /// Sets of honest clients whose sum it reads.
    var readable: Set<Int> = []

    /// Whether it is more than one sum.
    var isAttack: Bool { !exposed.isEmpty || readable.count > 1 }
  }

  /// The sets that a client signs: it is in them itself, with as many others as the threshold.
  func acceptable(to client: Int) -> [Int] {
    (0..<(1 << count)).filter { $0 >> client & 1 == 1 && $0.nonzeroBitCount > threshold }
  }

  /// The number of ways to give every honest client a set, or none.
  var assignmentCount: Int { (0..<honestCount).reduce(1) { $0 * (acceptable(to: $1).count + 1) } }

  /// One of them: for each honest client its set, 0 for none.
  func assignment(_ number: Int) -> [Int] {
    var rest = number
    return (0..<honestCount).map { client in
      let sets = [0] + acceptable(to: client)
      defer { rest /= sets.count }
      return sets[rest % sets.count]
    }
  }

  /// The honest clients that answer.
  func answering(_ views: [Int]) -> [Int] {
    (0..<honestCount).filter { client in
      let set = views[client]
      guard set != 0 else { return false }
      guard checksConsistency else { return true }
      let signers = (0..<count).count { other in
        other != client && set >> other & 1 == 1 && (other >= honestCount || views[other] == set)
      }
      return signers >= threshold
    }
  }

  /// The shares that are revealed: by whom, and whose they are.
  func gain(_ views: [Int]) -> Gain {
    let answering = answering(views)
    func knows(selfMask: Bool, of client: Int) -> Bool {
      let revealed = answering.count {
        $0 != client && (views[$0] >> client & 1 == 1) == selfMask
      }
      return revealed + traitorCount >= threshold
    }
    var gain = Gain()
    var (selfMasks, maskKeys) = (0, 0)
    for client in 0..<honestCount {
      if knows(selfMask: true, of: client) { selfMasks |= 1 << client }
      if knows(selfMask: false, of: client) { maskKeys |= 1 << client }
    }
    gain.exposed = Set((0..<honestCount).filter { (selfMasks & maskKeys) >> $0 & 1 == 1 })
    for set in 1..<(1 << honestCount) where set & ~selfMasks == 0 {
      // A mask between a member and an honest client outside comes off by the key of either.
      let outside = ~set & ((1 << honestCount) - 1)
      let allOutsideKnown = outside & ~maskKeys == 0
      let allMembersKnown = set & ~maskKeys == 0
      if allOutsideKnown || allMembersKnown { gain.readable.insert(set) }
    }
    return gain
  }
}
