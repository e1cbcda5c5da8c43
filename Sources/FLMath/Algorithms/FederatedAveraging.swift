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
  /// - Throws: ``AlgorithmError/invalid(_:found:)`` unless the rate is finite and above 0.
  public init(
    model: ParameterVector, serverLearningRate: Double = 1
  ) throws(AlgorithmError) {
    try self.init(state: ServerState(model: model), serverLearningRate: serverLearningRate)
  }

  /// Goes on from `state`.
  ///
  /// - Throws: ``AlgorithmError`` unless the rate is finite and above 0, and the state is that of an
  ///   algorithm that keeps nothing but the model.
  public init(state: ServerState, serverLearningRate: Double = 1) throws(AlgorithmError) {
    try Hyperparameter.serverLearningRate.require(
      serverLearningRate.isFinite && serverLearningRate > 0, serverLearningRate)
    guard state.round >= 0 else { throw .invalidRound(state.round) }
    try state.requireMemory()
    self.state = state
    self.serverLearningRate = serverLearningRate
  }

  /// A client that trains on its examples without further ado and counts by their number.
  public func makeClient() -> AveragingClient { AveragingClient() }

  /// Moves the model by one round's mean.
  ///
  /// - Throws: ``AlgorithmError`` if the mean does not have one number per parameter or the new
  ///   model would not be finite. The engine is then as it was before.
  public mutating func apply(_ mean: WeightedMean) throws(AlgorithmError) {
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
  /// - Throws: `DecodingError`, with the ``AlgorithmError`` underneath if one was found.
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
