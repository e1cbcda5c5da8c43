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
  /// - Throws: ``RobustAggregationError/invalidBucketSize(maximum:found:)`` if the size is below 1.
  public init(size: Int) throws(RobustAggregationError) {
    guard size >= 1 else { throw .invalidBucketSize(maximum: Int.max, found: size) }
    self.size = size
  }

  /// The means of random buckets. A bucket with an unusable row is unusable.
  public func means(
    of updates: UpdateMatrix, using generator: inout some RandomNumberGenerator
  ) throws(RobustAggregationError) -> UpdateMatrix {
    var order = Array(updates.rows.indices)
    generator.shuffle(&order)
    return try means(of: updates, order: order)
  }

  /// The means of the buckets that `order` is cut into. A bucket with an unusable row is unusable.
  ///
  /// - Throws: ``RobustAggregationError`` if there are fewer vectors than fill one bucket, or the
  ///   order does not name each row once.
  /// - Complexity: O(rows x dimension).
  public func means(
    of updates: UpdateMatrix, order: [Int]
  ) throws(RobustAggregationError) -> UpdateMatrix {
    let count = updates.rows.count
    guard size <= count else { throw .invalidBucketSize(maximum: count, found: size) }
    guard order.count == count, order.sorted() == Array(0..<count) else {
      throw .notAPermutation(count: count)
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
