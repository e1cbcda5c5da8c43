/// Why clients cannot be put into buckets.
public enum BucketPlanError: Error, Hashable, Sendable, CustomStringConvertible {
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
