/// The graph of clients that mask with each other: the Harary graph H(k, n) over a random
/// permutation of the roster (Bell et al. 2020, section 3.1). It is the complete graph if the
/// roster has at most k + 1 clients (Bonawitz et al. 2017).
///
/// Vertices are roster indices: the ranks of the clients in id order.
struct NeighbourGraph {
  let count: Int
  private let reach: Int?
  private let permutation: RosterPermutation?

  init(count: Int, degree: Int, commitment: Digest) {
    self.count = count
    if degree >= count - 1 {
      reach = nil
      permutation = nil
    } else {
      reach = degree / 2
      permutation = RosterPermutation(count: count, commitment: commitment)
    }
  }

  /// Returns the number of neighbours of each client in a roster of `count`.
  static func degree(_ degree: Int, inRosterOf count: Int) -> Int {
    min(degree, count - 1)
  }

  /// Whether the graph is complete.
  var isComplete: Bool { reach == nil }

  /// Returns the neighbours of `index` in ascending order.
  ///
  /// Complexity: O(k log k), O(n) in the complete graph.
  func neighbours(of index: Int) -> [Int] {
    guard let reach, let permutation else {
      return (0..<count).filter { $0 != index }
    }
    let place = permutation.placeOfIndex[index]
    var neighbours: [Int] = []
    neighbours.reserveCapacity(2 * reach)
    for step in 1...reach {
      neighbours.append(permutation.indexAtPlace[(place + step) % count])
      neighbours.append(permutation.indexAtPlace[(place + count - step) % count])
    }
    return neighbours.sorted()
  }

  /// The clients that sign the set of contributors for all others, in ascending order: those at the
  /// first k + 1 places of the circle, or all clients in a complete graph. Each client has at least
  /// k others.
  ///
  /// They are the same for all clients. Endorsements by its own neighbours alone would not show a
  /// client that clients far away on the circle saw the same set.
  ///
  /// Complexity: O(k log k); O(n) in a complete graph.
  var endorsers: [Int] {
    guard let reach, let permutation else { return Array(0..<count) }
    return permutation.indexAtPlace.prefix(2 * reach + 1).sorted()
  }

  /// Returns for each client the number of its neighbours that are included.
  ///
  /// On the circle a client's neighbours are those around it, so one window that moves from place to
  /// place counts them for all clients. Complexity: O(n).
  func neighbourCounts(in isIncluded: [Bool]) -> [Int] {
    guard let reach, let permutation else {
      let included = isIncluded.count { $0 }
      return isIncluded.map { $0 ? included - 1 : included }
    }
    let isIncludedAtPlace = permutation.indexAtPlace.map { isIncluded[$0] }
    func included(at place: Int) -> Int { isIncludedAtPlace[place % count] ? 1 : 0 }
    var counts = [Int](repeating: 0, count: count)
    var inWindow = (count - reach...count + reach).reduce(0) { $0 + included(at: $1) }
    for (place, index) in permutation.indexAtPlace.enumerated() {
      counts[index] = inWindow - included(at: place)
      inWindow += included(at: place + reach + 1) - included(at: place + count - reach)
    }
    return counts
  }

  /// Returns whether the clients whose index satisfies `isIncluded` are connected by edges among
  /// themselves.
  ///
  /// On the circle an edge spans at most k / 2 places, so only a wider gap separates clients. One
  /// such gap leaves a connected arc; two gaps leave separate parts. Complexity: O(n).
  func isConnected(_ isIncluded: (Int) -> Bool) -> Bool {
    guard let reach, let permutation else { return true }
    let places = permutation.indexAtPlace.indices.filter {
      isIncluded(permutation.indexAtPlace[$0])
    }
    guard let first = places.first, let last = places.last else { return true }
    let wideGaps = zip(places, places.dropFirst()).count { $1 - $0 > reach }
    return wideGaps + (first + count - last > reach ? 1 : 0) <= 1
  }
}

