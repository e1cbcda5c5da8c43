/// Federated averaging, and beside it a personal model for every client, which never leaves it.
///
/// Li et al. 2021, "Ditto: Fair and Robust Federated Learning Through Personalization", Algorithm 1
/// with federated averaging as the solver of the global problem. Client k improves its own v_k on
/// `F_k(v) + lambda / 2 * ||v - w_t||^2` in the same round, from where v_k was; w_t is the global
/// model that the server has sent.
public struct Ditto: FederatedAlgorithm, Hashable {
  private var server: FederatedAveraging
  private let client: DittoClient

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - personalWeight: lambda, finite and at least 0: how strongly a personal model is drawn to
  ///     the global one. 0 is training alone.
  ///   - weighting: how much a client counts in the global model.
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, personalWeight: Double, weighting: Weighting = .examples,
    serverLearningRate: Double = 1
  ) throws(FLMathError) {
    client = try DittoClient(personalWeight: personalWeight, weighting: weighting)
    server = try FederatedAveraging(state: state, serverLearningRate: serverLearningRate)
  }

  /// The model and the round.
  public var state: ServerState { server.state }

  /// A client that will start its personal model from the first global model that it gets.
  public func makeClient() -> DittoClient { client }

  /// Moves the global model by one round's mean.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    try server.apply(mean)
  }
}

/// The client of ``Ditto``: it keeps a model of its own.
public struct DittoClient: FederatedClient {
  /// The weight lambda of the proximal term.
  public let personalWeight: Double

  private let global: AveragingClient

  /// The personal model, one number per parameter; empty before the first round.
  public let personal: [Double]

  /// A client with a personal model that it has kept, or one that starts it from the first global
  /// model that it gets.
  ///
  /// - Throws: ``FLMathError/Algorithm/invalid(_:found:)`` unless the weight is finite and at least 0.
  public init(
    personalWeight: Double, weighting: Weighting = .examples, personal: [Double] = []
  ) throws(FLMathError) {
    try Hyperparameter.proximalWeight.require(
      personalWeight.isFinite && personalWeight >= 0, personalWeight)
    self.personalWeight = personalWeight
    self.personal = personal
    global = AveragingClient(weighting: weighting)
  }

  /// Trains the global model and sends the difference, then trains the personal model.
  public func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<DittoClient> {
    let round = try global.train(on: broadcast, with: &training, using: &generator)
    let anchor = broadcast.model.values
    let solution = try training.minimise(
      from: personal.isEmpty ? anchor : personal,
      adding: .proximal(personalWeight, to: anchor), using: &generator)
    return LocalRound(
      update: round.update,
      client: try DittoClient(
        personalWeight: personalWeight, weighting: global.weighting,
        personal: solution.parameters),
      steps: round.steps)
  }
}
