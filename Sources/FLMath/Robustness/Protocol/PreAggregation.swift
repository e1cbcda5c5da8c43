/// A rule with something done to the vectors before it, such as mixing or clipping.
public struct PreAggregatedRule: RobustAggregationRule {
  /// Makes the vectors that the rule is given.
  public typealias PreAggregation =
    @Sendable (UpdateMatrix) throws(FLMathError) -> UpdateMatrix

  private let rule: any RobustAggregationRule
  private let preAggregation: PreAggregation

  /// The number of vectors that may be anything.
  public var attackers: Int { rule.attackers }

  /// How many vectors the rule needs.
  public var tolerance: AttackerTolerance { rule.tolerance }

  /// Applies `rule` to what `preAggregation` makes of the vectors.
  public init(_ rule: any RobustAggregationRule, after preAggregation: @escaping PreAggregation) {
    self.rule = rule
    self.preAggregation = preAggregation
  }

  /// What the rule makes of the vectors that were prepared.
  public func aggregate(
    _ updates: UpdateMatrix
  ) throws(FLMathError) -> RobustAggregate {
    try rule.aggregate(preAggregation(updates))
  }
}

/// Shortens vectors to a bound, keeping their direction.
public struct NormClipping: Sendable, Hashable {
  /// The largest Euclidean norm that a vector keeps.
  public let bound: Double

  /// Shortens to `bound`.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidRadius(_:)`` unless the bound is finite and above 0.
  public init(bound: Double) throws(FLMathError) {
    guard bound.isFinite, bound > 0 else { throw .robustAggregation(.invalidRadius(bound)) }
    self.bound = bound
  }

  /// The same rows, the long ones shortened; unusable ones stay unusable.
  ///
  /// - Complexity: O(rows x dimension).
  public func clipped(_ updates: UpdateMatrix) -> UpdateMatrix {
    let unusable = Set(updates.unusableRows)
    let rows = updates.rows.enumerated().map { index, row in
      if unusable.contains(index) { return row }
      let shortening = shortening(of: row)
      return shortening.factor == 1 ? row : shortening.row.map { shortening.factor * $0 }
    }
    return UpdateMatrix(
      trusted: rows, dimension: updates.dimension, unusableRows: updates.unusableRows)
  }

  /// A row whose product with the factor is the shortened row: the row itself, unless the factor
  /// would be too small to be precise.
  func shortening(of row: [Double]) -> (row: [Double], factor: Double) {
    let norm = EuclideanNorm.norm(row)
    if let factor = Self.factor(norm: norm, bound: bound) { return (row, factor) }
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: norm)
    return (row.map { $0 * scale }, bound / (norm * scale))
  }

  /// What to multiply a vector by; nil if that is too small for `Double`.
  static func factor(norm: Double, bound: Double) -> Double? {
    guard norm > bound else { return 1 }
    let factor = bound / norm
    return factor >= 0x1p-900 ? factor : nil
  }
}

/// Shortens the longest vectors to the length of the longest that is left (ARC).
///
/// Allouah, Guerraoui, Gupta, Jellouli, Rizk and Stephan 2025, "Adaptive Gradient Clipping for Robust
/// Federated Learning": the k = 2 (f / n) (n - f) longest are shortened, rounded down. These are at least f,
/// so no vector remains longer than the longest honest one. The paper proves that a rule after it keeps its
/// guarantee up to a constant. Unlike ``NormClipping``, it needs no bound.
public struct AdaptiveRobustClipping: Sendable, Hashable {
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

  /// The same rows, the longest ones shortened. Unusable rows count as attackers, and stay as they are.
  ///
  /// - Throws: ``FLMathError`` if there are too few vectors or too many unusable ones.
  /// - Complexity: O(n x dimension + n log n) for n rows.
  public func clipped(_ updates: UpdateMatrix) throws(FLMathError) -> UpdateMatrix {
    let count = updates.rows.count
    guard tolerance.tolerates(attackers: attackers, among: count) else {
      throw .robustAggregation(
        .beyondBreakdown(
          vectors: count, attackers: attackers, maximum: tolerance.maximumAttackers(among: count)))
    }
    let usable = try UsableUpdates(of: updates, attackers: attackers)
    let (vectors, attackers) = (usable.rows.count, usable.attackers)
    let norms = ParallelWork.map(usable.rows) { EuclideanNorm.norm($0) }
    let shortened = 2 * attackers * (vectors - attackers) / vectors
    let bound = norms.sorted()[vectors - shortened - 1]
    var rows = updates.rows
    for (position, norm) in norms.enumerated() where norm > bound {
      // The quotient of the lengths might underflow.
      rows[usable.indices[position]] = usable.rows[position].map { $0 / norm * bound }
    }
    return UpdateMatrix(
      trusted: rows, dimension: updates.dimension, unusableRows: updates.unusableRows)
  }
}

/// Puts vectors into buckets at random and replaces each bucket by its mean.
///
/// Karimireddy, He and Jaggi 2022, "Byzantine-Robust Learning on Heterogeneous Datasets via
/// Bucketing", Algorithm 1. Means vary less than vectors, and f attackers spoil f buckets at most,
/// so the rule after it must withstand the same f among fewer vectors. What a server can do when the
/// buckets are secure sums is ``BucketPlan``.
public struct Bucketing: Sendable, Hashable {
  /// The number of vectors of a bucket; the last may have fewer.
  public let size: Int