extension NeighbourGraph {
  /// Returns the largest subset of the included clients in which each client has at least
  /// `minimumDegree` neighbours: the core of the graph that the included clients form (Seidman
  /// 1983, "Network structure and minimum degree").
  ///
  /// Complexity: O(n + k log k) for each client that is removed, so O(n k log k); O(n) in the complete
  /// graph.
  func core(of isIncluded: [Bool], minimumDegree: Int) -> [Bool] {
    let counts = neighbourCounts(in: isIncluded)
    // In the complete graph all included clients have the same count, so all stay or all are
    // removed.
    if isComplete {
      let isCore = zip(isIncluded, counts).allSatisfy { !$0 || $1 >= minimumDegree }
      return isCore ? isIncluded : isIncluded.map { _ in false }
    }
    return Self.core(
      of: isIncluded, counts: counts, minimumDegree: minimumDegree,
      neighbours: { neighbours(of: $0) })
  }

  /// Removes clients that have too few neighbours. A work list holds them; each removal adds the
  /// neighbours that then have too few (Batagelj and Zaversnik 2003, "An O(m) Algorithm for Cores
  /// Decomposition of Networks"). It looks up only the neighbours of removed clients, once for
  /// each.
  ///
  /// - Parameter counts: for each client the number of its neighbours that are included.
  static func core(
    of isIncluded: [Bool], counts: [Int], minimumDegree: Int, neighbours: (Int) -> [Int]
  ) -> [Bool] {
    var (isMember, counts) = (isIncluded, counts)
    var removed = isMember.indices.filter { isMember[$0] && counts[$0] < minimumDegree }
    for index in removed { isMember[index] = false }
    while let index = removed.popLast() {
      for neighbour in neighbours(index) where isMember[neighbour] {
        counts[neighbour] -= 1
        guard counts[neighbour] < minimumDegree else { continue }
        isMember[neighbour] = false
        removed.append(neighbour)
      }
    }
    return isMember
  }
}

/// A uniformly random arrangement of the roster on a circle, drawn from the roster commitment.
///
/// Nobody chooses it: it is fixed by the keys that all clients advertised. Everyone who knows the
/// commitment draws the same.
struct RosterPermutation {
  /// The roster index that stands at each place of the circle.
  let indexAtPlace: [Int]
  /// The place of each roster index.
  let placeOfIndex: [Int]

  /// Shuffles by Fisher and Yates with unbiased bounded numbers from a ChaCha20 stream.
  ///
  /// Complexity: O(`count`).
  init(count: Int, commitment: Digest) {
    var stream = PublicWordStream(
      key: Hashing.digest(.neighbourPermutation) { $0.write(commitment) })
    var indexAtPlace = Array(0..<count)
    for place in stride(from: count - 1, to: 0, by: -1) {
      indexAtPlace.swapAt(place, Int(stream.next(below: UInt64(place + 1))))
    }
    var placeOfIndex = [Int](repeating: 0, count: count)
    for (place, index) in indexAtPlace.enumerated() { placeOfIndex[index] = place }
    self.indexAtPlace = indexAtPlace
    self.placeOfIndex = placeOfIndex
  }
}

/// The 64-bit words of a public ChaCha20 stream.
private struct PublicWordStream {
  private let key: [UInt8]
  private var block: [UInt64] = []
  private var next = 0
  private var offset: UInt64 = 0

  init(key: Digest) {
    self.key = key.bytes
  }

  private mutating func nextWord() -> UInt64 {
    if next == block.count {
      var words = [UInt64](repeating: 0, count: 512)
      var span = words.mutableSpan
      MaskExpander.chacha20.apply(.add, seed: key.span, to: &span, streamOffset: offset)
      block = words
      offset += 512
      next = 0
    }
    defer { next += 1 }
    return block[next]
  }

  /// A uniform number below `bound`, by rejecting the words above the largest multiple of it.
  mutating func next(below bound: UInt64) -> UInt64 {
    let limit = UInt64.max - UInt64.max % bound
    while true {
      let word = nextWord()
      if word < limit { return word % bound }
    }
  }
}
