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
  /// - Throws: ``TrainingError`` if an argument does not fit.
  mutating func lossAndGradient(
    at parameters: [Double], batch: ArraySlice<Int>, gradient: inout [Double]
  ) throws(TrainingError) -> Double
}

extension LocalObjective {
  /// Refuses an objective over no examples, or more than there is memory for.
  func requireExamples() throws(TrainingError) {
    guard exampleCount >= 1, exampleCount <= 1 << 32 else {
      throw .invalidExampleCount(exampleCount)
    }
  }

  /// The mean loss over all examples and its gradient.
  mutating func lossAndGradient(
    at parameters: [Double]
  ) throws(TrainingError) -> (loss: Double, gradient: [Double]) {
    try requireExamples()
    let count = layout.count
    var gradient = [Double](repeating: 0, count: count)
    let all = Array(0..<exampleCount)
    let loss = try lossAndGradient(at: parameters, batch: all[...], gradient: &gradient)
    guard gradient.count == count else {
      throw .mismatch(.gradientCountMismatch(expected: count, found: gradient.count))
    }
    return (loss, gradient)
  }

  /// The mean loss over all examples.
  ///
  /// - Throws: ``TrainingError`` if the parameters do not fit, the objective has no examples, or the loss is not
  ///   finite.
  public mutating func loss(at parameters: [Double]) throws(TrainingError) -> Double {
    let loss = try lossAndGradient(at: parameters).loss
    guard loss.isFinite else { throw .nonFiniteLoss(loss) }
    return loss
  }

  /// The root of the mean squared loss of single examples, which is what Oort goes by
  /// (Lai et al. 2021, section 4.2).
  ///
  /// - Throws: ``TrainingError`` if the parameters do not fit, the objective has no examples, or a loss is not
  ///   finite.
  public mutating func rootMeanSquareLoss(
    at parameters: [Double]
  ) throws(TrainingError) -> Double {
    try requireExamples()
    var gradient = [Double](repeating: 0, count: layout.count)
    let all = Array(0..<exampleCount)
    var losses: [Double] = []
    losses.reserveCapacity(all.count)
    for example in all {
      let loss = try lossAndGradient(
        at: parameters, batch: all[example...example], gradient: &gradient)
      guard loss.isFinite else { throw .nonFiniteLoss(loss) }
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
  ) throws(TrainingError) -> Double {
    do {
      return try model.lossAndGradient(
        parameters: parameters, on: dataset, batch: batch, gradient: &gradient,
        workspace: &workspace)
    } catch {
      throw .mismatch(error)
    }
  }
}
