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
  /// - Throws: ``RobustAggregationError/invalidAttackers(_:)`` if the number is negative.
  public init(
    attackers: Int, maximumBranches: Int = 100_000
  ) throws(RobustAggregationError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    self.maximumBranches = maximumBranches
  }

  /// The mean of the usable rows of the set with the smallest diameter.
  ///
  /// - Throws: ``RobustAggregationError``, also ``RobustAggregationError/tooExpensive(cost:maximum:)`` if
  ///   the search may need more than ``maximumBranches``.
  /// - Complexity: O(n^2 x dimension + n^3 log n) and O(1.47^f n^2) a decision, of which there are O(n);
  ///   O(n^2) memory, for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(RobustAggregationError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let cost = SmallestDiameterSearch.branches(removing: usable.attackers)
    guard cost <= Double(maximumBranches) else {
      throw .tooExpensive(cost: cost, maximum: maximumBranches)
    }
    let search = SmallestDiameterSearch(
      EuclideanDistances(of: usable.rows), removing: usable.attackers)
    return usable.mean(selected: search.positions())
  }
}
