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
  /// - Throws: ``AlgorithmError/invalid(_:found:)`` unless the weight is finite and at least 0.
  public init(
    proximalWeight: Double, weighting: Weighting = .examples
  ) throws(AlgorithmError) {
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
  ) throws(AlgorithmError) -> LocalRound<AveragingClient> {
    let global = broadcast.model.values
    let solution = try training.minimise(
      from: global, adding: .proximal(proximalWeight, to: global), using: &generator)
    let update = ClientUpdate(
      delta: try solution.delta(from: global),
      weight: weighting.weight(examples: training.objective.exampleCount))
    return LocalRound(update: update, client: self, steps: solution.steps)
  }
}
