import FLMath
import Testing

@Suite("IFCA")
struct IFCATests {
  /// Models of the clusters in NumPy.
  private struct Reference: Decodable {
    struct Run: Decodable {
      let start: [[Double]]
      let option: String
      let cap: Int
      let minimum: Int
      let participants: [[Int]]
      let steps: [Int]
      let models: [[[Double]]]
      let picks: [[Int]]
    }

    let X: [[[Double]]]
    let Y: [[Double]]
    let runs: [Run]
  }

  private let layout: ParameterLayout
  private let twoModels: [ParameterVector]

  init() throws {
    let layout = try ParameterLayout([.init(name: "weights", shape: [2])])
    self.layout = layout
    twoModels = try [[1, 0], [-1, 0]].map { try ParameterVector(layout: layout, values: $0) }
  }

  /// A client in two dimensions with targets `sign * x`.
  private func client(_ sign: Double, examples: Int = 1) throws -> LeastSquaresObjective {
    try LeastSquaresObjective(
      features: [[Double]](repeating: [1, 0.5], count: examples),
      targets: [Double](repeating: sign, count: examples))
  }

  /// What a client sends and becomes in a round of five steps.
  private func train(
    _ client: IFCAClient, on broadcast: Broadcast, _ objective: some LocalObjective
  ) throws -> LocalRound<IFCAClient> {
    var training = LocalTraining(
      objective,
      by: try StochasticGradientDescent(learningRate: 0.1, batchSize: 4, epochs: 5))
    var generator = SimulationGenerator(seed: 1)
    return try client.train(on: broadcast, with: &training, using: &generator)
  }

  @Test("Algorithm 1 in NumPy, both options, with weights, minima and partial participation")
  func trajectories() throws {
    let reference = try ReferenceFile.decode(Reference.self, from: "ifca_trajectories.json")
    #expect(reference.runs.count == 48)
    let objectives = try zip(reference.X, reference.Y).map {
      try LeastSquaresObjective(features: $0, targets: $1)
    }
    let layout = try ParameterLayout([.init(name: "weights", shape: [3])])
    for expected in reference.runs {
      let algorithm = try IFCA(
        models: expected.start.map { try ParameterVector(layout: layout, values: $0) },
        averaging: expected.option == "models" ? .models : .gradients,
        minimumClients: expected.minimum, maximumExamples: expected.cap)
      var run = TrajectoryRun(algorithm, objectives)
      for (round, participants) in expected.participants.enumerated() {
        try run.round(of: participants, steps: { expected.steps[$0] })
        #expect(participants.map { run.clients[$0].cluster } == expected.picks[round])
        for (model, values) in zip(run.algorithm.models, expected.models[round]) {
          let difference = largestDifference(model.values, values)
          #expect(difference < 1e-12, "\(expected.option), round \(round + 1): \(difference)")
        }
      }
    }
  }

