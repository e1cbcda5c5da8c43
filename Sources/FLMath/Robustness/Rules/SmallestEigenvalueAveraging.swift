/// The mean of the n - f vectors whose covariance has the smallest largest eigenvalue (SMEA).
///
/// Allouah, Guerraoui, Gupta, Pinot and Stephan 2023, "On the Privacy-Robustness-Utility Trilemma in
/// Distributed Learning". For every set of n - f vectors, the squared distance of the result
/// from its mean is at most 4f / (n - 2f) times the largest eigenvalue of its covariance, however many
/// parameters there are: the set that was chosen has no larger one, and shares n - 2f vectors with it.
///
/// All n choose f sets are tried, in the order of the rows, and of equal ones the first is taken. So the
/// rule is for few vectors; for more there is ``CovarianceBoundAgnosticFilter``. ByzFL estimates
/// eigenvalues by one step of the power method from a random start; here they are exact.
public struct SmallestEigenvalueAveraging: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// The largest number of sets that are tried.
  public let maximumSets: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Parameters:
  ///   - attackers: 0 or more.
  ///   - maximumSets: what the rule may cost. The default allows for 8 attackers among 20
  ///     vectors.
  /// - Throws: ``RobustAggregationError/invalidAttackers(_:)`` if the number is negative.
  public init(
    attackers: Int, maximumSets: Int = 130_000
  ) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.maximumSets = maximumSets
  }

  /// The mean of the usable rows of the set with the smallest eigenvalue.
  ///
  /// - Throws: ``RobustAggregationError``, also ``RobustAggregationError/tooExpensive(cost:maximum:)`` if
  ///   there are more sets than ``maximumSets``.
  /// - Complexity: O(n^2 x dimension) time, O(n^3) for each of n choose f sets, and O(n^2) memory, for n
  ///   rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let count = usable.rows.count
    let sets = Combinations.count(of: usable.attackers, from: count)
    guard sets <= Double(maximumSets) else {
      throw .tooExpensive(cost: sets, maximum: maximumSets)
    }
    let distances = EuclideanDistances(of: usable.rows)
    var combinations = Combinations(of: count - usable.attackers, from: count)
    var best = (positions: combinations.current, deviation: Double.infinity)
    repeat {
      let deviation = PrincipalAxis(of: distances, at: combinations.current).deviation
      if deviation < best.deviation { best = (combinations.current, deviation) }
    } while combinations.advance()
    return usable.mean(selected: best.positions)
  }
}

/// The sets of so many of the numbers from 0 on, in lexicographic order.
struct Combinations {
  /// The set, in ascending order.
  private(set) var current: [Int]

  private let total: Int

  /// Starts with the first set.
  init(of size: Int, from total: Int) {
    current = Array(0..<size)
    self.total = total
  }

  /// Goes on to the next set; `false` after the last.
  mutating func advance() -> Bool {
    let size = current.count
    guard let place = current.indices.last(where: { current[$0] < total - size + $0 }) else {
      return false
    }
    let first = current[place] + 1
    for index in place..<size { current[index] = first + index - place }
    return true
  }

  /// The number of sets, rounded where it is large, infinite beyond `Double`.
  static func count(of size: Int, from total: Int) -> Double {
    var count = 1.0
    for step in 0..<min(size, total - size) {
      count = count * Double(total - step) / Double(step + 1)
      if count > 1e18 { break }
    }
    return count
  }
}
