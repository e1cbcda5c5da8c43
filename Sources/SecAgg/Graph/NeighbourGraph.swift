/// Who masks with whom: the Harary graph H(k, n) over a random permutation of the roster
/// (Bell et al. 2020, section 3.1), or everybody with everybody when the roster has at most
/// k + 1 clients (Bonawitz et al. 2017).
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

  /// How many neighbours each client has in a roster of `count`.
  static func degree(_ degree: Int, inRosterOf count: Int) -> Int {
    min(degree, count - 1)
  }

  /// Whether everybody is everybody's neighbour.
  var isComplete: Bool { reach == nil }

  /// The neighbours of `index` in ascending order.
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
  /// first k + 1 places of the circle, or everybody in a complete graph. Each client has at least k others.
  ///
  /// They are the same for all clients. With endorsements of its own neighbours alone, a client could not
  /// know that clients far away on the circle were shown the same set.
  ///
  /// Complexity: O(k log k); O(n) in a complete graph.
  var endorsers: [Int] {
    guard let reach, let permutation else { return Array(0..<count) }
    return permutation.indexAtPlace.prefix(2 * reach + 1).sorted()
  }

  /// For each client the number of its neighbours that are included.
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

  /// Whether the clients whose index satisfies `isIncluded` hold together by edges among
  /// themselves.
  ///
  /// On the circle an edge spans at most k / 2 places, so only a wider gap parts them; one such gap
  /// leaves an arc, two leave pieces. Complexity: O(n).
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
