/// Normalised averaging: clients that make more steps do not pull the model to their own optimum.
///
/// Wang et al. 2020, "Tackling the Objective Inconsistency Problem in Heterogeneous Federated
/// Optimization", section 4, with plain gradient descent on the clients, whose steps
/// all count alike. Client k makes tau_k steps and sends its mean step `delta_k / tau_k` together
/// with tau_k; both are averaged by the weights p_k, and the model moves by
/// `(sum of p_k * tau_k) * (sum of p_k * delta_k / tau_k)`. With as many steps on every client it is
/// federated averaging.
public struct FedNova: FederatedAlgorithm, Hashable {
  /// The model and the round.
  public private(set) var state: ServerState

  private let client: FedNovaClient

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - maximumSteps: the largest number of local steps of a client's round, at least 1. It says how
  ///     large a number of steps must be encoded.
  ///   - weighting: how much a client counts.
  /// - Throws: ``FLMathError`` if the number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, maximumSteps: Int, weighting: Weighting = .examples
  ) throws(FLMathError) {
    client = try FedNovaClient(maximumSteps: maximumSteps, weighting: weighting)
    try state.requireMemory()
    self.state = state
  }

  /// The mean step of a client, and the number of its steps.
  public var contribution: ContributionParts {
    ContributionParts([
      .init(name: "mean step", count: model.layout.count, magnitude: .update),
      .init(name: "steps", count: 1, magnitude: .atMost(Double(client.maximumSteps))),
    ])
  }

  /// A client that sends its mean step.
  public func makeClient() -> FedNovaClient { client }

  /// Moves the model by the mean number of steps times the mean step.
  ///
  /// - Throws: ``FLMathError``, also if the mean number of steps is below 1 or above the maximum by more
  ///   than a coarse encoding rounds: by more than a 128th of the maximum.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    let parts = try mean.split(contribution)
    let steps = parts[1].first ?? 0
    let maximum = Double(client.maximumSteps)
    let rounding = maximum / 128
    guard steps > 0, steps >= 1 - rounding, steps <= maximum + rounding else {
      throw .algorithm(.meanStepsOutOfRange(maximum: client.maximumSteps, found: steps))
    }
    var values = model.values
    for (index, step) in parts[0].enumerated() {
      values[index] += steps * step
    }
    try state.advance(to: values)
  }
}

/// The client of ``FedNova``.
public struct FedNovaClient: FederatedClient {
  /// The largest number of steps that it may make.
  public let maximumSteps: Int

  /// How much the client counts.
  public let weighting: Weighting

  /// A client that makes at most `maximumSteps` steps in a round.
  ///
  /// - Throws: ``FLMathError/Algorithm/invalid(_:found:)`` unless that is at least 1.
  public init(maximumSteps: Int, weighting: Weighting = .examples) throws(FLMathError) {
    try Hyperparameter.maximumSteps.require(maximumSteps >= 1, Double(maximumSteps))
    self.maximumSteps = maximumSteps
    self.weighting = weighting
  }

  /// Trains from the global model and sends the difference per step, and the number of steps.
  ///
  /// - Throws: ``FLMathError/Algorithm/tooManySteps(maximum:found:)`` beside what training throws.
  public func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<FedNovaClient> {
    let global = broadcast.model.values
    let solution = try training.minimise(from: global, adding: .none, using: &generator)
    guard solution.steps <= maximumSteps else {
      throw .algorithm(.tooManySteps(maximum: maximumSteps, found: solution.steps))
    }
    let steps = Double(solution.steps)
    let update = ClientUpdate(
      delta: try solution.delta(from: global).map { $0 / steps } + [steps],
      weight: weighting.weight(examples: training.objective.exampleCount))
    return LocalRound(update: update, client: self, steps: solution.steps)
  }
}
