/// Federated averaging whose clients are drawn to the global model, so that they may do different
/// amounts of work on different data without drifting apart.
///
/// Li et al. 2020, "Federated Optimization in Heterogeneous Networks", Algorithm 2: client k
/// minimises `F_k(w) + mu / 2 * ||w - w_t||^2` inexactly, as far as its ``LocalWork`` goes, and the
/// server averages. The paper draws clients with probability n_k / n and averages them evenly; here
/// clients are drawn by any rule and count by their examples, as its experiments do. A weight of 0
/// is ``FederatedAveraging``.
public struct FedProx: FederatedAlgorithm, Hashable {
  private var server: FederatedAveraging
  private let client: AveragingClient

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - proximalWeight: mu, finite and at least 0.
  ///   - weighting: how much a client counts.
  /// - Throws: ``AlgorithmError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, proximalWeight: Double, weighting: Weighting = .examples,
    serverLearningRate: Double = 1
  ) throws(AlgorithmError) {
    client = try AveragingClient(proximalWeight: proximalWeight, weighting: weighting)
    server = try FederatedAveraging(state: state, serverLearningRate: serverLearningRate)
  }

  /// The model and the round.
  public var state: ServerState { server.state }

  /// A client with the proximal term.
  public func makeClient() -> AveragingClient { client }

  /// Moves the model by one round's mean.
  public mutating func apply(_ mean: WeightedMean) throws(AlgorithmError) {
    try server.apply(mean)
  }
}
