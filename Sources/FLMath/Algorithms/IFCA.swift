/// Clustered federated averaging. The server has several models. Each client trains the model that fits its data
/// best.
///
/// Ghosh, Chung, Yin and Ramchandran 2020, "An Efficient Framework for Clustered Federated Learning",
/// Algorithm 1 (IFCA). The server sends k models. A client picks the one with the least loss on its own
/// examples, trains it, and sends the difference to it. The server moves each model by the differences of the
/// clients that picked it.
///
/// A client's vector has a place for each cluster. The client writes into the place of its cluster and zeros
/// into all others, so the vectors of all clients can be added up by one secure sum, and the server does not
/// learn which client picked which model. The sum has three parts: the differences times the clients' weights,
/// the weights, and the numbers of clients, each for every cluster. A contribution itself has the weight 1. Give
/// `AlgorithmEncoder` the maximum weight 1: then the numbers of clients are exact.
///
/// A cluster that no client picked keeps its model. So does a cluster with fewer clients than
/// ``minimumClients``.
///
/// ## What the server learns
///
/// The server learns the number of clients of each cluster, their total weight, and the sum of their
/// differences. The secure sum hides a client among the clients of its own cluster only. The sum of a cluster
/// with one client is the update of that client, without its name. ``minimumClients`` keeps such a sum out of
/// the models, and so out of everything that is sent to clients or stored. It does not keep it from the server,
/// which has decoded it. A server that does not follow the protocol can also send a model that fits a single
/// client only, and so single it out. Against the server, take few clusters and large cohorts, or add noise that
/// clients share.
public struct IFCA: FederatedAlgorithm, Hashable {
  /// How models are averaged, the two options of Algorithm 1.
  public enum Averaging: Sendable, Hashable {
    /// Option I: a client sends one step of its learning rate against the gradient of all its examples. A
    /// model moves by the sum of the steps of its cluster over the weight of all clients. The client's batches
    /// and its local work are not used.
    case gradients
    /// Option II: a client trains as in federated averaging. A model moves by the mean of its own cluster.
    case models
  }

  /// The first model, the round and the other models, "cluster 1" and so on.
  public private(set) var state: ServerState

  /// The least number of clients of a cluster whose model moves.
  public let minimumClients: Int

  private let client: IFCAClient

  /// Starts with these models at round 0.
  ///
  /// The models must differ: of models with the same loss a client picks the first.
  ///
  /// - Parameters:
  ///   - models: one model for each cluster, at least one, all of the same layers.
  ///   - averaging: the option of Algorithm 1.
  ///   - minimumClients: the least number of clients of a cluster whose model moves, at least 1. In the paper
  ///     it is 1.
  ///   - maximumExamples: the largest number of examples that a client counts as, at least 1; a client with
  ///     more counts as this many. With 1, all clients count alike, as in the paper. A bound near the
  ///     real numbers keeps precision.
  /// - Throws: ``FLMathError``.
  public init(
    models: [ParameterVector], averaging: Averaging = .models, minimumClients: Int,
    maximumExamples: Int = 1
  ) throws(FLMathError) {
    try Hyperparameter.clusters.require(!models.isEmpty, Double(models.count))
    let first = models[0]
    if let index = models.firstIndex(where: { $0.layout != first.layout }) {
      throw .algorithm(.foreignModel(cluster: index))
    }
    var memory: [String: [Double]] = [:]
    for (index, model) in models.enumerated().dropFirst() {
      memory[Self.name(index)] = model.values
    }
    try self.init(
      state: ServerState(model: first, round: 0, memory: memory), averaging: averaging,
      minimumClients: minimumClients, maximumExamples: maximumExamples)
  }

