import FLMath
import Testing

@Suite("Partitions")
struct PartitionTests {
  /// A dataset of these labels; each example has its index as its feature.
  private func dataset(_ labels: [Int], classCount: Int = 10) throws -> Dataset {
    try Dataset(
      features: labels.indices.map(Double.init), featureCount: 1, labels: labels,
      classCount: classCount)
  }

  private func randomDataset(
    _ count: Int, using generator: inout SimulationGenerator
  ) throws -> Dataset {
    try dataset((0..<count).map { _ in Int.random(in: 0..<10, using: &generator) })
  }

  static let strategies: [Partition] = [
    .iid, .dirichlet(alpha: 1e-5), .dirichlet(alpha: 0.1), .dirichlet(alpha: 1),
    .dirichlet(alpha: 100, minimumExamples: 3), .dirichlet(alpha: 0.1, minimumExamples: 0),
    .labelShards(perClient: 1), .labelShards(perClient: 2),
  ]

  @Test("Every example goes to exactly one client", arguments: strategies, 1...12)
  func isPartition(strategy: Partition, seed: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(seed))
    let clients = Int.random(in: 1...20, using: &generator)
    let count = clients * 3 + Int.random(in: 0...200, using: &generator)
    let parts = try strategy.indices(
      of: randomDataset(count, using: &generator), clients: clients, using: &generator)
    #expect(parts.count == clients, "seed \(seed)")
    #expect(parts.flatMap { $0 }.sorted() == Array(0..<count), "seed \(seed)")
    #expect(parts.allSatisfy { $0 == $0.sorted() }, "seed \(seed)")
  }

  @Test("The same seed deals out the same examples, another seed others", arguments: strategies)
  func reproducible(strategy: Partition) throws {
    var generator = SimulationGenerator(seed: 1)
    let dataset = try randomDataset(300, using: &generator)
    func deal(_ seed: UInt64) throws -> [[Int]] {
      var generator = SimulationGenerator(seed: seed)
      return try strategy.indices(of: dataset, clients: 7, using: &generator)
    }
    #expect(try deal(5) == deal(5))
    #expect(try deal(5) != deal(6))
  }

  @Test("IID parts differ in size by at most one", arguments: [1, 7, 10, 100, 101])
  func evenSizes(clients: Int) throws {
    var generator = SimulationGenerator(seed: 2)
    let dataset = try randomDataset(101, using: &generator)
    let sizes = try Partition.iid.indices(of: dataset, clients: clients, using: &generator)
      .map(\.count)
    let spread = (sizes.max() ?? 0) - (sizes.min() ?? 0)
    #expect(spread <= 1)
    #expect(spread == (101 % clients == 0 ? 0 : 1))
  }

  @Test("Every client gets the minimum, even if it takes every example", arguments: 1...20)
  func minimum(seed: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(seed))
    for (clients, minimum, count) in [(10, 5, 50), (50, 1, 50), (7, 3, 100), (1, 40, 40)] {
      let parts = try Partition.dirichlet(alpha: 0.05, minimumExamples: minimum).indices(
        of: randomDataset(count, using: &generator), clients: clients, using: &generator)
      #expect(parts.allSatisfy { $0.count >= minimum }, "seed \(seed)")
    }
  }

  /// The mean over clients of the share of their most frequent class.
  private func skew(_ parts: [[Int]], _ dataset: Dataset) -> Double {
    let shares = parts.map { part in
      let counts = Dictionary(part.map { (dataset.labels[$0], 1) }, uniquingKeysWith: +)
      return Double(counts.values.max() ?? 0) / Double(max(1, part.count))
    }
    return shares.reduce(0, +) / Double(parts.count)
  }

  @Test("The smaller alpha, the more one-sided the clients")
  func dirichletSkew() throws {
    var generator = SimulationGenerator(seed: 4)
    let dataset = try randomDataset(2000, using: &generator)
    let skews = try [0.01, 0.3, 1000].map { alpha in
      skew(
        try Partition.dirichlet(alpha: alpha).indices(
          of: dataset, clients: 10, using: &generator), dataset)
    }
    #expect(skews[0] > skews[1])
    #expect(skews[1] > skews[2])
    // Ten classes in equal shares would give 0.1 and a little noise.
    #expect(skews[2] < 0.15)
    #expect(skews[0] > 0.6)
  }

  @Test("A client has no more classes than its shards touch", arguments: [1, 2, 3])
  func shards(perClient: Int) throws {
    var generator = SimulationGenerator(seed: 6)
    // 60 shards of 10 examples: none spans two of the classes of 60.
    let dataset = try dataset((0..<600).map { $0 % 10 })
    let clients = 60 / perClient
    let parts = try Partition.labelShards(perClient: perClient).indices(
      of: dataset, clients: clients, using: &generator)
    var mixed = 0
    for part in parts {
      #expect(part.count == 600 / (clients * perClient) * perClient)
      let classes = Set(part.map { dataset.labels[$0] })
      #expect(classes.count <= perClient)
      mixed += classes.count > 1 ? 1 : 0
    }
    // Two random shards are of different classes with a probability of 54/59. Neighbouring shards,
    // not dealt out at random, would mostly be of one class.
    #expect(perClient == 1 ? mixed == 0 : mixed > clients / 2)
  }

  @Test("Refuses what cannot be dealt out")
  func refuses() throws {
    var generator = SimulationGenerator(seed: 1)
    let dataset = try randomDataset(10, using: &generator)
    func deal(_ partition: Partition, clients: Int = 3) throws {
      _ = try partition.indices(of: dataset, clients: clients, using: &generator)
    }
    for clients in [0, -1, Int.min] {
      #expect(throws: FLMathError.partition(.invalidClients(clients))) {
        try deal(.iid, clients: clients)
      }
    }
    #expect(
      throws: FLMathError.partition(.tooFewExamples(parts: 11, examplesPerPart: 1, found: 10))
    ) {
      try deal(.iid, clients: 11)
    }
    for alpha in [0, -1, Double.infinity] {
      #expect(throws: FLMathError.partition(.invalidAlpha(alpha))) {
        try deal(.dirichlet(alpha: alpha))
      }
    }
    #expect(throws: FLMathError.self) { try deal(.dirichlet(alpha: .nan)) }
    #expect(throws: FLMathError.partition(.invalidMinimumExamples(-1))) {
      try deal(.dirichlet(alpha: 1, minimumExamples: -1))
    }
    #expect(throws: FLMathError.partition(.tooFewExamples(parts: 3, examplesPerPart: 4, found: 10)))
    {
      try deal(.dirichlet(alpha: 1, minimumExamples: 4))
    }
    for clients in [11, Int.max] {
      #expect(throws: FLMathError.partition(.tooManyClients(maximum: 10, found: clients))) {
        try deal(.dirichlet(alpha: 1, minimumExamples: 0), clients: clients)
      }
    }
    try deal(.dirichlet(alpha: 1, minimumExamples: 0), clients: 10)
    #expect(throws: FLMathError.partition(.invalidShardsPerClient(0))) {
      try deal(.labelShards(perClient: 0))
    }
    #expect(
      throws: FLMathError.partition(.tooFewExamples(parts: 3, examplesPerPart: .max, found: 10))
    ) {
      try deal(.labelShards(perClient: .max))
    }
  }
}
