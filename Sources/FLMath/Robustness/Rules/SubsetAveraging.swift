/// The mean of the n - f vectors of which the two farthest from each other are nearest (MDA).
///
/// El Mhamdi, Guerraoui, Guirguis, Hoang and Rouault 2020, "Genuinely Distributed Byzantine Machine
/// Learning". For every set of n - f vectors, f attackers move the result by 2f / (n - f) times the
/// diameter of the set at most from its mean: the set that was chosen has no larger diameter, shares
/// n - 2f vectors with it, and each of the f others is within two diameters of what it replaces
/// (Farhadkhani et al. 2022, "Byzantine Machine Learning Made Easy by Resilient Averaging of Momentums").
///
/// The search is exact: see ``SmallestDiameterSearch``. Of several sets with the smallest diameter, the
/// rule prefers vectors with a small sum of distances from all others, and then those of the first rows.
public struct MinimumDiameterAveraging: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// The largest number of branches of the search.
  public let maximumBranches: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Parameters:
  ///   - attackers: 0 or more.
  ///   - maximumBranches: what a search may cost at worst. The default allows for 31
  ///     attackers, however many vectors there are.
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(
    attackers: Int, maximumBranches: Int = 100_000
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.maximumBranches = maximumBranches
  }

  /// The mean of the usable rows of the set with the smallest diameter.
  ///
  /// - Throws: ``FLMathError``, also ``FLMathError/RobustAggregation/tooExpensive(cost:maximum:)`` if
  ///   the search may need more than ``maximumBranches``.
  /// - Complexity: O(n^2 x dimension + n^3 log n) and O(1.47^f n^2) a decision, of which there are O(n);
  ///   O(n^2) memory, for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let cost = SmallestDiameterSearch.branches(removing: usable.attackers)
    guard cost <= Double(maximumBranches) else {
      throw .robustAggregation(.tooExpensive(cost: cost, maximum: maximumBranches))
    }
    let search = SmallestDiameterSearch(
      EuclideanDistances(of: usable.rows), removing: usable.attackers)
    return usable.mean(selected: search.positions())
  }
}

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
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(
    attackers: Int, maximumSets: Int = 130_000
  ) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.maximumSets = maximumSets
  }

  /// The mean of the usable rows of the set with the smallest eigenvalue.
  ///
  /// - Throws: ``FLMathError``, also ``FLMathError/RobustAggregation/tooExpensive(cost:maximum:)`` if
  ///   there are more sets than ``maximumSets``.
  /// - Complexity: O(n^2 x dimension) time, O(n^3) for each of n choose f sets, and O(n^2) memory, for n
  ///   rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let count = usable.rows.count
    let sets = Combinations.count(of: usable.attackers, from: count)
    guard sets <= Double(maximumSets) else {
      throw .robustAggregation(.tooExpensive(cost: sets, maximum: maximumSets))
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

/// The mean of the n - f vectors that are nearest to a trusted one of them, itself among them (the rule
/// of MoNNA).
///
/// Farhadkhani et al. 2023, "Robust Collaborative Learning with Linear Gradient Overhead": each
/// peer takes its own vector as the trusted one. A server has to take part with a vector of its own. For
/// every set of n - f vectors with the trusted one, f attackers move the result by 2f / (n - f) times the
/// diameter of the set at most from its mean. Of vectors at the same distance the first are taken.
public struct NearestNeighbourAveraging: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything. The trusted one is not among them.
  public let attackers: Int

  /// The row of the trusted vector.
  public let trustedRow: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError`` if the number of attackers or the row is negative.
  public init(attackers: Int, trustedRow: Int) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard trustedRow >= 0 else { throw .robustAggregation(.noSuchRow(trustedRow)) }
    self.trustedRow = trustedRow
  }

  /// The mean of the usable rows nearest to the trusted one.
  ///
  /// - Throws: ``FLMathError``, also if the trusted row is not there or not usable.
  /// - Complexity: O(n x dimension + n log n) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    guard trustedRow < updates.rows.count else { throw .robustAggregation(.noSuchRow(trustedRow)) }
    guard let own = usable.indices.firstIndex(of: trustedRow) else {
      throw .robustAggregation(.unusableReference)
    }
    var distances = EuclideanNorm.distances(of: usable.rows, from: usable.rows[own])
    // Before all others, even before rows that are equal to it.
    distances[own] = -1
    return usable.mean(
      selected: distances.positionsOfSmallest(usable.rows.count - usable.attackers))
  }
}
