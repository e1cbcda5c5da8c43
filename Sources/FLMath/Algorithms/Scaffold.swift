/// Stochastic controlled averaging: every client steps against the drift of its own data, which it
/// knows from the difference of two control variates, its own and the server's.
///
/// Karimireddy et al. 2020, "SCAFFOLD: Stochastic Controlled Averaging for Federated Learning",
/// Algorithm 1. A client sends two vectors, the difference of the models and that of its control
/// variates; the server adds `rate * mean` of the first to the model and
/// `(weight of the cohort / weight of the population) * mean` of the second to its control variate.
/// With ``Weighting/uniform`` that is the paper's |S| / N; with ``Weighting/examples`` both means go
/// by examples, and the server's control variate is the mean of all clients' by examples.
public struct Scaffold: FederatedAlgorithm, Hashable {
  /// The model, the round and the vector "control".
  public private(set) var state: ServerState

  /// The weight of all clients together, in the cohort or not.
  public let populationWeight: UInt64

  /// How far the model moves along the mean.
  public let serverLearningRate: Double

  private let client: ScaffoldClient

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - option: how clients update their control variates.
  ///   - populationWeight: the number of all clients, or with ``Weighting/examples`` that of all
  ///     examples; at least 1.
  ///   - weighting: how much a client counts.
  ///   - serverLearningRate: finite and above 0; the paper's eta_g.
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, option: ScaffoldClient.Option, populationWeight: UInt64,
    weighting: Weighting = .uniform, serverLearningRate: Double = 1
  ) throws(FLMathError) {
    try Hyperparameter.populationWeight.require(
      populationWeight >= 1, Double(populationWeight))
    try Hyperparameter.serverLearningRate.require(
      serverLearningRate.isFinite && serverLearningRate > 0, serverLearningRate)
    try state.requireMemory("control")
    self.state = state
    self.populationWeight = populationWeight
    self.serverLearningRate = serverLearningRate
    client = ScaffoldClient(option: option, weighting: weighting)
  }

  /// The differences of the models and of the control variates.
  public var contribution: ContributionParts {
    let count = model.layout.count
    return ContributionParts([
      .init(name: "update", count: count, magnitude: .update),
      .init(name: "control", count: count, magnitude: .gradientDifference),
    ])
  }

  /// The model and the server's control variate.
  public var broadcast: Broadcast {
    Broadcast(model: model, round: round, control: state.vector("control"))
  }

  /// A client whose control variate is zero.
  public func makeClient() -> ScaffoldClient { client }

  /// Moves the model and the control variate by one round's means.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    let parts = try mean.split(contribution)
    guard mean.totalWeight <= populationWeight else {
      throw .algorithm(.populationExceeded(expected: populationWeight, found: mean.totalWeight))
    }
    let share = Double(mean.totalWeight) / Double(populationWeight)
    var values = model.values
    var control = state.vector("control")
    for (index, step) in parts[0].enumerated() {
      values[index] += serverLearningRate * step
    }
    for (index, change) in parts[1].enumerated() {
      control[index] += share * change
    }
    try state.advance(to: values, memory: ["control": control])
  }
}

/// The client of ``Scaffold``: it keeps a control variate, an estimate of its own mean gradient.
public struct ScaffoldClient: FederatedClient {
  /// How the control variate is updated (Algorithm 1, line 12).
  public enum Option: Sendable, Hashable {
    /// I: the gradient of all of the client's examples at the global model, at the cost of one more
    /// pass over them.
    case gradientAtGlobalModel
    /// II: the mean of the gradients along the local path, known from its end:
    /// `own - server's + (global model - local model) / (steps * learning rate)`.
    case meanGradientOfPath
  }

  /// How the control variate is updated.
  public let option: Option

  /// How much the client counts.
  public let weighting: Weighting

  /// The control variate, one number per parameter; empty means zeros.
  public let control: [Double]

  /// A client with a control variate that it has kept, or with one of zeros.
  public init(option: Option, weighting: Weighting = .uniform, control: [Double] = []) {
    self.option = option
    self.weighting = weighting
    self.control = control
  }

  /// Trains against the drift and sends the differences of model and control variate.
  public func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<ScaffoldClient> {
    let global = broadcast.model.values
    let server = try broadcast.control.zerosIfEmpty(count: global.count)
    let own = try control.zerosIfEmpty(count: global.count)
    let solution = try training.minimise(
      from: global, adding: .linear(zip(server, own).map { $0 - $1 }), using: &generator)
    let delta = try solution.delta(from: global)
    let next: [Double]
    switch option {
    case .gradientAtGlobalModel:
      next = try training.fullGradient(at: global)
    case .meanGradientOfPath:
      let path = Double(solution.steps) * solution.learningRate
      next = delta.indices.map { own[$0] - server[$0] - delta[$0] / path }
    }
    return LocalRound(
      update: ClientUpdate(
        delta: delta + zip(next, own).map { $0 - $1 },
        weight: weighting.weight(examples: training.objective.exampleCount)),
      client: ScaffoldClient(option: option, weighting: weighting, control: next),
      steps: solution.steps)
  }
}

extension [Double] {
  /// The vector itself, or as many zeros if it is empty.
  ///
  /// - Throws: ``FLMathError/Algorithm/memoryMismatch(expected:found:)`` for any other length.
  func zerosIfEmpty(count: Int) throws(FLMathError) -> [Double] {
    if isEmpty { return [Double](repeating: 0, count: count) }
    guard self.count == count else {
      throw .algorithm(.memoryMismatch(expected: count, found: self.count))
    }
    return self
  }
}
