/// The server's side of federated averaging: a global model that moves by weighted means of client
/// updates.
///
/// McMahan et al. 2017, Algorithm 1, generalised by a server learning rate (Reddi et al. 2021,
/// "Adaptive Federated Optimization", Algorithm 1 with plain SGD on the server): after each round
/// `model = model + serverLearningRate * mean`. With a rate of 1 that is the average of the local
/// models. The cohort may differ from round to round. Encode the engine to make a checkpoint; a
/// decoded one continues exactly where it stopped.
public struct FederatedAveraging: FederatedAlgorithm, Hashable, Codable {
  /// The global model after the rounds applied so far, and their number.
  public private(set) var state: ServerState

  /// How far the model moves along the weighted mean.
  public let serverLearningRate: Double

  /// Starts with `model` at round 0.
  ///
  /// - Throws: ``FLMathError/Algorithm/invalid(_:found:)`` unless the rate is finite and above 0.
  public init(
    model: ParameterVector, serverLearningRate: Double = 1
  ) throws(FLMathError) {
    try self.init(state: ServerState(model: model), serverLearningRate: serverLearningRate)
  }

  /// Goes on from `state`.
  ///
  /// - Throws: ``FLMathError`` unless the rate is finite and above 0, and the state is that of an
  ///   algorithm that keeps nothing but the model.
  public init(state: ServerState, serverLearningRate: Double = 1) throws(FLMathError) {
    try Hyperparameter.serverLearningRate.require(
      serverLearningRate.isFinite && serverLearningRate > 0, serverLearningRate)
    guard state.round >= 0 else { throw .algorithm(.invalidRound(state.round)) }
    try state.requireMemory()
    self.state = state
    self.serverLearningRate = serverLearningRate
  }

  /// A client that trains on its examples without further ado and counts by their number.
  public func makeClient() -> AveragingClient { AveragingClient() }

  /// Moves the model by one round's mean.
  ///
  /// - Throws: ``FLMathError`` if the mean does not have one number per parameter or the new
  ///   model would not be finite. The engine is then as it was before.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    let step = try mean.split(contribution)[0]
    var values = model.values
    for index in values.indices {
      values[index] += serverLearningRate * step[index]
    }
    try state.advance(to: values)
  }

  private enum CodingKeys: CodingKey {
    case model, round, serverLearningRate
  }

  /// Reads a checkpoint and checks it.
  ///
  /// - Throws: `DecodingError`, with the ``FLMathError`` underneath if one was found.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let model = try container.decode(ParameterVector.self, forKey: .model)
    let round = try container.decode(Int.self, forKey: .round)
    let rate = try container.decode(Double.self, forKey: .serverLearningRate)
    do {
      try self.init(state: ServerState(model: model, round: round), serverLearningRate: rate)
    } catch {
      throw DecodingError.refused(error, at: decoder)
    }
  }

  /// Writes the model, the round and the rate.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(model, forKey: .model)
    try container.encode(round, forKey: .round)
    try container.encode(serverLearningRate, forKey: .serverLearningRate)
  }
}

/// The client of every algorithm whose difference is on the server alone: it trains the global model
/// on its examples and sends how far that has moved it.
///
/// McMahan et al. 2017, Algorithm 1, "ClientUpdate". With a proximal term, which draws the local
/// model to the global one, it is the client of FedProx.
public struct AveragingClient: FederatedClient {
  /// The weight mu of `mu / 2 * ||w - global model||^2`; 0 for none.
  public let proximalWeight: Double

  /// How much the client counts.
  public let weighting: Weighting

  /// A client without a proximal term, which counts by its number of examples.
  public init(weighting: Weighting = .examples) {
    proximalWeight = 0
    self.weighting = weighting
  }

  /// A client with a proximal term.
  ///
  /// - Throws: ``FLMathError/Algorithm/invalid(_:found:)`` unless the weight is finite and at least 0.
  public init(
    proximalWeight: Double, weighting: Weighting = .examples
  ) throws(FLMathError) {
    try Hyperparameter.proximalWeight.require(
      proximalWeight.isFinite && proximalWeight >= 0, proximalWeight)
    self.proximalWeight = proximalWeight
    self.weighting = weighting
  }

  /// Trains from the global model and sends the difference.
  public func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<AveragingClient> {
    let global = broadcast.model.values
    let solution = try training.minimise(
      from: global, adding: .proximal(proximalWeight, to: global), using: &generator)
    let update = ClientUpdate(
      delta: try solution.delta(from: global),
      weight: weighting.weight(examples: training.objective.exampleCount))
    return LocalRound(update: update, client: self, steps: solution.steps)
  }
}

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
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, proximalWeight: Double, weighting: Weighting = .examples,
    serverLearningRate: Double = 1
  ) throws(FLMathError) {
    client = try AveragingClient(proximalWeight: proximalWeight, weighting: weighting)
    server = try FederatedAveraging(state: state, serverLearningRate: serverLearningRate)
  }

  /// The model and the round.
  public var state: ServerState { server.state }

  /// A client with the proximal term.
  public func makeClient() -> AveragingClient { client }

  /// Moves the model by one round's mean.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    try server.apply(mean)
  }
}

/// Federated averaging with momentum on the server, which evens out rounds of different clients.
///
/// Hsu, Qi and Brown 2019, "Measuring the Effects of Non-Identical Data Distribution for Federated
/// Visual Classification" (FedAvgM): `v = beta * v + mean`, `w = w + rate * v`, v being 0 at
/// first. Flower's FedAvgM is the same.
public struct FedAvgM: FederatedAlgorithm, Hashable {
  /// The model, the round and the vector "momentum".
  public private(set) var state: ServerState

  /// The share beta of the last step that is kept.
  public let momentum: Double

  /// How far the model moves along the momentum.
  public let serverLearningRate: Double

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - momentum: from 0 to below 1; 0 is plain averaging.
  ///   - serverLearningRate: finite and above 0.
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, momentum: Double = 0.9, serverLearningRate: Double = 1
  ) throws(FLMathError) {
    try Hyperparameter.decay.require(momentum >= 0 && momentum < 1, momentum)
    try Hyperparameter.serverLearningRate.require(
      serverLearningRate.isFinite && serverLearningRate > 0, serverLearningRate)
    try state.requireMemory("momentum")
    self.state = state
    self.momentum = momentum
    self.serverLearningRate = serverLearningRate
  }

  /// A client as in federated averaging.
  public func makeClient() -> AveragingClient { AveragingClient() }

  /// Adds one round's mean to the momentum and moves the model along it.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    let step = try mean.split(contribution)[0]
    var velocity = state.vector("momentum")
    var values = model.values
    for index in values.indices {
      velocity[index] = momentum * velocity[index] + step[index]
      values[index] += serverLearningRate * velocity[index]
    }
    try state.advance(to: values, memory: ["momentum": velocity])
  }
}