  /// Goes on from `state`, which has as many models as the algorithm that it comes from.
  ///
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, averaging: Averaging = .models, minimumClients: Int,
    maximumExamples: Int = 1
  ) throws(FLMathError) {
    let names = (0..<state.memory.count).map { Self.name($0 + 1) }.sorted()
    let found = state.memory.keys.sorted()
    guard found == names else { throw .algorithm(.foreignState(expected: names, found: found)) }
    try Hyperparameter.minimumClients.require(minimumClients >= 1, Double(minimumClients))
    client = try IFCAClient(
      clusters: names.count + 1, averaging: averaging, maximumExamples: maximumExamples)
    self.state = state
    self.minimumClients = minimumClients
  }

  private static func name(_ cluster: Int) -> String { "cluster \(cluster)" }

  /// The number of clusters.
  public var clusters: Int { client.clusters }

  /// The models of the clusters.
  public var models: [ParameterVector] {
    (0..<clusters).map { ParameterVector(layout: model.layout, trusted: values(of: $0)) }
  }

  private func values(of cluster: Int) -> [Double] {
    cluster == 0 ? model.values : state.vector(Self.name(cluster))
  }

  /// The differences times weights, the weights and the numbers of clients, each for all clusters.
  public var contribution: ContributionParts {
    ContributionParts([
      .init(name: "updates", count: clusters * model.layout.count, magnitude: .update),
      .init(name: "weights", count: clusters, magnitude: .atMost(1)),
      .init(name: "clients", count: clusters, magnitude: .atMost(1)),
    ])
  }

  /// The first model, and the others one after the other beside it.
  public var broadcast: Broadcast {
    Broadcast(model: model, round: round, control: (1..<clusters).flatMap(values(of:)))
  }

  /// A client that has not picked a cluster yet.
  public func makeClient() -> IFCAClient { client }

  /// Moves the models of all clusters with enough clients.
  ///
  /// - Throws: ``FLMathError``, also for numbers of clients that are not whole or do not add up to the
  ///   contributors, and for weights beyond them. The algorithm is then as it was before.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    let parts = try mean.split(contribution)
    let contributors = Double(mean.contributors.count)
    let (weights, clients) = (Array(parts[1]), parts[2].map { $0 * contributors })
    guard mean.totalWeight == UInt64(mean.contributors.count),
      clients.allSatisfy({ $0 > -0.5 && ($0 - $0.rounded()).magnitude <= Self.tolerance }),
      clients.reduce(0, { $0 + $1.rounded() }) == contributors,
      zip(weights, clients).allSatisfy({
        $0 >= -Self.tolerance && $0 <= $1 / contributors + Self.tolerance
      })
    else {
      throw .algorithm(.impossibleClusters(contributors: mean.contributors.count, found: clients))
    }
    let count = model.layout.count
    let total = weights.reduce(0, +)
    var moved = (0..<clusters).map(values(of:))
    for cluster in 0..<clusters {
      let divisor = client.averaging == .models ? weights[cluster] : total
      guard clients[cluster].rounded() >= Double(minimumClients), divisor > 0 else { continue }
      let start = parts[0].startIndex + cluster * count
      for index in 0..<count {
        moved[cluster][index] += parts[0][start + index] / divisor
      }
    }
    var memory: [String: [Double]] = [:]
    for cluster in 1..<clusters { memory[Self.name(cluster)] = moved[cluster] }
    try state.advance(to: moved[0], memory: memory)
  }

  /// How far a coarse encoding may take a number of clients or a share of the weight.
  private static let tolerance = 1.0 / 128
}

/// The client of ``IFCA``.
public struct IFCAClient: FederatedClient {
  /// The number of clusters.
  public let clusters: Int

  /// The option of Algorithm 1.
  public let averaging: IFCA.Averaging

  /// The largest number of examples that the client counts as.
  public let maximumExamples: Int

  /// The cluster whose model the client has trained last; `nil` before its first round. It does not leave
  /// the device.
  public let cluster: Int?

