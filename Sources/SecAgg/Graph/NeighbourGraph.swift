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

  /// The neighbours of `index` in ascending order.
  ///
  /// Complexity: O(k log k).
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
}
