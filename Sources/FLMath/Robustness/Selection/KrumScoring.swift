/// How the distances of a vector from its nearest neighbours make its score, of n vectors with f
/// attackers. The smaller the score, the more central the vector.
public enum KrumScoring: Sendable, Hashable, CaseIterable {
  /// The sum of the squared distances from the n - f - 2 nearest others (Blanchard et al. 2017;
  /// also Flower). It needs n >= 2f + 3.
  case sumOfNearest

  /// The mean of the squared distances from the n - f - 1 nearest others, as the library ByzFL has
  /// it (Allouah et al. 2023, "Fixing by Mixing", whose analysis takes n >= 2f + 1).
  case meanOfHonestMajority

  var tolerance: AttackerTolerance {
    switch self {
    case .sumOfNearest: AttackerTolerance(vectorsPerAttacker: 2, additionalVectors: 3)
    case .meanOfHonestMajority: .majority
    }
  }

  /// The score of the vector at `position` among those at `candidates`, which include it. Where squares
  /// do not fit it is the root, which ranks vectors alike.
  func score(
    of position: Int, among candidates: [Int], attackers: Int, distances: PairwiseDistances
  ) -> Double {
    var others: [Double] = []
    others.reserveCapacity(candidates.count)
    for candidate in candidates where candidate != position {
      others.append(distances[position, candidate])
    }
    others.sort()
    // Where Bulyan has taken most vectors the formula leaves none: the nearest one then decides.
    let neighbours = max(1, candidates.count - attackers - (self == .sumOfNearest ? 2 : 1))
    let sum = distances.sumOfSquares(Array(others.prefix(neighbours)))
    return self == .sumOfNearest ? sum : sum / Double(neighbours)
  }

  /// The scores of all vectors.
  func scores(_ distances: PairwiseDistances, attackers: Int) -> [Double] {
    let all = Array(0..<distances.count)
    return all.map {
      score(of: $0, among: all, attackers: attackers, distances: distances)
    }
  }
}

extension [Double] {
  /// The positions of the `count` smallest elements, of equal ones the first, smallest first.
  func positionsOfSmallest(_ count: Int) -> [Int] {
    let order = indices.sorted { self[$0] == self[$1] ? $0 < $1 : self[$0] < self[$1] }
    return [Int](order.prefix(count))
  }
}
