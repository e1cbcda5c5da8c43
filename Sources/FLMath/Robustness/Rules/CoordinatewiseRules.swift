/// The median of every coordinate; of an even number of vectors the mean of the two in the middle.
///
/// Yin et al. 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates",
/// definition 1. It withstands any minority: f attackers among at least 2f + 1 vectors.
public struct CoordinateMedian: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(attackers: Int) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
  }

  /// The median of every coordinate of the usable rows.
  ///
  /// - Complexity: O(dimension x n log^2 n) for n rows, without a branch on any value.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    return usable.aggregate(CoordinateStatistics.median(of: usable.rows))
  }
}

/// In every coordinate the mean of what is left without the f smallest and the f largest values.
///
/// Yin et al. 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates",
/// definition 2, with f = beta n. It withstands f attackers among at least 2f + 1 vectors. Where
/// unusable rows were left out, as many fewer are cut off at either end.
public struct TrimmedMean: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything, and of values that are cut off at either end.
  public let attackers: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(attackers: Int) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
  }

  /// The trimmed mean of every coordinate of the usable rows.
  ///
  /// - Complexity: O(dimension x n log^2 n) for n rows, without a branch on any value.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    let kept = usable.attackers..<(usable.rows.count - usable.attackers)
    return usable.aggregate(CoordinateStatistics.meanOfRanks(kept, of: usable.rows))
  }
}

/// In every coordinate the mean of the n - f values nearest to the median (MeaMed).
///
/// Xie, Koyejo and Gupta 2018, "Generalized Byzantine-tolerant SGD". It withstands f
/// attackers among at least 2f + 1 vectors. Of values equally near, those of the first rows are
/// taken.
public struct MeanAroundMedian: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything.
  public let attackers: Int

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidAttackers(_:)`` if the number is negative.
  public init(attackers: Int) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
  }

  /// The mean around the median of every coordinate of the usable rows.
  ///
  /// - Complexity: O(dimension x n log^2 n) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    return usable.aggregate(
      CoordinateStatistics.meanAroundMedian(
        usable.rows.count - usable.attackers, of: usable.rows))
  }
}

/// In every coordinate the mean of the values near the median, whatever their number.
///
/// Hampel 1985, "The Breakdown Points of the Mean Combined With Some Rejection Rules" (X84): a value is cut
/// off if it is farther from the median than the cut-off times the median distance from it, brought to the
/// scale of a standard deviation. The number of attackers need not be known. Without attackers, a cut-off
/// of 3 keeps all but 1 in 370 values of a normal distribution, where ``TrimmedMean`` always cuts off 2f.
///
/// With a majority of honest values, the result is at most `1.4826 * cutoff` times their range from the
/// median, which is in the range. Where more than half of the values are equal, they are the result.
public struct AdaptivelyTrimmedMean: RobustAggregationRule, Hashable {
  /// The number of vectors that may be anything. It says how many vectors there have to be, and has no
  /// influence on the result.
  public let attackers: Int

  /// How many standard deviations from the median are too far.
  public let cutoff: Double

  /// The ratio of the standard deviation of a normal distribution to the median distance from the median.
  static let normalConsistency = 1.482_602_218_505_602

  /// At least 2f + 1 vectors; the breakdown point is 1/2.
  public var tolerance: AttackerTolerance { .majority }

  /// Withstands `attackers` arbitrary vectors.
  ///
  /// - Throws: ``FLMathError`` if the number of attackers is negative, or the cut-off is not
  ///   finite and above 0.
  public init(attackers: Int, cutoff: Double = 3) throws(FLMathError) {
    self.attackers = try AttackerTolerance.validated(attackers)
    guard cutoff.isFinite, cutoff > 0 else { throw .robustAggregation(.invalidCutoff(cutoff)) }
    self.cutoff = cutoff
  }

  /// Withstands any minority of `vectors`, so that no number of attackers is needed.
  ///
  /// - Parameter vectors: the least number of vectors that will be aggregated, at least 1.
  /// - Throws: ``FLMathError`` if that is below 1, or the cut-off not finite and above 0.
  public init(anyMinorityOf vectors: Int, cutoff: Double = 3) throws(FLMathError) {
    guard vectors >= 1 else {
      throw .robustAggregation(.beyondBreakdown(vectors: vectors, attackers: 0, maximum: -1))
    }
    try self.init(attackers: (vectors - 1) / 2, cutoff: cutoff)
  }

  /// The mean of the usable values that are near to the median, in every coordinate.
  ///
  /// - Complexity: O(dimension x n log^2 n) for n rows.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    let usable = try UsableUpdates(of: updates, for: self)
    return usable.aggregate(
      CoordinateStatistics.ofSortedColumns(of: usable.rows) { _, sorted in mean(sorted: sorted) })
  }

  /// The mean of the values near to the median, given in order.
  private func mean(sorted values: [Double]) -> Double {
    let half = values.count / 2
    let median = (values[(values.count - 1) / 2] + values[half]) / 2
    let sorted = values.span
    // The median distance: that of the value for which half of the others are nearer.
    func distance(rank: Int) -> Double {
      NearestWindow(rank + 1, around: median, in: sorted).radius(around: median, in: sorted)
    }
    let middle =
      values.count % 2 == 0
      ? (distance(rank: half) + distance(rank: half - 1)) / 2 : distance(rank: half)
    let largest = cutoff * Self.normalConsistency * middle
    var (sum, kept) = (0.0, 0)
    for value in values where (value - median).magnitude <= largest {
      sum += value
      kept += 1
    }
    // With a small cut-off, all values may be too far from a median between two of them.
    return kept == 0 ? median : sum / Double(kept)
  }
}
