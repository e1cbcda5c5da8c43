internal import RealModule

/// Random buckets of clients for a robust rule over secure sums. Each bucket has a session of its own, so only the
/// means of buckets are seen in the clear.
///
/// One attacker spoils the mean of its bucket, and larger buckets hide a client better but spoil more
/// easily. With f of n clients attacking, a bucket of s is clean with the probability (1 - f/n)^s at
/// most, and a rule over bucket means has no majority of clean ones to rely on unless this is above
/// 1/2. A plan beyond that is rejected. A plan with buckets below the privacy floor is rejected too, since
/// the sum of few updates reveals much of each.
///
/// The condition is about the average. Rounds vary, and near 1/2 many rounds have a majority of spoilt buckets.
/// With 20 attackers among 100 clients, no round does with buckets of 2, but 46 % of rounds do with buckets of 3.
/// ``failureProbability`` is the share of such rounds. ``spoiltBuckets(exceededWithProbability:)`` is the number of
/// attackers to give the rule over the means.
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
  /// - Throws: ``FLMathError``.
  public init(
    clients: Int, attackers: Int, bucketSize: Int, privacyFloor: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) {
    guard clients >= 1, clients <= Self.maximumClients else {
      throw .buckets(.invalidClients(clients))
    }
    guard attackers >= 0, attackers < clients else {
      throw .buckets(.invalidAttackers(clients: clients, found: attackers))
    }
    guard privacyFloor >= 1 else { throw .buckets(.invalidPrivacyFloor(privacyFloor)) }
    guard bucketSize >= 1, bucketSize <= clients else {
      throw .buckets(.invalidBucketSize(clients: clients, found: bucketSize))
    }
    guard bucketSize >= privacyFloor else {
      throw .buckets(.belowPrivacyFloor(floor: privacyFloor, found: bucketSize))
    }
    let share = Self.expectedCleanShare(
      clients: clients, attackers: attackers, bucketSize: bucketSize)
    guard share > 0.5 else {
      throw .buckets(
        .noCleanMajority(
          bucketSize: bucketSize, expectedCleanShare: share,
          largestBucketSize: Self.largestBucketSize(clients: clients, attackers: attackers)))
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

extension BucketPlan {
  /// The probability that more than `count` buckets hold an attacker.
  ///
  /// It is exact, for clients dealt out at random: one attacker after the other takes one of the
  /// places left, in a bucket that is spoilt already or in a clean one.
  ///
  /// - Complexity: O(f x buckets of the smaller size x buckets of the larger size).
  public func probability(ofMoreSpoiltBucketsThan count: Int) -> Double {
    var above = 0.0
    for (spoilt, probability) in spoiltBucketDistribution().enumerated() where spoilt > count {
      above += probability
    }
    return min(1, above)
  }

  /// The probability that a round has no majority of clean buckets, so that attackers may have their
  /// way: well above 0 where the expected share of clean ones is barely above 1/2.
  ///
  /// - Complexity: as ``probability(ofMoreSpoiltBucketsThan:)``.
  public var failureProbability: Double {
    probability(ofMoreSpoiltBucketsThan: (buckets.count - 1) / 2)
  }

  /// The smallest number of spoilt buckets that is exceeded with at most this probability: what a
  /// rule over the bucket means should withstand.
  ///
  /// - Complexity: as ``probability(ofMoreSpoiltBucketsThan:)``.
  public func spoiltBuckets(exceededWithProbability probability: Double) -> Int {
    let distribution = spoiltBucketDistribution()
    var above = 0.0
    for spoilt in distribution.indices.reversed() {
      above += distribution[spoilt]
      if above > probability { return spoilt }
    }
    return 0
  }

  /// The probability of every number of spoilt buckets, from 0 on.
  private func spoiltBucketDistribution() -> [Double] {
    let (size, larger) = clients.quotientAndRemainder(dividingBy: buckets.count)
    let smaller = buckets.count - larger
    // By the number of spoilt buckets of the larger size, then of the smaller.
    var states = [[Double]](
      repeating: [Double](repeating: 0, count: smaller + 1), count: larger + 1)
    states[0][0] = 1
    for placed in 0..<attackers {
      var next = states.map { $0.map { _ in 0.0 } }
      let free = Double(clients - placed)
      for spoiltLarger in 0...min(larger, placed) {
        for spoiltSmaller in 0...min(smaller, placed) {
          let probability = states[spoiltLarger][spoiltSmaller]
          if probability == 0 { continue }
          let spoiltPlaces = spoiltLarger * (size + 1) + spoiltSmaller * size - placed
          next[spoiltLarger][spoiltSmaller] += probability * Double(spoiltPlaces) / free
          if spoiltLarger < larger {
            next[spoiltLarger + 1][spoiltSmaller] +=
              probability * Double((larger - spoiltLarger) * (size + 1)) / free
          }
          if spoiltSmaller < smaller {
            next[spoiltLarger][spoiltSmaller + 1] +=
              probability * Double((smaller - spoiltSmaller) * size) / free
          }
        }
      }
      states = next
    }
    var distribution = [Double](repeating: 0, count: buckets.count + 1)
    for (spoiltLarger, row) in states.enumerated() {
      for (spoiltSmaller, probability) in row.enumerated() {
        distribution[spoiltLarger + spoiltSmaller] += probability
      }
    }
    return distribution
  }
}

extension FLMathError {
  /// Why clients cannot be put into buckets.
  public enum Buckets: Hashable, Sendable, CustomStringConvertible {
    /// The number of clients is below 1, or above ``BucketPlan/maximumClients``.
    case invalidClients(Int)
    /// The number of attackers is negative, or not below that of clients.
    case invalidAttackers(clients: Int, found: Int)
    /// The bucket size is below 1, or above the number of clients.
    case invalidBucketSize(clients: Int, found: Int)
    /// The privacy floor is below 1.
    case invalidPrivacyFloor(Int)
    /// A bucket would have fewer clients than the sum of which may be seen.
    case belowPrivacyFloor(floor: Int, found: Int)
    /// No majority of buckets without an attacker is to be expected; a largest size of 0 says that
    /// there is none with any size.
    case noCleanMajority(bucketSize: Int, expectedCleanShare: Double, largestBucketSize: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidClients(let found):
        "Expected from 1 to \(BucketPlan.maximumClients) clients, got \(found); "
          + "pass the number of clients of the round."
      case .invalidAttackers(let clients, let found):
        "Expected from 0 to \(max(1, clients) - 1) attackers among \(clients) clients, got \(found); "
          + "pass the number to be withstood."
      case .invalidBucketSize(let clients, let found):
        "Expected buckets of 1 to \(clients) clients, got \(found); 2 to 10 are usual."
      case .invalidPrivacyFloor(let found):
        "Expected a privacy floor of at least 1 client, got \(found); it is a number of clients."
      case .belowPrivacyFloor(let floor, let found):
        "Expected buckets of at least \(floor) clients, the privacy floor, got \(found); "
          + "take larger buckets, or fewer attackers into account."
      case .noCleanMajority(let bucketSize, let share, 0):
        "Expected more than half of the buckets without an attacker, but with \(bucketSize) clients in "
          + "each a share of \(share) is to be expected, and no size does; half of the clients attack."
      case .noCleanMajority(let bucketSize, let share, let largest):
        "Expected more than half of the buckets without an attacker, but with \(bucketSize) clients in "
          + "each a share of \(share) is to be expected; take buckets of at most \(largest)."
      }
    }
  }
}