  @Test("With one cluster it is federated averaging, by examples too")
  func averaging() throws {
    let reference = try TrajectoryReference()
    let start = try reference.start()
    var clustered = TrajectoryRun(
      try IFCA(models: [start.model], minimumClients: 1, maximumExamples: 100),
      try reference.objectives())
    var plain = TrajectoryRun(
      try FederatedAveraging(state: start), try reference.objectives())
    for _ in 0..<5 {
      try clustered.round(of: [0, 1, 2, 3], steps: { _ in 5 })
      try plain.round(of: [0, 1, 2, 3], steps: { _ in 5 })
      #expect(
        largestDifference(clustered.algorithm.model.values, plain.algorithm.model.values) < 1e-13)
    }
  }

  @Test("Two populations with opposite labels: IFCA serves both, FedAvg neither")
  func oppositeLabels() throws {
    let (rawTraining, rawTest) = try DemoData.breastCancer()
    let scaling = try FeatureScaling(fittedTo: rawTraining)
    let (training, test) = (try scaling.applied(to: rawTraining), try scaling.applied(to: rawTest))
    let flipped = { (data: Dataset) in
      try Dataset(
        features: data.features, featureCount: data.featureCount,
        labels: data.labels.map { 1 - $0 }, classCount: 2)
    }
    var generator = SimulationGenerator(seed: 4)
    let shards = try Partition.iid.indices(of: training, clients: 12, using: &generator)
      .enumerated().map { client, rows in
        let shard = try training.subset(rows)
        return client % 2 == 0 ? shard : try flipped(shard)
      }
    let tests = [test, try flipped(test)]
    let model = try SoftmaxRegression(featureCount: training.featureCount, classCount: 2)
    let descent = try StochasticGradientDescent(learningRate: 0.1, batchSize: 8, epochs: 2)
    // Small random models: neither knows the labels of a population.
    let start = try (0..<2).map { _ in
      try ParameterVector(
        layout: model.layout,
        values: (0..<model.layout.count).map { _ in .random(in: -0.01...0.01, using: &generator) })
    }
    func trained<Algorithm: FederatedAlgorithm>(
      _ start: Algorithm
    ) throws -> (algorithm: Algorithm, clients: [Algorithm.Client]) {
      var algorithm = start
      var clients = shards.map { _ in start.makeClient() }
      for _ in 1...10 {
        var updates: [(contributor: UInt32, update: ClientUpdate)] = []
        for (client, shard) in shards.enumerated() {
          var local = LocalTraining(ClassifierObjective(model, on: shard), by: descent)
          let round = try clients[client].train(
            on: algorithm.broadcast, with: &local, using: &generator)
          clients[client] = round.client
          updates.append((UInt32(client), round.update))
        }
        try algorithm.apply(WeightedMean.of(updates))
      }
      return (algorithm, clients)
    }
    let clustered = try trained(IFCA(models: start, minimumClients: 3))
    let clusters = clustered.clients.map(\.cluster)
    #expect(Set(clusters).count == 2)
    for (client, cluster) in clusters.enumerated() {
      let cluster = try #require(cluster)
      #expect(cluster == clusters[client % 2], "client \(client)")
      #expect(
        try model.accuracy(clustered.algorithm.models[cluster], on: tests[client % 2]) > 0.93)
    }
    let plain = try trained(FederatedAveraging(state: ServerState(model: start[0]))).algorithm
    let accuracies = try tests.map { try model.accuracy(plain.model, on: $0) }
    #expect(abs(accuracies[0] + accuracies[1] - 1) < 1e-9)
    #expect(accuracies.allSatisfy { $0 < 0.8 })
  }

  @Test("A vector has the update in the place of its cluster and zeros elsewhere")
  func oneHot() throws {
    let algorithm = try IFCA(models: twoModels, minimumClients: 1, maximumExamples: 4)
    #expect(algorithm.contribution.ranges == [0..<4, 4..<6, 6..<8])
    #expect(algorithm.contribution.bounds(update: 3, path: 1) == [3, 1, 1])
    #expect(algorithm.makeClient().cluster == nil)
    let round = try train(algorithm.makeClient(), on: algorithm.broadcast, client(-2, examples: 3))
    let vector = round.update.delta
    #expect(round.update.weight == 1)
    #expect(round.client.cluster == 1)
    #expect(vector[0...1].allSatisfy { $0 == 0 })
    #expect(vector[2...3].allSatisfy { $0 < 0 })
    #expect(Array(vector[4...]) == [0, 0.75, 0, 1])
    // More examples than the maximum count as the maximum.
    let large = try train(algorithm.makeClient(), on: algorithm.broadcast, client(-2, examples: 9))
    #expect(large.update.delta[5] == 1)
  }

  @Test("Clusters without clients, or with fewer than the minimum, keep their models")
  func smallClusters() throws {
    for averaging in [IFCA.Averaging.models, .gradients] {
      var algorithm = try IFCA(models: twoModels, averaging: averaging, minimumClients: 2)
      func apply(_ signs: [Double]) throws {
        try algorithm.apply(
          WeightedMean.of(
            signs.enumerated().map {
              let round = try train(
                algorithm.makeClient(), on: algorithm.broadcast, client($0.element))
              return (UInt32($0.offset), round.update)
            }))
      }
      try apply([2, 2, -2])
      #expect(algorithm.models[0] != twoModels[0])
      #expect(algorithm.models[1] == twoModels[1])
      let first = algorithm.models[0]
      try apply([-2, -2])
      #expect(algorithm.models[0] == first)
      #expect(algorithm.models[1] != twoModels[1])
      #expect(algorithm.round == 2)
    }
  }

  @Test("Of equal models the first is picked, and one whose loss is not finite never")
  func picks() throws {
    let client = try IFCAClient(clusters: 3)
    func broadcast(_ models: [[Double]]) throws -> Broadcast {
      Broadcast(
        model: try ParameterVector(layout: layout, values: models[0]), round: 0,
        control: Array(models.dropFirst().joined()))
    }
    var objective = try self.client(1)
    let same = try broadcast([[3, 3], [1, 0], [1, 0]])
    #expect(try client.bestCluster(of: same, for: &objective) == 1)
    let huge = 1e300
    let diverged = try broadcast([[huge, huge], [huge, huge], [100, 0]])
    #expect(try client.bestCluster(of: diverged, for: &objective) == 2)
    let allDiverged = try broadcast([[huge, huge], [huge, huge], [huge, huge]])
    #expect(throws: FLMathError.training(.nonFiniteLoss(.infinity))) {
      try client.bestCluster(of: allDiverged, for: &objective)
    }
  }

  @Test("Sums that clients do not make are refused")
  func impossibleSums() throws {
    var algorithm = try IFCA(models: twoModels, minimumClients: 1)
    func apply(_ weights: [Double], _ clients: [Double], weight: UInt64 = 4) throws {
      try algorithm.apply(
        WeightedMean(
          mean: [0.1, 0.1, 0.2, 0.2] + weights + clients, totalWeight: weight,
          contributors: [1, 2, 3, 4]))
    }
    for (weights, clients, weight) in [
      ([0.25, 0.75], [0.25, 0.5], 4), ([0.25, 0.75], [0.5, 0.75], 4),
      ([0.25, 0.75], [0.375, 0.625], 4), ([0.25, 0.75], [-0.25, 1.25], 4),
      ([0.5, 0.75], [0.25, 0.75], 4), ([-0.1, 0.75], [0.25, 0.75], 4),
      ([0.25, 0.75], [1e308, -1e308], 4), ([0.25, 0.75], [0.25, 0.75], 5),
    ] as [([Double], [Double], UInt64)] {
      #expect(
        throws: FLMathError.algorithm(
          .impossibleClusters(contributors: 4, found: clients.map { $0 * 4 }))
      ) { try apply(weights, clients, weight: weight) }
    }
    #expect(throws: FLMathError.algorithm(.dimensionMismatch(expected: 8, found: 7))) {
      try apply([0.25, 0.75], [1])
    }
    #expect(algorithm.models == twoModels && algorithm.round == 0)
    try apply([0.25, 0.5], [0.25, 0.75])
    let expected = [[1 + 0.1 / 0.25, 0.1 / 0.25], [-1 + 0.2 / 0.5, 0.2 / 0.5]]
    for (model, values) in zip(algorithm.models, expected) {
      #expect(largestDifference(model.values, values) < 1e-15)
    }
    // No weight arrived for a cluster with clients: nothing to divide by.
    let before = algorithm.models
    try apply([0, 0.5], [0.25, 0.75])
    #expect(algorithm.models[0] == before[0])
  }

  @Test("A checkpoint goes on where it stopped, and a foreign one is refused")
  func checkpoints() throws {
    var algorithm = try IFCA(models: twoModels, minimumClients: 1)
    var resumed = try IFCA(
      state: Codec.roundTrip(algorithm.state), averaging: .models, minimumClients: 1)
    #expect(resumed == algorithm)
    let mean = try WeightedMean(
      mean: [0.1, 0, 0, -0.1, 0.5, 0.5, 0.5, 0.5], totalWeight: 2, contributors: [1, 2])
    try algorithm.apply(mean)
    try resumed.apply(mean)
    #expect(resumed == algorithm)
    #expect(resumed.clusters == 2)
    var scaffold = try Scaffold(
      state: ServerState(model: twoModels[0]), option: .meanGradientOfPath, populationWeight: 2)
    try scaffold.apply(WeightedMean(mean: [1, 1, 1, 1], totalWeight: 2, contributors: [1]))
    #expect(
      throws: FLMathError.algorithm(.foreignState(expected: ["cluster 1"], found: ["control"]))
    ) { try IFCA(state: scaffold.state, minimumClients: 1) }
    #expect(throws: FLMathError.algorithm(.foreignState(expected: [], found: ["cluster 1"]))) {
      try FederatedAveraging(state: algorithm.state)
    }
  }

  @Test(
    "Refuses numbers out of their range, models that differ in layers, and other numbers of models")
  func refusals() throws {
    #expect(throws: FLMathError.algorithm(.invalid(.clusters, found: 0))) {
      try IFCA(models: [], minimumClients: 1)
    }
    #expect(throws: FLMathError.algorithm(.invalid(.minimumClients, found: 0))) {
      try IFCA(models: twoModels, minimumClients: 0)
    }
    #expect(throws: FLMathError.algorithm(.invalid(.maximumExamples, found: 0))) {
      try IFCA(models: twoModels, minimumClients: 1, maximumExamples: 0)
    }
    #expect(throws: FLMathError.algorithm(.foreignModel(cluster: 2))) {
      let other = try ParameterLayout([.init(name: "other", shape: [2])])
      return try IFCA(models: twoModels + [.zeros(other)], minimumClients: 1)
    }
    let objective = try client(1)
    for (clusters, control) in [(1, 2), (2, 0), (2, 1), (2, 4), (.max, 2)] {
      #expect(
        throws: FLMathError.algorithm(
          .foreignBroadcast(clusters: clusters, parameters: 2, found: control))
      ) {
        try train(
          IFCAClient(clusters: clusters),
          on: Broadcast(
            model: twoModels[0], round: 0, control: [Double](repeating: 0, count: control)),
          objective)
      }
    }
  }
}
