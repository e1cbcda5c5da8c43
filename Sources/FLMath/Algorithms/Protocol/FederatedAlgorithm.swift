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
