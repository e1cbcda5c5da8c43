/// The server's half of a federated algorithm: it sends a model to clients, and applies the weighted mean of their
/// contributions.
///
/// A round is
///
/// 1. the server sends its ``broadcast``;
/// 2. each client trains, and returns one flat vector with one weight
///    (``FederatedClient/train(on:with:using:)``), laid out as ``contribution`` says;
/// 3. the vectors are averaged by their weights, in the clear (``WeightedMean/of(_:)``) or by a secure
///    sum;
/// 4. the server applies the mean with ``apply(_:)``.
///
/// The server only gets a ``WeightedMean``: the mean, the sum of the weights, and the contributors. So every
/// algorithm of this form works under secure aggregation without changes.
///
/// The value itself is the checkpoint. ``state`` is the part of it that changes, and can be encoded.
public protocol FederatedAlgorithm: Sendable {
  /// The client's half.
  associatedtype Client: FederatedClient

  /// The model, the round and whatever else the server remembers.
  var state: ServerState { get }

  /// The parts of the vector that a client sends.
  var contribution: ContributionParts { get }

  /// What the server sends to the clients of the next round.
  var broadcast: Broadcast { get }

  /// A client that has not taken part yet.
  func makeClient() -> Client

  /// Applies one round's mean to the model.
  ///
  /// - Throws: ``FLMathError`` if the mean does not fit or the new model would not be finite. The
  ///   algorithm is then as it was before.
  mutating func apply(_ mean: WeightedMean) throws(FLMathError)
}

extension FederatedAlgorithm {
  /// The global model after the rounds applied so far.
  public var model: ParameterVector { state.model }

  /// The number of rounds applied so far.
  public var round: Int { state.round }

  /// The difference of the models, and nothing else.
  public var contribution: ContributionParts { .update(of: model.layout.count) }

  /// The model, and nothing else.
  public var broadcast: Broadcast { Broadcast(model: model, round: round) }
}

/// What the server sends to every client of a round.
public struct Broadcast: Sendable, Hashable {
  /// The global model.
  public let model: ParameterVector

  /// The number of rounds that went into the model.
  public let round: Int

  /// The numbers that clients get beside the model. SCAFFOLD and FedDC send a control variate, one number for each
  /// parameter. ``IFCA`` sends the models of the other clusters, ``EvaluationBins`` the edges. Other algorithms send
  /// nothing, and the array is empty.
  public let control: [Double]

  /// A model, with numbers beside it or without.
  public init(model: ParameterVector, round: Int, control: [Double] = []) {
    self.model = model
    self.round = round
    self.control = control
  }

  /// The numbers that go down to every client.
  public var count: Int { model.values.count + control.count }
}

/// The client's half of a federated algorithm, with what stays on the device from round to round.
public protocol FederatedClient: Sendable, Hashable {
  /// Trains on the client's own examples.
  ///
  /// The client itself does not change. Its next state is part of the result: keep it once the server has the
  /// contribution. A client whose contribution was lost keeps its old state, so that clients and server agree.
  ///
  /// - Parameters:
  ///   - broadcast: what the server sent.
  ///   - training: the client's examples, and how it trains on them.
  ///   - generator: the source of the order of the examples.
  /// - Throws: ``FLMathError``.
  func train(
    on broadcast: Broadcast,
    with training: inout LocalTraining<some LocalObjective>,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalRound<Self>
}

/// The result of a client's round.
public struct LocalRound<Client: FederatedClient>: Sendable {
  /// The contribution: a flat vector, laid out as ``FederatedAlgorithm/contribution`` says, and a weight.
  public let update: ClientUpdate

  /// The next state of the client, for use once the server has the update.
  public let client: Client

  /// The number of local steps that were made towards the update.
  public let steps: Int
}

/// The weight of a client in the mean.
public enum Weighting: Sendable, Hashable {
  /// By its number of examples.
  case examples
  /// Every client has the same weight.
  case uniform

