/// Krum again and again until n - 2f vectors are chosen, then in every coordinate the mean of the
/// n - 4f values nearest to their median.
///
/// El Mhamdi, Guerraoui and Rouault 2018, "The Hidden Vulnerability of Distributed Learning in
/// Byzantium": Krum alone can be made to take a vector that is far off in one coordinate,
/// the second step takes that away.
public struct Bulyan: RobustAggregationRule, Hashable {
  /// How the first step chooses its vectors.
  public enum Selection: Sendable, Hashable, CaseIterable {
    /// One vector at a time, scores being computed anew among those that are left, as in the paper.
    case iterative
    /// All at once by the scores among all vectors, as Flower's newer interface has it.
    case singlePass
  }

  /// The number of vectors that may be anything.
  public let attackers: Int

  /// How the first step chooses its vectors.
  public let selection: Selection

  /// At least 4f + 3 vectors; the breakdown point is 1/4.
  public var tolerance: AttackerTolerance {
    AttackerTolerance(vectorsPerAttacker: 4, additionalVectors: 3)
  }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(
    attackers: Int, selection: Selection = .iterative
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.selection = selection
  }

  /// The mean around the median of the rows chosen.
  ///
  /// - Complexity: O(n^2 x dimension + n^2 log n) time and O(n^2) memory for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let attackers = usable.attackers
    let chosen = selectedPositions(
      PairwiseDistances(of: usable.rows), count: usable.rows.count - 2 * attackers,
      attackers: attackers)
    let vector = CoordinateStatistics.meanAroundMedian(
      chosen.count - 2 * attackers, of: chosen.map { usable.rows[$0] })
    return RobustAggregate(
      vector: vector, unusableRows: usable.unusableRows,
      selectedRows: chosen.map { usable.indices[$0] }.sorted())
  }

  private func selectedPositions(
    _ distances: PairwiseDistances, count: Int, attackers: Int
  ) -> [Int] {
    switch selection {
    case .iterative:
      var krum = IterativeKrum(distances, attackers: attackers)
      return krum.choose(count)
    case .singlePass:
      return KrumScoring.sumOfNearest.scores(distances, attackers: attackers)
        .positionsOfSmallest(count)
    }
  }
}

/// Krum again and again, each time among the vectors that were not chosen before.
///
/// A vector's score is the sum of the squared distances from its nearest neighbours among those that are
/// left. The neighbours of each vector are sorted once. When a vector is chosen, each of the other sums
/// loses the distance from it, or else from the farthest neighbour: one subtraction instead of a new sum.
///
/// Subtractions leave rounding errors, so these sums only say which scores can be the smallest, with a
/// bound of the errors. The scores of those vectors are then summed in order, as ``KrumScoring`` does.
/// So the choice is the same as with all scores computed anew, ties included.
struct IterativeKrum {
  private let distances: PairwiseDistances
  private let attackers: Int
  private var neighbours: [NeighbourList]
  private var isLeft: [Bool]

  /// - Complexity: O(n^2 log n) time and O(n^2) memory for n vectors.
  init(_ distances: PairwiseDistances, attackers: Int) {
    self.distances = distances
    self.attackers = attackers
    let count = distances.count
    isLeft = [Bool](repeating: true, count: count)
    let nearest = Self.neighbours(left: count, attackers: attackers)
    neighbours = ParallelWork.map(count, size: 64 * count) {
      NeighbourList(of: $0, distances, nearest: nearest)
    }
  }

  /// The vectors that are chosen, the first one first. Of equal scores the first vector is taken.
  ///
  /// - Complexity: O(n^2) time for n vectors, and O(n) additions for each score that is within rounding of
  ///   the smallest: n^3 additions at worst, if all vectors are as far from each other. The same where
  ///   squares of distances do not fit.
  mutating func choose(_ count: Int) -> [Int] {
    var chosen: [Int] = []
    while chosen.count < count {
      let next = smallestScore()
      chosen.append(next)
      isLeft[next] = false
      let left = distances.count - chosen.count
      let nearest = Self.neighbours(left: left, attackers: attackers)
      for row in neighbours.indices where isLeft[row] {
        neighbours[row].remove(next, isLeft: isLeft, nearest: nearest, distances)
      }
    }
    return chosen
  }

