/// How examples are dealt out to simulated clients.
public enum Partition: Sendable, Hashable {
  /// Independent and identically distributed: the examples are shuffled and dealt out evenly.
  case iid

  /// Label skew: every client has its own mixture of classes, the more one-sided the smaller
  /// `alpha` is; 0.1 is harsh, 100 is close to even.
  ///
  /// After Hsu, Qi and Brown 2019, "Measuring the Effects of Non-Identical Data Distribution for
  /// Federated Visual Classification", in the form that deals out every class by proportions over
  /// the clients (Yurochkin et al. 2019, "Bayesian Nonparametric Federated Learning of Neural
  /// Networks"), which uses every example exactly once. Clients with fewer than `minimumExamples`
  /// then get examples of the client that has most.
  case dirichlet(alpha: Double, minimumExamples: Int = 1)

  /// Few classes per client: the examples are sorted by label, cut into shards of equal size, and
  /// every client gets `perClient` of them (McMahan et al. 2017, section 3).
  case labelShards(perClient: Int)

  /// Deals out the examples of `dataset`.
  ///
  /// - Parameters:
  ///   - dataset: the examples to deal out.
  ///   - clients: the number of clients, at least 1.
  ///   - generator: the source of the random choices.
  /// - Returns: for each client the indices of its examples, in ascending order. Every index of the
  ///   dataset is there exactly once.
  /// - Throws: ``FLMathError`` if an argument is out of its range or there are not enough
  ///   examples.
  /// - Complexity: O(n log n) for n examples, and O(clients) for each example that has to be moved
  ///   to reach `minimumExamples`.
  public func indices(
    of dataset: Dataset, clients: Int, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [[Int]] {
    guard clients >= 1 else { throw .partition(.invalidClients(clients)) }
    let parts =
      switch self {
      case .iid:
        try Self.iid(dataset, clients: clients, using: &generator)
      case .dirichlet(let alpha, let minimumExamples):
        try Self.dirichlet(
          dataset, clients: clients, alpha: alpha, minimumExamples: minimumExamples,
          using: &generator)
      case .labelShards(let perClient):
        try Self.labelShards(dataset, clients: clients, perClient: perClient, using: &generator)
      }
    return parts.map { $0.sorted() }
  }

  /// Refuses to make `parts` parts of at least `minimum` examples where there are too few.
  static func requireExamples(
    _ parts: Int, of minimum: Int, in dataset: Dataset
  ) throws(FLMathError) {
    let (needed, overflow) = parts.multipliedReportingOverflow(by: minimum)
    guard !overflow, needed <= dataset.count else {
      throw .partition(
        .tooFewExamples(parts: parts, examplesPerPart: minimum, found: dataset.count))
    }
  }

  /// The indices of the examples of every class, each list in random order.
  static func shuffledClasses(
    of dataset: Dataset, using generator: inout some RandomNumberGenerator
  ) -> [[Int]] {
    // Keyed by the classes that occur: there may be many more that do not.
    var classes: [Int: [Int]] = [:]
    for (index, label) in dataset.labels.enumerated() {
      classes[label, default: []].append(index)
    }
    return classes.sorted { $0.key < $1.key }.map { _, indices in
      var indices = indices
      generator.shuffle(&indices)
      return indices
    }
  }

  /// Cuts `elements` into `count` runs whose lengths differ by at most one, longer ones first.
  static func evenRuns(_ elements: [Int], count: Int) -> [ArraySlice<Int>] {
    let (length, longer) = elements.count.quotientAndRemainder(dividingBy: count)
    var runs: [ArraySlice<Int>] = []
    runs.reserveCapacity(count)
    var start = 0
    for run in 0..<count {
      let end = start + length + (run < longer ? 1 : 0)
      runs.append(elements[start..<end])
      start = end
    }
    return runs
  }
}

extension FLMathError {
  /// Why examples cannot be dealt out.
  public enum Partition: Hashable, Sendable, CustomStringConvertible {
    /// The number of clients is below 1.
    case invalidClients(Int)
    /// The parameter of the Dirichlet distribution is not a finite number above 0.
    case invalidAlpha(Double)
    /// The minimum number of examples of a client is negative.
    case invalidMinimumExamples(Int)
    /// The number of shards of a client is below 1.
    case invalidShardsPerClient(Int)
    /// There are more clients than examples, so that some would be empty whatever their shares.
    case tooManyClients(maximum: Int, found: Int)
    /// There are fewer examples than the parts need.
    case tooFewExamples(parts: Int, examplesPerPart: Int, found: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidClients(let found):
        "Expected at least 1 client, got \(found); pass the size of the population."
      case .invalidAlpha(let found):
        "Expected a finite alpha above 0, got \(found); 0.1 is a strong skew, 100 almost none."
      case .invalidMinimumExamples(let found):
        "Expected a minimum of 0 examples or more, got \(found); 1 leaves no client empty."
      case .invalidShardsPerClient(let found):
        "Expected at least 1 shard per client, got \(found); 2 is usual."
      case .tooManyClients(let maximum, let found):
        "Expected at most \(maximum) clients, as many as there are examples, got \(found); "
          + "lower the number of clients."
      case .tooFewExamples(let parts, let examplesPerPart, let found):
        "Expected examples for \(parts) parts of at least \(examplesPerPart), got \(found); "
          + "lower the number of clients."
      }
    }
  }
}

extension Partition {
  /// Shuffled examples in parts whose sizes differ by at most one.
  static func iid(
    _ dataset: Dataset, clients: Int, using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [[Int]] {
    try requireExamples(clients, of: 1, in: dataset)
    var order = Array(0..<dataset.count)
    generator.shuffle(&order)
    return evenRuns(order, count: clients).map(Array.init)
  }
}

extension Partition {
  /// Examples sorted by label, cut into even shards, `perClient` random ones for every client.
  static func labelShards(
    _ dataset: Dataset, clients: Int, perClient: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [[Int]] {
    guard perClient >= 1 else { throw .partition(.invalidShardsPerClient(perClient)) }
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

extension Partition {
  /// Every class dealt out by proportions of a Dirichlet distribution over the clients.
  static func dirichlet(
    _ dataset: Dataset, clients: Int, alpha: Double, minimumExamples: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> [[Int]] {
    guard alpha.isFinite, alpha > 0 else { throw .partition(.invalidAlpha(alpha)) }
    guard minimumExamples >= 0 else { throw .partition(.invalidMinimumExamples(minimumExamples)) }
    // Clients may be empty if that is asked for, but there are not more than examples.
    if minimumExamples == 0, clients > dataset.count {
      throw .partition(.tooManyClients(maximum: dataset.count, found: clients))
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