  /// Creates a client that chooses among a number of clusters.
  ///
  /// - Throws: ``FLMathError/Algorithm/invalid(_:found:)`` unless both numbers are at least 1.
  public init(
    clusters: Int, averaging: IFCA.Averaging = .models, maximumExamples: Int = 1
  ) throws(FLMathError) {
    try Hyperparameter.clusters.require(clusters >= 1, Double(clusters))
    try Hyperparameter.maximumExamples.require(maximumExamples >= 1, Double(maximumExamples))
    self.init(
      clusters: clusters, averaging: averaging, maximumExamples: maximumExamples, cluster: nil)
  }

  private init(clusters: Int, averaging: IFCA.Averaging, maximumExamples: Int, cluster: Int?) {
    self.clusters = clusters
    self.averaging = averaging
    self.maximumExamples = maximumExamples
    self.cluster = cluster
  }

  /// The cluster whose model has the least loss on the client's own examples; the first of equal ones. A
  /// model whose loss is not finite is not picked.
  ///
  /// - Throws: ``FLMathError``, also if no loss is finite, or there is another number of models.
  /// - Complexity: one pass over the examples for each cluster.
  public func bestCluster(
    of broadcast: Broadcast, for objective: inout some LocalObjective
  ) throws(FLMathError) -> Int {
    let models = try models(of: broadcast)
    var best: (cluster: Int, loss: Double)?
    var failure: FLMathError?
    for (cluster, model) in models.enumerated() {
      do {
        let loss = try objective.loss(at: model)
        if loss < best?.loss ?? .infinity { best = (cluster, loss) }
      } catch {
        guard case .training(.nonFiniteLoss) = error else { throw error }
        failure = failure ?? error
      }
    }
    guard let best else { throw failure ?? .training(.nonFiniteLoss(.infinity)) }
    return best.cluster
  }

  /// Picks a model, trains it, and sends the difference in the place of its cluster.
  public func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<IFCAClient> {
    let cluster = try bestCluster(of: broadcast, for: &training.objective)
    let start = try models(of: broadcast)[cluster]
    let (delta, steps) = try difference(from: start, with: &training, using: &generator)
    let examples = min(max(0, training.objective.exampleCount), maximumExamples)
    let weight = Double(examples) / Double(maximumExamples)
    var vector = [Double](repeating: 0, count: clusters * (start.count + 2))
    for (index, number) in delta.enumerated() {
      vector[cluster * start.count + index] = weight * number
    }
    vector[clusters * start.count + cluster] = weight
    vector[clusters * (start.count + 1) + cluster] = 1
    return LocalRound(
      update: ClientUpdate(delta: vector, weight: 1),
      client: IFCAClient(
        clusters: clusters, averaging: averaging, maximumExamples: maximumExamples,
        cluster: cluster),
      steps: steps)
  }

  /// The difference that the option makes of the client's examples, and the number of steps.
  private func difference(
    from start: [Double], with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> (delta: [Double], steps: Int) {
    switch averaging {
    case .gradients:
      let rate = training.descent.learningRate
      let delta = try training.fullGradient(at: start).map { -rate * $0 }
      if let index = delta.firstNonFiniteIndex { throw .update(.overflow(index: index)) }
      return (delta, 1)
    case .models:
      let solution = try training.minimise(from: start, adding: .none, using: &generator)
      return (try solution.delta(from: start), solution.steps)
    }
  }

  /// The models that the server sent.
  private func models(of broadcast: Broadcast) throws(FLMathError) -> [[Double]] {
    let first = broadcast.model.values
    // No overflow in the comparison: the product may be beyond `Int`, the quotient is not.
    guard broadcast.control.count.isMultiple(of: first.count),
      broadcast.control.count / first.count == clusters - 1
    else {
      throw .algorithm(
        .foreignBroadcast(
          clusters: clusters, parameters: first.count, found: broadcast.control.count))
    }
    return [first]
      + (1..<clusters).map { cluster in
        Array(broadcast.control[(cluster - 1) * first.count..<cluster * first.count])
      }
  }
}
