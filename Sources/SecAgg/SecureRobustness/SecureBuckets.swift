public import FLMath

/// Robust aggregation under secure aggregation: clients are dealt out into random buckets
/// (`BucketPlan`), each bucket is a secure session of its own, and a robust rule runs over the means of
/// buckets, which are all that is ever decoded (Karimireddy, He and Jaggi 2022, "Byzantine-Robust
/// Learning on Heterogeneous Datasets via Bucketing").
///
/// ```swift
/// let robust = try SecureBuckets(parameterCount: 650, clippingBound: 0.5, privacyFloor: 3)
/// // Server, in each round:
/// let plan = try BucketPlan(
///   clients: 100, attackers: 10, bucketSize: 4, privacyFloor: robust.privacyFloor, using: &secret)
/// let buckets = try robust.buckets(of: plan)
/// // One session for each bucket, with `bucket.parameters(...)`; in it each client sends
/// let vector = try bucket.encode(update)
/// // Server, after the last session; nil where one ended without a sum:
/// let step = try robust.aggregate(sums, of: plan, by: CoordinateMedian(attackers: 10))
/// ```
///
/// What an attacker can do is spoil the mean of its own bucket. All clients count alike. A bucket whose
/// sum no honest clients can have made counts as one of the rule's attackers, and one whose session
/// ended without a sum is missing; a rule that would be left with too few buckets refuses.
///
/// A client is hidden by the others of its bucket only. The server deals out the buckets, so a server
/// that breaks the rules can choose a client's company: the floor is what remains.
public struct SecureBuckets: Sendable, Hashable {
  /// The number of parameters of the model.
  public let parameterCount: Int
  /// The largest magnitude of one coordinate of an update, and of a bucket's mean, whoever encodes.
  public let clippingBound: Double
  /// The largest Euclidean norm of an honest client's update, if it is bounded as well.
  public let normBound: Double?
  /// The least number of clients whose sum may be seen.
  public let privacyFloor: Int
  /// The least precision of one coordinate.
  public let minimumValueBits: Int

  /// Settings of one training. All clients and the server use the same.
  ///
  /// - Parameters:
  ///   - parameterCount: the number of parameters of the model.
  ///   - clippingBound: bound of each coordinate of an update, in units of the model.
  ///   - normBound: bound of the update's Euclidean norm, to which clients clip; `nil` for none.
  ///   - privacyFloor: the least number of clients whose sum may be seen, at least 2.
  ///   - minimumValueBits: the least precision of one coordinate; bits that lanes leave over are used
  ///     as well.
  /// - Throws: `SecureRobustnessError`.
  public init(
    parameterCount: Int, clippingBound: Double, normBound: Double? = nil, privacyFloor: Int,
    minimumValueBits: Int = 16
  ) throws(SecureRobustnessError) {
    guard privacyFloor >= 2 else { throw .privacyFloor(found: privacyFloor) }
    self.parameterCount = parameterCount
    self.clippingBound = clippingBound
    self.normBound = normBound
    self.privacyFloor = privacyFloor
    self.minimumValueBits = minimumValueBits
    // What is wrong with a bound shows in any bucket.
    _ = try bucket(clients: privacyFloor)
  }

  /// A bucket of so many clients, as its clients and the server see it.
  ///
  /// - Throws: `SecureRobustnessError.belowPrivacyFloor(floor:found:)` for fewer than the floor;
  ///   `.encoding` if there is no code for so many.
  public func bucket(clients: Int) throws(SecureRobustnessError) -> SecureBucket {
    guard clients >= privacyFloor else {
      throw .belowPrivacyFloor(floor: privacyFloor, found: clients)
    }
    return try SecureBucket(clients: clients, of: self)
  }

  /// The buckets of a plan, in its order. The client with the id i of a bucket's session is the i-th
  /// of `plan.buckets[...]`, counted from 1.
  ///
  /// - Throws: `SecureRobustnessError.belowPrivacyFloor(floor:found:)` if the plan was made with a
  ///   lower floor; `.encoding` if there is no code for so many clients.
  public func buckets(of plan: BucketPlan) throws(SecureRobustnessError) -> [SecureBucket] {
    var buckets: [SecureBucket] = []
    for members in plan.buckets { buckets.append(try bucket(clients: members.count)) }
    return buckets
  }

  /// The robust rule over the means of a plan's buckets.
  ///
  /// - Parameters:
  ///   - sums: what the sessions of the buckets released, in the order of the plan; `nil` for nothing.
  ///   - rule: a rule that withstands as many spoilt buckets as are to be expected, such as
  ///     `plan.spoiltBuckets(exceededWithProbability: 0.001)`.
  /// - Throws: `SecureRobustnessError`: `.rule` if too few buckets are left for the rule, or more are
  ///   spoilt than it withstands. The model should then stay as it is.
  public func aggregate(
    _ sums: [UnmaskedAggregate?], of plan: BucketPlan, by rule: some RobustAggregationRule
  ) throws(SecureRobustnessError) -> RobustBucketMean {
    let buckets = try buckets(of: plan)
    guard sums.count == buckets.count else {
      throw .sumCount(expected: buckets.count, found: sums.count)
    }
    var rows: [[Double]] = []
    var spoilt: [Int] = []
    var missing: [Int] = []
    var contributors: [Int] = []
    for (index, sum) in sums.enumerated() {
      guard let sum else {
        missing.append(index)
        continue
      }
      contributors += buckets[index].members(of: sum).map { plan.buckets[index][$0] }
      do throws(SecureRobustnessError) {
        rows.append(try buckets[index].mean(of: sum))
      } catch {
        guard error.isDishonesty else { throw error }
        spoilt.append(index)
        // What is no number counts as one of the rule's attackers.
        rows.append([Double](repeating: .nan, count: parameterCount))
      }
    }
    guard let matrix = try? UpdateMatrix(rows) else { throw .noSums }
    do {
      return RobustBucketMean(
        vector: try rule.aggregate(matrix).vector, contributors: contributors.sorted(),
        missingBuckets: missing, spoiltBuckets: spoilt)
    } catch {
      throw .rule(error)
    }
  }
}

/// What a robust rule made of the means of a round's buckets.
public struct RobustBucketMean: Sendable, Hashable {
  /// One finite number per parameter.
  public let vector: [Double]
  /// The clients whose updates are in a released sum, by their positions in the plan, ascending.
  public let contributors: [Int]
  /// The buckets whose sessions ended without a sum.
  public let missingBuckets: [Int]
  /// The buckets whose sums no honest clients can have made; each has an attacker.
  public let spoiltBuckets: [Int]
}
