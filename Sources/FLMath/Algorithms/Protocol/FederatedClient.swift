/// The client's half of a federated algorithm, with what stays on the device from round to round.
public protocol FederatedClient: Sendable, Hashable {
  /// Trains on the client's own examples.
  ///
  /// The client itself does not change: what it would remember is part of the result, and is to be
  /// kept once the server has taken the contribution in. A client whose contribution got lost
  /// stays as it was, so that the memories of clients and server belong together.
  ///
  /// - Parameters:
  ///   - broadcast: what the server sent.
  ///   - training: the client's examples, and how it trains on them.
  ///   - generator: the source of the order of the examples.
  /// - Throws: ``AlgorithmError``.
  func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(AlgorithmError) -> LocalRound<Self>
}

/// What a client's round comes to.
public struct LocalRound<Client: FederatedClient>: Sendable {
  /// What is sent: a flat vector, laid out as ``FederatedAlgorithm/contribution`` says, and a weight.
  public let update: ClientUpdate

  /// The client to go on with once the server has taken the update in.
  public let client: Client

  /// The number of local steps that were made towards the update.
  public let steps: Int
}
