/// The search for the set without f of n points that has the smallest diameter.
///
/// A set has at most the diameter D if it has no pair that is farther apart. So f points have to be
/// removed such that every such pair loses one: a vertex cover of at most f points, which is decided in
/// a number of branches that depends on f only (Cygan et al. 2015, "Parameterized Algorithms", section
/// 3.1). Trying all sets would take n choose f steps: 5 x 10^20 for 20 of 100, where this takes 2,000.
struct SmallestDiameterSearch {
  private let distances: EuclideanDistances
  private let removed: Int

  /// - Parameter removed: f, at least 0 and below the number of points.
  init(_ distances: EuclideanDistances, removing removed: Int) {
    self.distances = distances
    self.removed = removed
  }

  /// The largest number of branches of a decision: a point that is too far from three others or more is
  /// removed, or all of these are.
  static func branches(removing removed: Int) -> Double {
    var counts = [1.0, 1.0, 1.0]
    if removed < 3 { return 1 }
    for _ in 3...removed {
      counts = [counts[1], counts[2], counts[2] + counts[0]]
      if counts[2] > 1e18 { break }
    }
    return counts[2]
  }

  /// The points of the set, in ascending order.
  func positions() -> [Int] {
    let count = distances.count
    var candidates = [0.0]
    for row in 0..<count {
      for other in 0..<row { candidates.append(distances[row, other]) }
    }
    candidates.sort()
    var (low, high) = (0, candidates.count - 1)
    while low < high {
      let middle = (low + high) / 2
      var conflicts = Conflicts(distances, above: candidates[middle])
      if conflicts.canBeCovered(by: removed) { high = middle } else { low = middle + 1 }
    }
    return firstSet(of: Conflicts(distances, above: candidates[low]))
  }

  /// Keeps one point after the other, the most central first, if a cover is left then.
  private func firstSet(of conflicts: Conflicts) -> [Int] {
    let count = distances.count
    // The sums are of sorted distances, so that they do not depend on the order of the rows.
    let centrality = (0..<count).map { row in
      (0..<count).map { distances[row, $0] }.sorted().reduce(0, +)
    }
    var (rest, budget) = (conflicts, removed)
    var kept: [Int] = []
    for row in centrality.positionsOfSmallest(count) {
      guard kept.count < count - removed else { break }
      guard !rest.isRemoved(row) else { continue }
      var trial = rest
      let neighbours = trial.neighbours(of: row)
      for neighbour in neighbours { trial.remove(neighbour) }
      var decision = trial
      if neighbours.count <= budget, decision.canBeCovered(by: budget - neighbours.count) {
        (rest, budget) = (trial, budget - neighbours.count)
        kept.append(row)
      } else {
        rest.remove(row)
        budget -= 1
      }
    }
    return kept.sorted()
  }
}

/// The pairs that are too far apart, of the points that are not removed.
private struct Conflicts {
  private var lists: [[Int]]
  private var degrees: [Int]
  private var removed: [Bool]

  init(_ distances: EuclideanDistances, above diameter: Double) {
    let all = 0..<distances.count
    lists = all.map { row in all.filter { distances[row, $0] > diameter } }
    degrees = lists.map(\.count)
    removed = all.map { _ in false }
  }

  func isRemoved(_ point: Int) -> Bool { removed[point] }

  func neighbours(of point: Int) -> [Int] {
    lists[point].filter { !removed[$0] }
  }

  mutating func remove(_ point: Int) {
    guard !removed[point] else { return }
    removed[point] = true
    for other in lists[point] { degrees[other] -= 1 }
  }

  private mutating func restore(_ point: Int) {
    removed[point] = false
    for other in lists[point] { degrees[other] += 1 }
  }

  /// Whether the removal of so many more points leaves no pair.
  ///
  /// The depth of the recursion is at most the budget. All points are as before afterwards.
  mutating func canBeCovered(by budget: Int) -> Bool {
    guard budget >= 0 else { return false }
    var (worst, largest, total) = (0, 0, 0)
    for point in degrees.indices where !removed[point] {
      total += degrees[point]
      if degrees[point] > largest { (worst, largest) = (point, degrees[point]) }
    }
    if largest == 0 { return true }
    // Each removal takes away as many pairs as the largest degree at most.
    if total > 2 * budget * largest { return false }
    if largest <= 2 { return pathsAndCyclesCover() <= budget }
    remove(worst)
    let withoutWorst = canBeCovered(by: budget - 1)
    restore(worst)
    // A point in more pairs than may be removed has to go.
    if withoutWorst || largest > budget { return withoutWorst }
    let others = neighbours(of: worst)
    for other in others { remove(other) }
    defer { for other in others.reversed() { restore(other) } }
    return canBeCovered(by: budget - others.count)
  }

  /// The smallest cover if no point is in more than two pairs: a path of k points takes k / 2, rounded
  /// down, a cycle k / 2, rounded up.
  private func pathsAndCyclesCover() -> Int {
    var seen = removed
    var cover = 0
    // Paths first, from their ends; what is left are cycles.
    for wanted in [1, 2] {
      for start in degrees.indices where !seen[start] && degrees[start] == wanted {
        var (points, next) = (0, Optional(start))
        while let point = next {
          seen[point] = true
          points += 1
          next = lists[point].first { !seen[$0] }
        }
        cover += wanted == 1 ? points / 2 : (points + 1) / 2
      }
    }
    return cover
  }
}
