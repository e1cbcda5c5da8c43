/// What a client trains with in a round: its examples, how it descends, and how much work it does.
public struct LocalTraining<Objective: LocalObjective>: Sendable {
  /// The loss over the client's examples.
  public var objective: Objective

  /// The learning rate and the batches.
  public let descent: StochasticGradientDescent

  /// How much to do.
  public let work: LocalWork

  /// Trains by `descent`.
  ///
  /// - Parameter work: how much to do; if `nil`, as many epochs as `descent` says.
  public init(_ objective: Objective, by descent: StochasticGradientDescent, work: LocalWork? = nil)
  {
    self.objective = objective
    self.descent = descent
    self.work = work ?? .epochs(descent.epochs)
  }

  /// Minimises the corrected objective, starting from `start`.
  mutating func minimise(
    from start: [Double], adding correction: LocalCorrection,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalSolution {
    return try descent.minimise(
      &objective, adding: correction, from: start, work: work, using: &generator)
  }

  /// The gradient over all examples, without a correction.
  mutating func fullGradient(at parameters: [Double]) throws(FLMathError) -> [Double] {
    return try objective.lossAndGradient(at: parameters).gradient
  }
}

/// Where a client's training has led.
struct LocalSolution: Sendable, Hashable {
  /// The trained parameters, all finite.
  let parameters: [Double]

  /// The number of steps that were made.
  let steps: Int

  /// Their learning rate.
  let learningRate: Double

  /// The update from `start`, one number per parameter.
  ///
  /// - Throws: ``FLMathError/update(_:)`` if a difference is beyond `Double`.
  func delta(from start: [Double]) throws(FLMathError) -> [Double] {
    var delta = parameters
    for index in delta.indices {
      delta[index] -= start[index]
    }
    if let index = delta.firstNonFiniteIndex { throw .update(.overflow(index: index)) }
    return delta
  }
}

/// What a client minimises over its own examples: the mean of a loss, F_k in the literature.
public protocol LocalObjective: Sendable {
  /// The layers of the parameters.
  var layout: ParameterLayout { get }

  /// The number of examples, at least 1.
  var exampleCount: Int { get }

  /// The mean loss over a batch and its gradient.
  ///
  /// - Parameters:
  ///   - parameters: `layout.count` numbers.
  ///   - batch: indices of examples, at least one.
  ///   - gradient: `layout.count` numbers, overwritten by the derivatives of the mean loss.
  /// - Throws: ``FLMathError`` if an argument does not fit.
  mutating func lossAndGradient(
    at parameters: [Double], batch: ArraySlice<Int>, gradient: inout [Double]
  ) throws(FLMathError) -> Double
}

extension LocalObjective {
  /// Refuses an objective over no examples, or more than there is memory for.
  func requireExamples() throws(FLMathError) {
    guard exampleCount >= 1, exampleCount <= 1 << 32 else {
      throw .training(.invalidExampleCount(exampleCount))
    }
  }

  /// The mean loss over all examples and its gradient.
  mutating func lossAndGradient(
    at parameters: [Double]
  ) throws(FLMathError) -> (loss: Double, gradient: [Double]) {
    try requireExamples()
    let count = layout.count
    var gradient = [Double](repeating: 0, count: count)
    let all = Array(0..<exampleCount)
    let loss = try lossAndGradient(at: parameters, batch: all[...], gradient: &gradient)
    guard gradient.count == count else {
      throw .classifier(.gradientCountMismatch(expected: count, found: gradient.count))
    }
    return (loss, gradient)
  }

  /// The mean loss over all examples.
  ///
  /// - Throws: ``FLMathError`` if the parameters do not fit, the objective has no examples, or the loss is not
  ///   finite.
  public mutating func loss(at parameters: [Double]) throws(FLMathError) -> Double {
    let loss = try lossAndGradient(at: parameters).loss
    guard loss.isFinite else { throw .training(.nonFiniteLoss(loss)) }
    return loss
  }

  /// The root of the mean squared loss of single examples, which is what Oort goes by
  /// (Lai et al. 2021, section 4.2).
  ///
  /// - Throws: ``FLMathError`` if the parameters do not fit, the objective has no examples, or a loss is not
  ///   finite.
  public mutating func rootMeanSquareLoss(
    at parameters: [Double]
  ) throws(FLMathError) -> Double {
    try requireExamples()
    var gradient = [Double](repeating: 0, count: layout.count)
    let all = Array(0..<exampleCount)
    var losses: [Double] = []
    losses.reserveCapacity(all.count)
    for example in all {
      let loss = try lossAndGradient(
        at: parameters, batch: all[example...example], gradient: &gradient)
      guard loss.isFinite else { throw .training(.nonFiniteLoss(loss)) }
      losses.append(loss)
    }
    return EuclideanNorm.norm(losses) / Double(losses.count).squareRoot()
  }
}

/// The cross-entropy of a classifier over a client's examples.
public struct ClassifierObjective<Model: Classifier>: LocalObjective {
  private let model: Model
  private let dataset: Dataset
  private var workspace: Model.Workspace

