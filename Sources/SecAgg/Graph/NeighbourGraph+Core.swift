extension NeighbourGraph {
  /// The largest part of the included clients in which each has at least `minimumDegree` neighbours:
  /// the core of the graph that they form (Seidman 1983, "Network structure and minimum degree").
  ///
  /// Complexity: O(n + k log k) for each client that is removed, so O(n k log k); O(n) in the complete
  /// graph.
  func core(of isIncluded: [Bool], minimumDegree: Int) -> [Bool] {
    let counts = neighbourCounts(in: isIncluded)
    // In the complete graph all included clients have the same count: all stay, or all go.
    if isComplete {
      let isCore = zip(isIncluded, counts).allSatisfy { !$0 || $1 >= minimumDegree }
      return isCore ? isIncluded : isIncluded.map { _ in false }
    }
    return Self.core(
      of: isIncluded, counts: counts, minimumDegree: minimumDegree,
      neighbours: { neighbours(of: $0) })
  }

  /// Removes clients with too few neighbours from a work list, to which a removal adds the neighbours
  /// that have too few because of it (Batagelj and Zaversnik 2003, "An O(m) Algorithm for Cores
  /// Decomposition of Networks"). Looks up the neighbours of removed clients only, and of each once.
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
