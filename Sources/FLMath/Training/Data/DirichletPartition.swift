extension Partition {
  /// Every class dealt out by proportions of a Dirichlet distribution over the clients.
  static func dirichlet(
    _ dataset: Dataset, clients: Int, alpha: Double, minimumExamples: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(PartitionError) -> [[Int]] {
    guard alpha.isFinite, alpha > 0 else { throw .invalidAlpha(alpha) }
    guard minimumExamples >= 0 else { throw .invalidMinimumExamples(minimumExamples) }
    // Clients may be empty if that is asked for, but there are not more than examples.
    if minimumExamples == 0, clients > dataset.count {
      throw .tooManyClients(maximum: dataset.count, found: clients)
    }
    try requireExamples(clients, of: minimumExamples, in: dataset)

    var parts = [[Int]](repeating: [], count: clients)
    for members in shuffledClasses(of: dataset, using: &generator) {
      let proportions = generator.dirichlet(alpha: alpha, count: clients)
      var cumulative = 0.0
      var start = 0
      for client in 0..<clients {
        cumulative += proportions[client]
        // Cutting at rounded cumulative shares neither loses nor repeats an example. The last cut
        // is set, as the shares sum to 1 only up to rounding.
        let end =
          client == clients - 1
          ? members.count
          : max(start, min(members.count, Int(cumulative * Double(members.count) + 0.5)))
        parts[client].append(contentsOf: members[start..<end])
        start = end
      }
    }
    fill(&parts, to: minimumExamples, using: &generator)
    return parts
  }

  /// Moves examples, chosen at random from whichever part is largest, to the parts below `minimum`.
  ///
  /// There are enough examples for all, so while a part is below the minimum another is above.
  private static func fill(
    _ parts: inout [[Int]], to minimum: Int, using generator: inout some RandomNumberGenerator
  ) {
    for poor in parts.indices {
      while parts[poor].count < minimum {
        let sizes = parts.map(\.count)
        guard let rich = sizes.indices.max(by: { sizes[$0] < sizes[$1] }) else { return }
        let chosen = generator.uniformIndex(below: parts[rich].count)
        parts[poor].append(parts[rich].remove(at: chosen))
      }
    }
  }
}
