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
  /// - Throws: ``AlgorithmError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, momentum: Double = 0.9, serverLearningRate: Double = 1
  ) throws(AlgorithmError) {
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
  public mutating func apply(_ mean: WeightedMean) throws(AlgorithmError) {
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
