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

  /// How many of the nearest others make the score among `count` vectors.
  func neighbours(among count: Int, attackers: Int) -> Int {
    // Where Bulyan has taken most vectors the formula leaves none: the nearest one then decides.
    max(1, count - attackers - (self == .sumOfNearest ? 2 : 1))
  }

  /// The scores of all vectors. Where squares do not fit they are roots, which rank vectors alike.
  ///
  /// - Complexity: O(n^2 log n) for n vectors.
  func scores(_ distances: PairwiseDistances, attackers: Int) -> [Double] {
    let count = distances.count
    let neighbours = neighbours(among: count, attackers: attackers)
    return (0..<count).map { position in
      var others: [Double] = []
      others.reserveCapacity(count)
      for other in 0..<count where other != position { others.append(distances[position, other]) }
      others.sort()
      let sum = distances.sumOfSquares(Array(others.prefix(neighbours)))
      return self == .sumOfNearest ? sum : sum / Double(neighbours)
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
