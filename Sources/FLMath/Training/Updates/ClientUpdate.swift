/// What one client contributes to a round of federated averaging.
///
/// McMahan et al. 2017, "Communication-Efficient Learning of Deep Networks from Decentralized
/// Data", Algorithm 1, written with differences to the global model in place of local models.
public struct ClientUpdate: Sendable, Hashable {
  /// Local model minus global model, one number per parameter.
  public let delta: [Double]

  /// The number of training examples that the local model was trained on.
  public let weight: UInt64

  /// Takes a difference and its weight. They are checked where updates are put together.
  public init(delta: [Double], weight: UInt64) {
    self.delta = delta
    self.weight = weight
  }

  /// The update that leads from the global model to the one that a client has trained.
  ///
  /// - Throws: ``ClientUpdateError`` if the layouts differ or a difference is beyond `Double`.
  public init(
    from global: ParameterVector, to local: ParameterVector, weight: UInt64
  ) throws(ClientUpdateError) {
    guard global.layout == local.layout else {
      throw .layoutMismatch(global: global.layout, local: local.layout)
    }
    var delta = local.values
    let start = global.values
    for index in delta.indices {
      delta[index] -= start[index]
    }
    if let index = delta.firstNonFiniteIndex { throw .overflow(index: index) }
    self.init(delta: delta, weight: weight)
  }
}

/// Why two models have no difference.
public enum ClientUpdateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The models do not have the same layers.
  case layoutMismatch(global: ParameterLayout, local: ParameterLayout)
  /// The difference of two parameters is too large for `Double`.
  case overflow(index: Int)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .layoutMismatch(let global, let local):
      "Expected the \(global.layers.count) layers (\(global.count) parameters) of the global model, "
        + "got other ones: \(local.layers.count) layers (\(local.count) parameters); "
        + "train the model that the server sent."
    case .overflow(let index):
      "Expected differences that fit a Double, but that of parameter \(index) does not; "
        + "the training has diverged: lower the learning rate."
    }
  }
}
