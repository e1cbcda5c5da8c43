extension Partition {
  /// Shuffled examples in parts whose sizes differ by at most one.
  static func iid(
    _ dataset: Dataset, clients: Int, using generator: inout some RandomNumberGenerator
  ) throws(PartitionError) -> [[Int]] {
    try requireExamples(clients, of: 1, in: dataset)
    var order = Array(0..<dataset.count)
    generator.shuffle(&order)
    return evenRuns(order, count: clients).map(Array.init)
  }
}