  /// The loss of `model` on `dataset`. Whether they fit together is checked in training.
  public init(_ model: Model, on dataset: Dataset) {
    self.model = model
    self.dataset = dataset
    workspace = model.makeWorkspace()
  }

  /// The layers of the model.
  public var layout: ParameterLayout { model.layout }

  /// The number of examples.
  public var exampleCount: Int { dataset.count }

  /// The mean cross-entropy over a batch, in nats, and its gradient.
  public mutating func lossAndGradient(
    at parameters: [Double], batch: ArraySlice<Int>, gradient: inout [Double]
  ) throws(FLMathError) -> Double {
    return try model.lossAndGradient(
      parameters: parameters, on: dataset, batch: batch, gradient: &gradient,
      workspace: &workspace)
  }
}

/// How much a client trains in a round.
public enum LocalWork: Sendable, Hashable {
  /// A number of passes over its examples, at least 1.
  case epochs(Int)

  /// A number of steps, at least 1: what a device gets done before the deadline. Li et al. 2020,
  /// "Federated Optimization in Heterogeneous Networks", section 3.2, call it partial work.
  case steps(Int)

  /// Passes until the solution is gamma-inexact: until the gradient of what the client minimises is
  /// at most `gamma` times as long as where it started (ibid., definitions 1 and 2; gamma from 0 to 1), or
  /// the passes are used up. It costs one full gradient after every pass.
  case inexact(gamma: Double, maximumEpochs: Int)

  /// The largest number of passes and of steps.
  ///
  /// - Throws: ``FLMathError`` if a number is out of its range.
  func limits() throws(FLMathError) -> (epochs: Int, steps: Int) {
    switch self {
    case .epochs(let epochs):
      guard epochs >= 1 else { throw .training(.invalidEpochs(epochs)) }
      return (epochs, .max)
    case .steps(let steps):
      guard steps >= 1 else { throw .training(.invalidSteps(steps)) }
      return (.max, steps)
    case .inexact(let gamma, let maximumEpochs):
      guard maximumEpochs >= 1 else { throw .training(.invalidEpochs(maximumEpochs)) }
      guard gamma >= 0, gamma <= 1 else { throw .training(.invalidInexactness(gamma)) }
      return (maximumEpochs, .max)
    }
  }

  /// The factor that the gradient must shrink by, if that ends the work.
  var inexactness: Double? {
    if case .inexact(let gamma, _) = self { gamma } else { nil }
  }
}

/// What an algorithm adds to a client's objective F_k, so that the client minimises
///
/// `F_k(w) + <linear, w> + proximalWeight / 2 * ||w - anchor||^2`.
///
/// That is all that heterogeneity-aware algorithms do on the client: FedProx and Ditto add a proximal
/// term, SCAFFOLD a linear one, FedDyn both.
public struct LocalCorrection: Sendable, Hashable {
  /// Added to every gradient; as long as the model, or empty for none.
  let linear: [Double]

  /// How strongly the parameters are drawn to the anchor.
  let proximalWeight: Double

  /// Where they are drawn to; as long as the model, or empty for none.
  let anchor: [Double]

  /// The objective as it is.
  static let none = LocalCorrection(linear: [], proximalWeight: 0, anchor: [])

  /// A linear term.
  static func linear(_ linear: [Double]) -> LocalCorrection {
    LocalCorrection(linear: linear, proximalWeight: 0, anchor: [])
  }

  /// A proximal term; none at all for a weight of 0.
  static func proximal(_ weight: Double, to anchor: [Double]) -> LocalCorrection {
    weight == 0 ? .none : LocalCorrection(linear: [], proximalWeight: weight, anchor: anchor)
  }

  /// Whether both vectors can be added to a gradient of `count` numbers.
  func fits(_ count: Int) -> Bool {
    (linear.isEmpty || linear.count == count) && (anchor.isEmpty || anchor.count == count)
  }

  /// Adds the derivatives at `parameters` to `gradient`.
  func add(to gradient: inout [Double], at parameters: [Double]) {
    for index in linear.indices {
      gradient[index] += linear[index]
    }
    for index in anchor.indices {
      gradient[index] += proximalWeight * (parameters[index] - anchor[index])
    }
  }
}
