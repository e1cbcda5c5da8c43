/// Local drift decoupled and corrected: every client learns how far its own model drifts from the global one,
/// trains towards the global model less this drift, and adds the drift back to what it sends.
///
/// Gao et al. 2022, "FedDC: Federated Learning with Non-IID Data via Local Drift Decoupling and Correction",
/// Algorithm 1. Client k minimises `F_k(w) + alpha / 2 * ||w + h_k - w_t||^2 + <c - c_k, w>` from the global
/// model w_t, with the control variates of ``Scaffold``, option II. It then adds its difference d_k to its
/// drift h_k, and sends `d_k + h_k` and the change of its control variate. The server moves the model by the
/// mean of the first, and its control variate as SCAFFOLD does.
///
/// The drift adds up over rounds, so what a client sends may be several times as large as a difference of
/// models: choose the bound of an encoding accordingly.
public struct FedDC: FederatedAlgorithm, Hashable {
  private var server: Scaffold
  private let client: FedDCClient

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - regularisation: alpha, finite and above 0.
  ///   - populationWeight: the number of all clients, or with ``Weighting/examples`` that of all
  ///     examples; at least 1.
  ///   - weighting: how much a client counts.
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, regularisation: Double, populationWeight: UInt64,
    weighting: Weighting = .uniform
  ) throws(FLMathError) {
    server = try Scaffold(
      state: state, option: .meanGradientOfPath, populationWeight: populationWeight,
      weighting: weighting)
    client = try FedDCClient(regularisation: regularisation, weighting: weighting)
  }

  /// The model, the round and the vector "control".
  public var state: ServerState { server.state }

  /// The difference of the models with the drift, and the difference of the control variates.
  public var contribution: ContributionParts { server.contribution }

  /// The model and the server's control variate.
  public var broadcast: Broadcast { server.broadcast }

  /// A client whose drift and control variate are zero.
  public func makeClient() -> FedDCClient { client }

  /// Moves the model and the control variate by one round's means.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    try server.apply(mean)
  }
}

/// The client of ``FedDC``: it keeps two vectors of the size of the model.
public struct FedDCClient: FederatedClient {
  /// The weight alpha of the penalty.
  public let regularisation: Double

  /// How much the client counts.
  public let weighting: Weighting

  /// How far the client's models have drifted, one number per parameter; empty means zeros.
  public let drift: [Double]

  /// The control variate, one number per parameter; empty means zeros.
  public let control: [Double]

  /// A client with vectors that it has kept, or with zeros.
  ///
  /// - Throws: ``FLMathError/Algorithm/invalid(_:found:)`` unless the weight is finite and above 0.
  public init(
    regularisation: Double, weighting: Weighting = .uniform, drift: [Double] = [],
    control: [Double] = []
  ) throws(FLMathError) {
    try Hyperparameter.regularisation.require(
      regularisation.isFinite && regularisation > 0, regularisation)
    self.regularisation = regularisation
    self.weighting = weighting
    self.drift = drift
    self.control = control
  }

  /// Trains against the drift, and sends the difference with the drift and that of the control variate.
  public func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<FedDCClient> {
    let global = broadcast.model.values
    let server = try broadcast.control.zerosIfEmpty(count: global.count)
    let own = try control.zerosIfEmpty(count: global.count)
    let drift = try drift.zerosIfEmpty(count: global.count)
    let correction = LocalCorrection(
      linear: zip(server, own).map { $0 - $1 }, proximalWeight: regularisation,
      anchor: zip(global, drift).map { $0 - $1 })
    let solution = try training.minimise(from: global, adding: correction, using: &generator)
    let delta = try solution.delta(from: global)
    let path = Double(solution.steps) * solution.learningRate
    let nextDrift = zip(drift, delta).map { $0 + $1 }
    let sent = zip(nextDrift, delta).map { $0 + $1 }
    let controlChange = delta.indices.map { -server[$0] - delta[$0] / path }
    return LocalRound(
      update: ClientUpdate(
        delta: sent + controlChange,
        weight: weighting.weight(examples: training.objective.exampleCount)),
      client: try FedDCClient(
        regularisation: regularisation, weighting: weighting, drift: nextDrift,
        control: zip(own, controlChange).map { $0 + $1 }),
      steps: solution.steps)
  }
}
