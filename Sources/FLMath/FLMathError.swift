/// Why a call of FLMath fails: the subject, and the reason within it.
///
/// The functions of this module throw this type, with two exceptions. Decoding throws `DecodingError`, with this error
/// underneath. ``FedEraser`` adds the errors of its training closure, in ``ReconstructionError``.
///
/// The documentation of a function names its own reasons. The calls that it makes can add theirs. The reason of a
/// subject is declared beside the code that throws it.
public enum FLMathError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Parameters and their layout.
  case parameters(Parameters)
  /// Updates and their weighted mean.
  case update(Update)
  /// Clipping of a vector.
  case clipping(Clipping)
  /// Fixed-point codes.
  case fixedPoint(FixedPoint)
  /// Lanes of a word.
  case lanes(Lanes)
  /// Labelled examples.
  case dataset(Dataset)
  /// A table of comma-separated values.
  case table(Table)
  /// The division of examples among clients.
  case partition(Partition)
  /// A model that classifies.
  case classifier(Classifier)
  /// Local training.
  case training(Training)
  /// Federated evaluation.
  case evaluation(Evaluation)
  /// A federated algorithm.
  case algorithm(Algorithm)
  /// The selection of clients.
  case selection(Selection)
  /// The compression of updates.
  case compression(Compression)
  /// The simulation of devices.
  case simulation(Simulation)
  /// Parameters and vectors of a privacy mechanism.
  case privacy(Privacy)
  /// Privacy accounting.
  case accounting(Accounting)
  /// Privacy auditing.
  case audit(Audit)
  /// Correlated noise.
  case correlatedNoise(CorrelatedNoise)
  /// The participation of a client in rounds.
  case participation(Participation)
  /// A simulated poisoning attack.
  case poisoning(Poisoning)
  /// A robust aggregation rule.
  case robustAggregation(RobustAggregation)
  /// Updates as the rows of a matrix.
  case updateMatrix(UpdateMatrix)
  /// A plan of buckets.
  case buckets(Buckets)
  /// The search for clients that disrupt sums.
  case disruptors(Disruptors)
  /// Unlearning.
  case erasure(Erasure)
  /// An explanation of a model.
  case explanation(Explanation)

  /// The sentence of the reason: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .parameters(let reason): reason.description
    case .update(let reason): reason.description
    case .clipping(let reason): reason.description
    case .fixedPoint(let reason): reason.description
    case .lanes(let reason): reason.description
    case .dataset(let reason): reason.description
    case .table(let reason): reason.description
    case .partition(let reason): reason.description
    case .classifier(let reason): reason.description
    case .training(let reason): reason.description
    case .evaluation(let reason): reason.description
    case .algorithm(let reason): reason.description
    case .selection(let reason): reason.description
    case .compression(let reason): reason.description
    case .simulation(let reason): reason.description
    case .privacy(let reason): reason.description
    case .accounting(let reason): reason.description
    case .audit(let reason): reason.description
    case .correlatedNoise(let reason): reason.description
    case .participation(let reason): reason.description
    case .poisoning(let reason): reason.description
    case .robustAggregation(let reason): reason.description
    case .updateMatrix(let reason): reason.description
    case .buckets(let reason): reason.description
    case .disruptors(let reason): reason.description
    case .erasure(let reason): reason.description
    case .explanation(let reason): reason.description
    }
  }
}