  /// How many neighbours make the score among so many vectors that are left.
  private static func neighbours(left: Int, attackers: Int) -> Int {
    min(left - 1, KrumScoring.sumOfNearest.neighbours(among: left, attackers: attackers))
  }

  /// The first of the vectors with the smallest score.
  private mutating func smallestScore() -> Int {
    var bound = Double.infinity
    if distances.areSquared {
      for row in neighbours.indices where isLeft[row] {
        bound = min(bound, neighbours[row].sum + neighbours[row].error)
      }
    }
    var (best, smallest) = (-1, Double.infinity)
    for row in neighbours.indices
    where isLeft[row] && !(neighbours[row].sum - neighbours[row].error > bound) {
      let score = neighbours[row].score(distances, isLeft: isLeft)
      if best < 0 || score < smallest { (best, smallest) = (row, score) }
    }
    return best
  }
}

/// The other vectors in the order of their distances from one, and the sum over the nearest that are left.
private struct NeighbourList {
  private let row: Int

  /// The other vectors, nearest first.
  private let order: [Int32]

  /// The place of every vector in ``order``; the vector itself is behind the last.
  private let places: [Int32]

  /// The nearest vectors that are left are those at the places before ``end`` that are left.
  private var end: Int
  private var included: Int

  /// The sum of the squared distances from the nearest, but for ``error``.
  private(set) var sum = 0.0

  /// The most by which the score can differ from the sum, both being rounded.
  private(set) var error = 0.0

  init(of row: Int, _ distances: PairwiseDistances, nearest: Int) {
    self.row = row
    let count = distances.count
    var order = (0..<Int32(count)).filter { $0 != row }
    let line = (0..<count).map { distances[row, $0] }
    order.sort { line[Int($0)] < line[Int($1)] }
    var places = [Int32](repeating: Int32(count), count: count)
    for (place, other) in order.enumerated() { places[Int(other)] = Int32(place) }
    self.order = order
    self.places = places
    end = nearest
    included = nearest
    for place in 0..<nearest { sum += line[Int(order[place])] }
    error = Self.rounding(additions: nearest) * sum
  }

  /// Updates the sum when `other` is chosen.
  mutating func remove(
    _ other: Int, isLeft: [Bool], nearest: Int, _ distances: PairwiseDistances
  ) {
    if places[other] < end {
      included -= 1
      subtract(distances[row, other])
    }
    while included > nearest {
      end -= 1
      let farthest = Int(order[end])
      guard isLeft[farthest] else { continue }
      included -= 1
      subtract(distances[row, farthest])
    }
    while included < nearest {
      let following = Int(order[end])
      end += 1
      guard isLeft[following] else { continue }
      included += 1
      subtract(-distances[row, following])
    }
  }

  /// The score as ``KrumScoring`` computes it; the sum is as precise again afterwards.
  mutating func score(_ distances: PairwiseDistances, isLeft: [Bool]) -> Double {
    guard distances.areSquared else {
      return distances.sumOfSquares(
        order[..<end].compactMap { isLeft[Int($0)] ? distances[row, Int($0)] : nil })
    }
    sum = 0
    for place in 0..<end where isLeft[Int(order[place])] {
      sum += distances[row, Int(order[place])]
    }
    error = Self.rounding(additions: included) * sum
    return sum
  }

  private mutating func subtract(_ square: Double) {
    sum -= square
    // The rounding of this difference, and, in the score, of as many additions.
    error += Self.rounding(additions: 1) * (sum.magnitude + square.magnitude)
  }

  /// A bound for the rounding of so many additions, and of the computation of bounds, relative to the sum.
  private static func rounding(additions: Int) -> Double {
    Double(2 * additions + 8) * 0x1p-53
  }
}
