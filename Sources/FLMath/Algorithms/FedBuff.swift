import RealModule

/// Buffered asynchronous aggregation: clients train whenever they are ready, on whichever model is
/// current then, and the server moves the model as soon as enough updates have come.
///
/// Nguyen et al. 2022, "Federated Learning with Buffered Asynchronous Aggregation", Algorithm 1:
/// `w = w + rate * (1 / K) * (sum of K updates)`, where an update to a model of s rounds ago is
/// discounted by `(1 + s)^-exponent`, 1 / sqrt(1 + s) in the paper's experiments.
///
/// The discount is a factor of a single update, so under secure aggregation the client applies it:
/// when K clients are ready, the server opens one session for them and says which round it is, and
/// each sends ``discounted(_:trainedOn:)``. The sum then goes to ``apply(_:)``, and nothing has to be
/// buffered in the open. A server without secure aggregation calls ``receive(_:from:trainedOn:)``.
public struct FedBuff: FederatedAlgorithm {
  /// The model and the round.
  public var state: ServerState { server.state }

  /// The number K of updates that move the model.
  public let bufferSize: Int

  /// How fast old updates lose weight; 0 is not at all.
  public let stalenessExponent: Double

  private var server: FederatedAveraging
  private var buffer: [(contributor: UInt32, update: ClientUpdate)] = []

  /// Goes on from `state`, with an empty buffer.
  ///
  /// - Parameters:
  ///   - bufferSize: K, at least 1.
  ///   - serverLearningRate: finite and above 0.
  ///   - stalenessExponent: finite and at least 0.
  /// - Throws: ``FLMathError`` if a number is out of its range or the state is a foreign one.
  public init(
    state: ServerState, bufferSize: Int, serverLearningRate: Double = 1,
    stalenessExponent: Double = 0.5
  ) throws(FLMathError) {
    try Hyperparameter.bufferSize.require(bufferSize >= 1, Double(bufferSize))
    try Hyperparameter.stalenessExponent.require(
      stalenessExponent.isFinite && stalenessExponent >= 0, stalenessExponent)
    server = try FederatedAveraging(state: state, serverLearningRate: serverLearningRate)
    self.bufferSize = bufferSize
    self.stalenessExponent = stalenessExponent
  }

  /// A client that counts as much as any other.
  public func makeClient() -> AveragingClient { AveragingClient(weighting: .uniform) }

  /// An update as it counts now: smaller, the older the model is that it was trained on.
  ///
  /// - Parameter trainedOn: the ``Broadcast/round`` of that model.
  /// - Throws: ``FLMathError/Algorithm/trainedInTheFuture(current:found:)``.
  public func discounted(
    _ update: ClientUpdate, trainedOn: Int
  ) throws(FLMathError) -> ClientUpdate {
    guard trainedOn >= 0, trainedOn <= round else {
      throw .algorithm(.trainedInTheFuture(current: round, found: trainedOn))
    }
    let staleness = Double(round - trainedOn)
    let factor = Double.pow(1 + staleness, -stalenessExponent)
    return ClientUpdate(delta: update.delta.map { factor * $0 }, weight: update.weight)
  }

  /// Takes one update in the open, and moves the model if the buffer is full with it.
  ///
  /// - Parameters:
  ///   - contributor: the client, which may be in a buffer once.
  ///   - trainedOn: the ``Broadcast/round`` of the model that the client was given.
  /// - Returns: whether the model has moved.
  /// - Throws: ``FLMathError`` if the update does not fit, is not finite, or has no mean with those in
  ///   the buffer; nothing has changed then. If the model would not be finite after this round, the
  ///   buffer is dropped.
  public mutating func receive(
    _ update: ClientUpdate, from contributor: UInt32, trainedOn: Int
  ) throws(FLMathError) -> Bool {
    let discounted = try discounted(update, trainedOn: trainedOn)
    guard update.delta.count == contribution.count else {
      throw .algorithm(.dimensionMismatch(expected: contribution.count, found: update.delta.count))
    }
    guard !buffer.contains(where: { $0.contributor == contributor }) else {
      throw .update(.duplicateContributor(contributor))
    }
    if let index = update.delta.firstNonFiniteIndex {
      throw .update(
        .nonFiniteUpdate(contributor: contributor, index: index, found: update.delta[index]))
    }
    let next = buffer + [(contributor, discounted)]
    guard next.count >= bufferSize else {
      buffer = next
      return false
    }
    let mean = try WeightedMean.of(next)
    buffer = []
    try server.apply(mean)
    return true
  }

  /// Moves the model by the mean of one buffer of discounted updates.
  public mutating func apply(_ mean: WeightedMean) throws(FLMathError) {
    try server.apply(mean)
  }
}
