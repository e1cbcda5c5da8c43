/// The one vector that is nearest to its neighbours.
///
/// Blanchard et al. 2017, "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent".
/// Of equal scores the first row is taken. The result is some client's update as it is,
/// so it is not private and varies more than a mean.
public struct Krum: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// How a vector's distances make its score.
  public let scoring: KrumScoring

  /// At least 2f + 3 vectors, or 2f + 1 with the other scoring; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { scoring.tolerance }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(
    attackers: Int, scoring: KrumScoring = .sumOfNearest
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.scoring = scoring
  }

  /// The usable row with the smallest score.
  ///
  /// - Complexity: O(n^2 x dimension) time and O(n^2) memory for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    try MultiKrum(attackers: attackers, selecting: 1, scoring: scoring).aggregate(updates)
  }
}

/// The mean of the vectors that are nearest to their neighbours.
///
/// Blanchard et al. 2017: the m vectors with the smallest Krum scores, each weighted the
/// same whatever a client says its number of examples is. Of equal scores the first rows are taken.
public struct MultiKrum: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// The number of vectors that are averaged, m; `nil` for all but the attackers, n - f.
  public let selected: Int?

  /// How a vector's distances make its score.
  public let scoring: KrumScoring

  /// At least 2f + 3 vectors, or 2f + 1 with the other scoring; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { scoring.tolerance }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Parameters:
  ///   - attackers: 0 or more.
  ///   - selected: how many vectors are averaged, from 1 to n - f; n - f if it is not given.
  ///   - scoring: how a vector's distances make its score.
  /// - Throws: ``FLMathError`` if the number of attackers is negative or that of vectors
  ///   below 1.
  public init(
    attackers: Int, selecting selected: Int? = nil, scoring: KrumScoring = .sumOfNearest
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    if let selected, selected < 1 {
      throw .robustAggregation(.invalidSelection(maximum: Int.max - attackers, found: selected))
    }
    self.selected = selected
    self.scoring = scoring
  }

  /// The mean of the usable rows with the smallest scores.
  ///
  /// - Throws: ``FLMathError``, also if more vectors are to be selected than n - f.
  /// - Complexity: O(n^2 x dimension) time and O(n^2) memory for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    // The same number whether attackers are unusable and left out or not.
    let honest = usable.rows.count - usable.attackers
    guard selected ?? 1 <= honest else {
      throw .robustAggregation(.invalidSelection(maximum: honest, found: selected ?? 1))
    }
    let scores = scoring.scores(
      PairwiseDistances(of: usable.rows), attackers: usable.attackers)
    return usable.mean(selected: scores.positionsOfSmallest(selected ?? honest))
  }
}

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