  /// The weight of a client with this many examples.
  public func weight(examples: Int) -> UInt64 {
    switch self {
    case .examples: UInt64(max(0, examples))
    case .uniform: 1
    }
  }
}

extension FLMathError {
  /// Why an algorithm cannot be set up, or a round not be trained or applied.
  public enum Algorithm: Hashable, Sendable, CustomStringConvertible {
    /// A hyperparameter is out of its range.
    case invalid(Hyperparameter, found: Double)
    /// A checkpoint's round is negative, or the count of rounds is exhausted.
    case invalidRound(Int)
    /// A state keeps other vectors beside the model than the algorithm does.
    case foreignState(expected: [String], found: [String])
    /// The mean does not have the numbers that the algorithm's contributions have.
    case dimensionMismatch(expected: Int, found: Int)
    /// A vector of the client does not have the model's number of parameters.
    case memoryMismatch(expected: Int, found: Int)
    /// More weight was summed up than the whole population has.
    case populationExceeded(expected: UInt64, found: UInt64)
    /// An update was trained on a model that is not there yet.
    case trainedInTheFuture(current: Int, found: Int)
    /// A client made more local steps than the sum is laid out for.
    case tooManySteps(maximum: Int, found: Int)
    /// The mean number of local steps is not one of clients that keep to the maximum.
    case meanStepsOutOfRange(maximum: Int, found: Double)
    /// The numbers of clients of the clusters, or their weights, are not ones of clients that pick one each.
    case impossibleClusters(contributors: Int, found: [Double])
    /// The model of a cluster does not have the layers of the first one.
    case foreignModel(cluster: Int)
    /// The server sent another number of models than there are clusters.
    case foreignBroadcast(clusters: Int, parameters: Int, found: Int)
    /// The model would no longer be finite after this round.
    case diverged(round: Int, index: Int, found: Double)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalid(let hyperparameter, let found):
        "Expected \(hyperparameter.requirement), got \(found); \(hyperparameter.advice)."
      case .invalidRound(let found):
        "Expected a round from 0 to \(Int.max - 1), got \(found); use an undamaged checkpoint."
      case .foreignState(let expected, let found):
        "Expected a state with the vectors \(expected), got \(found); "
          + "resume with the algorithm that made it."
      case .dimensionMismatch(let expected, let found):
        "Expected a mean of \(expected) numbers, as the contributions have, got \(found); "
          + "average contributions to this model only."
      case .memoryMismatch(let expected, let found):
        "Expected vectors of \(expected) numbers, as the model has, got \(found); "
          + "keep a client's memory to one model."
      case .populationExceeded(let expected, let found):
        "Expected contributions of at most the population's weight of \(expected), got \(found); "
          + "pass the weight of all clients together."
      case .trainedInTheFuture(let current, let found):
        "Expected updates to models up to round \(current), got one of round \(found); "
          + "keep to one server."
      case .tooManySteps(let maximum, let found):
        "Expected at most \(maximum) local steps, got \(found); lower them or raise the maximum."
      case .meanStepsOutOfRange(let maximum, let found):
        "Expected a mean of 1 to \(maximum) local steps, got \(found); discard the round: a client has not "
          + "kept to the algorithm."
      case .impossibleClusters(let contributors, let found):
        "Expected clusters of \(contributors) clients together, got clusters of \(found); discard the round: "
          + "a client has not kept to the algorithm."
      case .foreignModel(let cluster):
        "Expected models of the same layers, but that of cluster \(cluster) has other ones; make all of them "
          + "from one layout."
      case .foreignBroadcast(let clusters, let parameters, let found):
        "Expected \(clusters) models of \(parameters) numbers, got \(found) numbers beside the first; use the "
          + "same number of clusters on the clients and on the server."
      case .diverged(let round, let index, let found):
        "Expected a finite model after round \(round), but the number at index \(index) is \(found); "
          + "lower the learning rates or clip the updates."
      }
    }
  }
}

/// The numbers that algorithms are tuned by, with the ranges that they must lie in.
public enum Hyperparameter: Sendable, Hashable {
  /// The length of the server's step.
  case serverLearningRate
  /// The share of the last step that the next one keeps, or the decay of a moment.
  case decay
  /// What keeps an adaptive step finite (tau).
  case adaptivity
  /// The weight of a proximal term (mu, lambda).
  case proximalWeight
  /// The weight of a dynamic regulariser (alpha).
  case regularisation
  /// How fast old updates lose weight.
  case stalenessExponent
  /// The number of updates in a buffer.
  case bufferSize
  /// The weight of all clients together.
  case populationWeight
  /// The largest number of local steps.
  case maximumSteps
  /// The exponent of a client's loss (q).
  case fairness
  /// What larger losses count as.
  case maximumLoss
  /// The largest summand of a divisor.
  case maximumNormaliser
  /// The number of clusters.
  case clusters
  /// The least number of clients of a cluster.
  case minimumClients
  /// The largest number of examples that a client counts as.
  case maximumExamples

  /// What must hold.
  var requirement: String {
    switch self {
    case .serverLearningRate: "a finite server learning rate above 0"
    case .decay: "a decay from 0 to below 1"
    case .adaptivity: "a finite adaptivity from 2^-480 to 2^480"
    case .proximalWeight: "a finite proximal weight of at least 0"
    case .regularisation: "a finite regularisation above 0"
    case .stalenessExponent: "a finite staleness exponent of at least 0"
    case .bufferSize: "a buffer of at least 1 update"
    case .populationWeight: "a population of weight at least 1"
    case .maximumSteps: "a maximum of at least 1 local step"
    case .fairness: "a finite fairness of at least 0"
    case .maximumLoss: "a finite maximum loss above 0"
    case .maximumNormaliser: "a finite maximum normaliser of at least 1"
    case .clusters: "at least 1 cluster"
    case .minimumClients: "a minimum of at least 1 client"
    case .maximumExamples: "a maximum of at least 1 example"
    }
  }

  /// What is usual.
  var advice: String {
    switch self {
    case .serverLearningRate: "1 is plain averaging"
    case .decay: "0.9 is usual"
    case .adaptivity: "0.001 is usual"
    case .proximalWeight: "0 is plain training, 0.001 to 1 is usual"
    case .regularisation: "0.01 to 1 is usual"
    case .stalenessExponent: "0.5 is usual"
    case .bufferSize: "10 is usual"
    case .populationWeight: "pass the weight of all clients together"
    case .maximumSteps: "pass the largest number of steps of a client's round"
    case .fairness: "0 is federated averaging, 0.1 to 5 is usual"
    case .maximumLoss: "4 is usual for ten classes"
    case .maximumNormaliser: "64 is usual"
    case .clusters: "2 to 8 are usual"
    case .minimumClients: "1 is the paper's algorithm"
    case .maximumExamples: "1 is the same weight for all clients"
    }
  }

  /// Refuses `value` unless `condition` holds.
  func require(_ condition: Bool, _ value: Double) throws(FLMathError) {
    guard condition else { throw .algorithm(.invalid(self, found: value)) }
  }
}
