extension Partition {
  /// Examples sorted by label, cut into even shards, `perClient` random ones for every client.
  static func labelShards(
    _ dataset: Dataset, clients: Int, perClient: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(PartitionError) -> [[Int]] {
    guard perClient >= 1 else { throw .invalidShardsPerClient(perClient) }
    try requireExamples(clients, of: perClient, in: dataset)
    // No overflow: the product is at most the number of examples.
    let shardCount = clients * perClient
    let sorted = shuffledClasses(of: dataset, using: &generator).flatMap { $0 }
    var shards = evenRuns(sorted, count: shardCount)
    generator.shuffle(&shards)
    return (0..<clients).map { client in
      shards[(client * perClient)..<((client + 1) * perClient)].flatMap { $0 }
    }
  }
}
