/// The server's half of a federated algorithm: a value that sends a model out and folds the weighted
/// mean of what clients send back into it.
///
/// A round is
///
/// 1. the server sends its ``broadcast``;
/// 2. each client trains, and makes one flat vector with one weight of it
///    (``FederatedClient/train(on:with:using:)``), laid out as ``contribution`` says;
/// 3. the vectors are averaged by their weights, in the open (``WeightedMean/of(_:)``) or by a secure
///    sum;
/// 4. the server folds the mean in with ``apply(_:)``.
///
/// The server is never given anything but a ``WeightedMean``: the mean, the sum of the weights, and
/// who contributed. So every algorithm of this form works under secure aggregation as it is.
///
/// The value itself is the checkpoint; ``state`` is the part of it that changes, and can be encoded.
public protocol FederatedAlgorithm: Sendable {
  /// The client's half.
  associatedtype Client: FederatedClient

  /// The model, the round and whatever else the server remembers.
  var state: ServerState { get }

  /// The parts of the vector that a client sends.
  var contribution: ContributionLayout { get }

  /// What the server sends to the clients of the next round.
  var broadcast: Broadcast { get }

  /// A client that has not taken part yet.
  func makeClient() -> Client

  /// Folds one round's mean into the model.
  ///
  /// - Throws: ``AlgorithmError`` if the mean does not fit or the new model would not be finite. The
  ///   algorithm is then as it was before.
  mutating func apply(_ mean: WeightedMean) throws(AlgorithmError)
}

extension FederatedAlgorithm {
  /// The global model after the rounds applied so far.
  public var model: ParameterVector { state.model }

  /// The number of rounds applied so far.
  public var round: Int { state.round }

  /// The difference of the models, and nothing else.
  public var contribution: ContributionLayout { .update(of: model.layout.count) }

  /// The model, and nothing else.
  public var broadcast: Broadcast { Broadcast(model: model, round: round) }
}

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

/// How much a client counts in the mean.
public enum Weighting: Sendable, Hashable {
  /// By its number of examples.
  case examples
  /// As much as any other.
  case uniform

  /// The weight of a client with this many examples.
  public func weight(examples: Int) -> UInt64 {
    switch self {
    case .examples: UInt64(max(0, examples))
    case .uniform: 1
    }
  }
}