  /// Buckets of `size` vectors.
  ///
  /// - Throws: ``FLMathError/RobustAggregation/invalidBucketSize(maximum:found:)`` if the size is below 1.
  public init(size: Int) throws(FLMathError) {
    guard size >= 1 else {
      throw .robustAggregation(.invalidBucketSize(maximum: Int.max, found: size))
    }
    self.size = size
  }

  /// The means of random buckets. A bucket with an unusable row is unusable.
  public func means(
    of updates: UpdateMatrix, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> UpdateMatrix {
    var order = Array(updates.rows.indices)
    generator.shuffle(&order)
    return try means(of: updates, order: order)
  }

  /// The means of the buckets that `order` is cut into. A bucket with an unusable row is unusable.
  ///
  /// - Throws: ``FLMathError`` if there are fewer vectors than fill one bucket, or the
  ///   order does not name each row once.
  /// - Complexity: O(rows x dimension).
  public func means(
    of updates: UpdateMatrix, order: [Int]
  ) throws(FLMathError) -> UpdateMatrix {
    let count = updates.rows.count
    guard size <= count else {
      throw .robustAggregation(.invalidBucketSize(maximum: count, found: size))
    }
    guard order.count == count, order.sorted() == Array(0..<count) else {
      throw .robustAggregation(.notAPermutation(count: count))
    }
    let unusable = Set(updates.unusableRows)
    var means: [[Double]] = []
    var unusableBuckets: [Int] = []
    for start in stride(from: 0, to: count, by: size) {
      let members = Array(order[start..<min(count, start + size)])
      if let row = members.first(where: unusable.contains) {
        // The row stands for its bucket: its mean might hide what made it unusable.
        unusableBuckets.append(means.count)
        means.append(updates.rows[row])
      } else {
        means.append(VectorArithmetic.mean(of: updates.rows, at: members))
      }
    }
    return UpdateMatrix(
      trusted: means, dimension: updates.dimension, unusableRows: unusableBuckets)
  }
}

/// Replaces each vector by the mean of its n - f nearest ones, itself among them (NNM).
///
/// Allouah et al. 2023, "Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity".
/// Honest vectors move together, so that a robust rule after it does better where clients
/// differ. Of vectors at the same distance the first are taken.
public struct NearestNeighbourMixing: Sendable, Hashable {
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

  /// The mixed rows. Unusable rows are in no mixture, count as attackers, and stay as they are.
  ///
  /// - Throws: ``FLMathError`` if there are too few vectors or too many unusable ones.
  /// - Complexity: O(n^2 x dimension) for n rows.
  public func mixed(_ updates: UpdateMatrix) throws(FLMathError) -> UpdateMatrix {
    let count = updates.rows.count
    guard tolerance.tolerates(attackers: attackers, among: count) else {
      throw .robustAggregation(
        .beyondBreakdown(
          vectors: count, attackers: attackers, maximum: tolerance.maximumAttackers(among: count)))
    }
    let usable = try UsableUpdates(of: updates, attackers: attackers)
    let distances = PairwiseDistances(of: usable.rows)
    let groups = usable.rows.indices.map { position in
      usable.rows.indices.map { distances[position, $0] }
        .positionsOfSmallest(count - attackers)
    }
    var rows = updates.rows
    for (row, mean) in zip(usable.indices, GroupMeans.means(of: usable.rows, groups: groups)) {
      rows[row] = mean
    }
    return UpdateMatrix(
      trusted: rows, dimension: updates.dimension, unusableRows: updates.unusableRows)
  }
}

/// The means of many groups of rows that may overlap.
///
/// A few columns of all rows are copied together once and serve all groups from cache.
enum GroupMeans {
  /// The mean of the rows of each group, in the order of the groups.
  ///
  /// - Parameters:
  ///   - rows: vectors of one length.
  ///   - groups: positions in `rows`, at least one for each group.
  /// - Complexity: O(dimension x positions in all groups).
  static func means(of rows: [[Double]], groups: [[Int]]) -> [[Double]] {
    let dimension = rows.first?.count ?? 0
    var means = groups.map { _ in [Double]() }
    for index in means.indices { means[index].reserveCapacity(dimension) }
    return ParallelWork.reduce(ColumnChunks.count(of: dimension), into: means) { chunk in
      Self.means(of: rows, groups, in: ColumnChunks.columns(of: chunk, dimension: dimension))
    } _: { means, parts in
      for index in means.indices { means[index].append(contentsOf: parts[index]) }
    }
  }

  private static func means(
    of rows: [[Double]], _ groups: [[Int]], in columns: Range<Int>
  ) -> [[Double]] {
    var means = groups.map { _ in [Double](repeating: 0, count: columns.count) }
    var block = ColumnBlock(rows: rows.count)
    for start in stride(from: 0, to: columns.count, by: ColumnBlock.width) {
      block.load(rows, from: columns.lowerBound + start)
      for (index, group) in groups.enumerated() {
        write(block, group, to: &means[index], from: start)
      }
    }
    return means
  }

  private static func write(
    _ block: ColumnBlock, _ group: [Int], to mean: inout [Double], from start: Int
  ) {
    let count = Double(group.count)
    for vector in 0..<ColumnBlock.vectorsPerRow {
      var sum = SIMD8<Double>.zero
      for row in group { sum += block.eight(row: row, vector: vector) }
      let quotient = sum / count
      let first = start &+ vector &* 8
      for lane in 0..<max(0, min(8, mean.count &- first)) {
        mean[first &+ lane] = quotient[lane]
      }
    }
  }
}
