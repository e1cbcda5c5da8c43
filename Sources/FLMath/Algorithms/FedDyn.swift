/// Dynamic regularisation: each client's objective is changed from round to round so that in the
/// limit its minimum is that of the global objective.
///
/// Acar et al. 2021, "Federated Learning Based on Dynamic Regularization", Algorithm 1. Client k
/// minimises `L_k(w) - <g_k, w> + alpha / 2 * ||w - w_t||^2` and then subtracts
/// `alpha * (w_k - w_t)` from its memory g_k. The server, with m clients of which P take part, goes
/// on with `h = h - alpha / m * (sum over P of w_k - w_t)` and
/// `w = (mean over P of w_k) - h / alpha`. All clients count alike.
public struct FedDyn: FederatedAlgorithm, Hashable {
  /// The model, the round and the vector "h".
  public private(set) var state: ServerState

  /// The number m of all clients, in the cohort or not.
  public let population: Int

  private let client: FedDynClient

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - regularisation: alpha, finite and above 0.
  ///   - population: the number of all clients, at least 1.
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, regularisation: Double, population: Int
  ) throws(FLMathError) {
    client = try FedDynClient(regularisation: regularisation)
    try Hyperparameter.populationWeight.require(population >= 1, Double(population))
    try state.requireMemory("h")
    self.state = state
    self.population = population
  }

  /// A client whose memory is zero.
  public func makeClient() -> FedDynClient { client }

  /// Takes one round's mean into h and moves the model.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    let step = try mean.split(contribution)[0]
    let participants = mean.contributors.count
    guard participants <= population else {
      throw .algorithm(
        .populationExceeded(expected: UInt64(population), found: UInt64(participants)))
    }
    let alpha = client.regularisation
    let share = Double(participants) / Double(population)
    var correction = state.vector("h")
    var values = model.values
    for index in values.indices {
      correction[index] -= alpha * share * step[index]
      values[index] += step[index] - correction[index] / alpha
    }
    try state.advance(to: values, memory: ["h": correction])
  }
}

/// The client of ``FedDyn``: it keeps a vector of the size of the model.
public struct FedDynClient: FederatedClient {
  /// The weight alpha of the regulariser.
  public let regularisation: Double

  /// The memory g_k, one number per parameter; empty means zeros. If the local problem is
  /// solved exactly, it is the gradient of the client's own objective at the local model.
  public let gradient: [Double]

  /// A client with a memory that it has kept, or with one of zeros.
  ///
  /// - Throws: ``FLMathError/Algorithm/invalid(_:found:)`` unless the weight is finite and above 0.
  public init(regularisation: Double, gradient: [Double] = []) throws(FLMathError) {
    try Hyperparameter.regularisation.require(
      regularisation.isFinite && regularisation > 0, regularisation)
    self.regularisation = regularisation
    self.gradient = gradient
  }

  /// Minimises the regularised objective from the global model and sends the difference.
  public func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<FedDynClient> {
    let global = broadcast.model.values
    let memory = try gradient.zerosIfEmpty(count: global.count)
    let correction = LocalCorrection(
      linear: memory.map { -$0 }, proximalWeight: regularisation, anchor: global)
    let solution = try training.minimise(from: global, adding: correction, using: &generator)
    let delta = try solution.delta(from: global)
    return LocalRound(
      update: ClientUpdate(delta: delta, weight: 1),
      client: try FedDynClient(
        regularisation: regularisation,
        gradient: zip(memory, delta).map { $0 - regularisation * $1 }),
      steps: solution.steps)
  }
}
