import RealModule

/// Who adds up with whom when a robust rule is to run over secure sums: random buckets of clients,
/// each a session of its own, so that only bucket means are ever seen in the clear.
///
/// One attacker spoils the mean of its bucket, and larger buckets hide a client better but spoil more
/// easily. With f of n clients attacking, a bucket of s is clean with the probability (1 - f/n)^s at
/// most, and a rule over bucket means has no majority of clean ones to rely on unless this is above
/// 1/2. A plan beyond that is refused, as is one with buckets below the privacy floor, since who sees
/// the sum of few updates sees much of each.
///
/// The condition is on the average: rounds vary, and near 1/2 many have a majority of spoilt buckets
/// all the same. With 20 attackers among 100 clients that is no round with buckets of 2, and 46 % of
/// rounds with buckets of 3. ``failureProbability`` says how many, and
/// ``spoiltBuckets(exceededWithProbability:)`` how many attackers to give the rule over the means.
public struct BucketPlan: Sendable, Hashable {
  /// The clients of every bucket, as positions from 0. The sizes differ by one at most, and none is
  /// below the bucket size asked for.
  public let buckets: [[Int]]

  /// The number of clients.
  public let clients: Int

  /// The number of clients that may attack.
  public let attackers: Int

  /// The largest number of clients of a plan.
  public static var maximumClients: Int { 1 << 20 }

  /// Deals out the clients at random.
  ///
  /// - Parameters:
  ///   - clients: the number of clients, from 1 to ``maximumClients``.
  ///   - attackers: the number of clients that may attack, below the number of clients.
  ///   - bucketSize: the smallest number of clients of a bucket, at least 1.
  ///   - privacyFloor: the smallest number of clients whose sum may be seen, at least 1.
  ///   - generator: the source of the random order. Attackers must not foresee it.
  /// - Throws: ``BucketPlanError``.
  public init(
    clients: Int, attackers: Int, bucketSize: Int, privacyFloor: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(BucketPlanError) {
    guard clients >= 1, clients <= Self.maximumClients else { throw .invalidClients(clients) }
    guard attackers >= 0, attackers < clients else {
      throw .invalidAttackers(clients: clients, found: attackers)
    }
    guard privacyFloor >= 1 else { throw .invalidPrivacyFloor(privacyFloor) }
    guard bucketSize >= 1, bucketSize <= clients else {
      throw .invalidBucketSize(clients: clients, found: bucketSize)
    }
    guard bucketSize >= privacyFloor else {
      throw .belowPrivacyFloor(floor: privacyFloor, found: bucketSize)
    }
    let share = Self.expectedCleanShare(
      clients: clients, attackers: attackers, bucketSize: bucketSize)
    guard share > 0.5 else {
      throw .noCleanMajority(
        bucketSize: bucketSize, expectedCleanShare: share,
        largestBucketSize: Self.largestBucketSize(clients: clients, attackers: attackers))
    }
    var order = Array(0..<clients)
    generator.shuffle(&order)
    buckets = Partition.evenRuns(order, count: clients / bucketSize).map { $0.sorted() }
    self.clients = clients
    self.attackers = attackers
  }

  /// The share of buckets without an attacker that is to be expected at most: the mean of
  /// (1 - f/n)^s over the buckets.
  public var expectedCleanShare: Double {
    Self.expectedCleanShare(
      clients: clients, attackers: attackers, bucketSize: clients / buckets.count)
  }

  /// The largest bucket size for which a majority of clean buckets is to be expected; 0 if there is
  /// none, because half of the clients or more attack.
  ///
  /// - Complexity: O(log clients).
  public static func largestBucketSize(clients: Int, attackers: Int) -> Int {
    guard clients >= 1, attackers >= 0, attackers < clients else { return 0 }
    // The share falls with the size of the buckets.
    var (size, tooLarge) = (0, clients)
    while size < tooLarge {
      let middle = tooLarge - (tooLarge - size) / 2
      if expectedCleanShare(clients: clients, attackers: attackers, bucketSize: middle) > 0.5 {
        size = middle
      } else {
        tooLarge = middle - 1
      }
    }
    return size
  }

  private static func expectedCleanShare(
    clients: Int, attackers: Int, bucketSize: Int
  ) -> Double {
    let buckets = clients / bucketSize
    let (smaller, larger) = clients.quotientAndRemainder(dividingBy: buckets)
    let honest = 1 - Double(attackers) / Double(clients)
    let clean = Double.pow(honest, smaller)
    let share = Double(larger) / Double(buckets)
    return clean * (1 - share) + clean * honest * share
  }
}
