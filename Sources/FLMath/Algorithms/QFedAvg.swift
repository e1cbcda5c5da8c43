import RealModule

/// Federated averaging that counts a client the more the larger its loss, so that accuracy differs less
/// from client to client.
///
/// Li, Sanjabi, Beirami and Smith 2020, "Fair Resource Allocation in Federated Learning", Algorithm 2. With
/// the loss F_k of the global model on client k, its difference d_k, and L = 1 / learning rate, the model
/// moves by `sum of F_k^q d_k / sum of (F_k^q + q F_k^(q - 1) L ||d_k||^2)`. Both sums are of numbers that
/// clients compute themselves. q = 0 is federated averaging; a larger q makes shorter steps too.
///
/// ``Divisor/weights`` leaves the estimate of the curvature out: the model moves by the mean of the differences
/// with the weights F_k^q, and steps are as long as those of federated averaging. This is not in the paper. Both
/// move along the same sum, so where one comes to rest, so does the other.
///
/// Losses are divided by the largest that is taken into account, which changes neither quotient nor model,
/// so that the numbers that clients send are bounded. A client that would send a larger normaliser sends both
/// of its parts scaled down.
public struct QFedAvg: FederatedAlgorithm, Hashable {
  /// What the sum of the differences is divided by.
  public enum Divisor: Sendable, Hashable {
    /// The sum of `F_k^q + q F_k^(q - 1) L ||d_k||^2`, as in Algorithm 2.
    case curvature
    /// The sum of the weights `F_k^q`.
    case weights
  }

  /// The model and the round.
  public private(set) var state: ServerState

  private let client: QFedAvgClient

  /// Goes on from `state`.
  ///
  /// - Parameters:
  ///   - fairness: q, finite and at least 0.
  ///   - divisor: what the sum of the differences is divided by.
  ///   - maximumLoss: what larger losses count as, finite and above 0. A classifier that guesses has
  ///     log(classes).
  ///   - maximumNormaliser: the largest summand of the divisor, finite and at least 1. It says how large a
  ///     number must be encoded.
  ///   - weighting: how much a client counts. In the paper, all count alike, and are selected by their
  ///     numbers of examples; where all take part, `.examples` has the same meaning.
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, fairness: Double, divisor: Divisor = .curvature, maximumLoss: Double = 4,
    maximumNormaliser: Double = 64, weighting: Weighting = .uniform
  ) throws(FLMathError) {
    client = try QFedAvgClient(
      fairness: fairness, divisor: divisor, maximumLoss: maximumLoss,
      maximumNormaliser: maximumNormaliser, weighting: weighting)
    try state.requireMemory()
    self.state = state
  }

  /// The difference of a client, and its summand of the divisor.
  public var contribution: ContributionParts {
    ContributionParts([
      .init(name: "scaled update", count: model.layout.count, magnitude: .update),
      .init(name: "normaliser", count: 1, magnitude: .atMost(client.largestNormaliser)),
    ])
  }

  /// A client that sends its difference by its loss.
  public func makeClient() -> QFedAvgClient { client }

  /// Moves the model by the quotient of the means. Where the normalisers are 0, because all losses are, it
  /// stays as it is.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    let parts = try mean.split(contribution)
    var values = model.values
    if let normaliser = parts[1].first, normaliser > 0 {
      for (index, step) in parts[0].enumerated() {
        values[index] += step / normaliser
      }
    }
    try state.advance(to: values)
  }
}

/// The client of ``QFedAvg``.
public struct QFedAvgClient: FederatedClient {
  /// The exponent q of its loss.
  public let fairness: Double

  /// What the sum of the differences is divided by.
  public let divisor: QFedAvg.Divisor

  /// What larger losses count as.
  public let maximumLoss: Double

  /// The largest summand of the divisor.
  public let maximumNormaliser: Double

  /// How much the client counts.
  public let weighting: Weighting

  /// A client that counts by its loss to the power of `fairness`.
  ///
  /// - Throws: ``FLMathError/Algorithm/invalid(_:found:)`` if a number is out of its range.
  public init(
    fairness: Double, divisor: QFedAvg.Divisor = .curvature, maximumLoss: Double = 4,
    maximumNormaliser: Double = 64, weighting: Weighting = .uniform
  ) throws(FLMathError) {
    try Hyperparameter.fairness.require(fairness.isFinite && fairness >= 0, fairness)
    try Hyperparameter.maximumLoss.require(maximumLoss.isFinite && maximumLoss > 0, maximumLoss)
    try Hyperparameter.maximumNormaliser.require(
      maximumNormaliser.isFinite && maximumNormaliser >= 1, maximumNormaliser)
    self.fairness = fairness
    self.divisor = divisor
    self.maximumLoss = maximumLoss
    self.maximumNormaliser = maximumNormaliser
    self.weighting = weighting
  }

  /// Trains from the global model, and sends the difference by the global model's loss and the summand of
  /// the divisor.
  public func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<QFedAvgClient> {
    let global = broadcast.model.values
    let loss = try training.objective.loss(at: global)
    let solution = try training.minimise(from: global, adding: .none, using: &generator)
    let delta = try solution.delta(from: global)
    let (factor, normaliser) = share(
      loss: loss, squaredNorm: VectorArithmetic.squaredNorm(delta),
      learningRate: solution.learningRate)
    return LocalRound(
      update: ClientUpdate(
        delta: delta.map { factor * $0 } + [normaliser],
        weight: weighting.weight(examples: training.objective.exampleCount)),
      client: self, steps: solution.steps)
  }

  /// The largest summand of the divisor that the client sends.
  var largestNormaliser: Double { divisor == .weights ? 1 : maximumNormaliser }

  /// What the difference is multiplied by, and the summand of the divisor.
  func share(
    loss: Double, squaredNorm: Double, learningRate: Double
  ) -> (factor: Double, normaliser: Double) {
    // As the authors' code: the power of a loss of 0 is finite for every exponent.
    let relative = min(1, (loss + 1e-10) / maximumLoss)
    let factor = Double.pow(relative, fairness)
    if divisor == .weights { return (factor, factor) }
    let normaliser =
      factor + fairness * Double.pow(relative, fairness - 1) * squaredNorm
      / (learningRate * maximumLoss)
    guard normaliser > maximumNormaliser else { return (factor, normaliser) }
    return (factor * (maximumNormaliser / normaliser), maximumNormaliser)
  }
}
