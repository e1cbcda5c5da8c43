import RealModule

/// Clients dealt out to shards that each train a model of their own, so that erasing a client means
/// to train one shard again.
///
/// Bourtoule et al. 2021, "Machine Unlearning" (SISA): sharded, isolated, sliced, aggregated. The
/// shards' secure sums are separate, the checkpoints of ``RetrainingPlan`` are the slices, and
/// ``ShardEnsemble`` aggregates. More shards make erasure cheaper and each model weaker.
public struct ShardAssignment: Sendable, Hashable {
  /// The clients of every shard, in ascending order; sizes differ by one at most.
  public let shards: [[UInt32]]

  /// Deals out clients at random.
  ///
  /// - Throws: ``ErasureError`` if a client comes twice, or there are fewer shards than 1 or more than
  ///   clients.
  public init(
    _ clients: [UInt32], shards count: Int, using generator: inout some RandomNumberGenerator
  ) throws(ErasureError) {
    guard count >= 1, count <= clients.count else {
      throw .invalidShards(clients: clients.count, found: count)
    }
    let sorted = try ParticipationHistory(rounds: [clients]).rounds[0]
    var order = Array(sorted.indices)
    generator.shuffle(&order)
    shards = Partition.evenRuns(order, count: count).map { run in
      run.map { sorted[$0] }.sorted()
    }
  }

  /// The shard of a client; `nil` if it is in none.
  public func shard(of client: UInt32) -> Int? {
    shards.firstIndex { $0.contains(client) }
  }

  /// The shards that must be trained again to erase these clients, in ascending order.
  public func shards(touchedBy clients: Set<UInt32>) -> [Int] {
    shards.indices.filter { !clients.isDisjoint(with: shards[$0]) }
  }

  /// The number of shards, of `count` equal ones, that so many clients chosen at random touch on
  /// average: `count * (1 - (1 - 1/count)^erased)`.
  public static func expectedTouched(shards count: Int, erased: Int) -> Double {
    guard count >= 1, erased >= 1 else { return 0 }
    let logarithm = Double(erased) * Double.log(onePlus: -1 / Double(count))
    return -Double(count) * Double.expMinusOne(logarithm)
  }
}
