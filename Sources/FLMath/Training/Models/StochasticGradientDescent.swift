/// Training by mini-batches: what a client does with its own examples in a round.
///
/// McMahan et al. 2017, Algorithm 1, "ClientUpdate": `epochs` passes over the examples, shuffled
/// before each, in batches of `batchSize`, with a step of `learningRate` against the gradient of
/// each batch.
public struct StochasticGradientDescent: Sendable, Hashable {
  /// The length of a step, in multiples of the gradient.
  public let learningRate: Double

  /// The number of examples of a batch. The last one of an epoch may have fewer.
  public let batchSize: Int

  /// The number of passes over the examples.
  public let epochs: Int

  /// Sets the hyperparameters.
  ///
  /// - Throws: ``FLMathError`` unless the learning rate is finite and above 0, and the batch size
  ///   and the number of epochs are at least 1.
  public init(learningRate: Double, batchSize: Int, epochs: Int) throws(FLMathError) {
    guard learningRate.isFinite, learningRate > 0 else {
      throw .training(.invalidLearningRate(learningRate))
    }
    guard batchSize >= 1 else { throw .training(.invalidBatchSize(batchSize)) }
    guard epochs >= 1 else { throw .training(.invalidEpochs(epochs)) }
    self.learningRate = learningRate
    self.batchSize = batchSize
    self.epochs = epochs
  }

  /// Trains `model` on `dataset`, starting from `parameters`.
  ///
  /// The result follows from the arguments alone, the state of the generator included.
  ///
  /// - Returns: the trained parameters.
  /// - Throws: ``FLMathError`` if the arguments do not fit together or the parameters overflow.
  /// - Complexity: O(epochs x examples x parameters).
  public func train(
    _ model: some Classifier,
    from parameters: ParameterVector,
    on dataset: Dataset,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> ParameterVector {
    guard parameters.layout == model.layout else {
      throw .classifier(.layoutMismatch(expected: model.layout, found: parameters.layout))
    }
    var objective = ClassifierObjective(model, on: dataset)
    let solution = try minimise(
      &objective, adding: .none, from: parameters.values, work: .epochs(epochs),
      using: &generator)
    return ParameterVector(layout: model.layout, trusted: solution.parameters)
  }

  /// Minimises a client's objective with an algorithm's correction, starting from `start`.
  ///
  /// The result follows from the arguments alone, the state of the generator included. Its
  /// parameters are finite.
  ///
  /// - Parameter work: how much to do; it takes the place of ``epochs``.
  /// - Throws: ``FLMathError`` if the arguments do not fit together or the parameters overflow.
  /// - Complexity: O(steps x (batch size x cost of an example + parameters)).
  func minimise(
    _ objective: inout some LocalObjective,
    adding correction: LocalCorrection,
    from start: [Double],
    work: LocalWork,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> LocalSolution {
    let limits = try work.limits()
    try objective.requireExamples()
    let count = objective.layout.count
    guard start.count == count, correction.fits(count) else {
      let found = [start, correction.linear, correction.anchor].map(\.count)
      throw .classifier(
        .parameterCountMismatch(
          expected: count, found: found.first { $0 != count && $0 != 0 } ?? start.count))
    }
    var values = start
    var gradient = [Double](repeating: 0, count: count)
    let smallEnough = try work.inexactness.map { (gamma) throws(FLMathError) in
      try gamma * Self.gradientNorm(of: &objective, adding: correction, at: values)
    }
    var order = Array(0..<objective.exampleCount)
    var (epoch, steps) = (0, 0)
    while epoch < limits.epochs, steps < limits.steps {
      epoch += 1
      generator.shuffle(&order)
      var first = 0
      while first < order.count, steps < limits.steps {
        let end = first + min(batchSize, order.count - first)
        _ = try objective.lossAndGradient(
          at: values, batch: order[first..<end], gradient: &gradient)
        guard gradient.count == count else {
          throw .classifier(.gradientCountMismatch(expected: count, found: gradient.count))
        }
        correction.add(to: &gradient, at: values)
        for index in values.indices {
          values[index] -= learningRate * gradient[index]
        }
        first = end
        steps += 1
      }
      if values.firstNonFiniteIndex != nil { throw .training(.diverged(epoch: epoch)) }
      if let smallEnough {
        let norm = try Self.gradientNorm(of: &objective, adding: correction, at: values)
        if norm <= smallEnough { break }
      }
    }
    return LocalSolution(parameters: values, steps: steps, learningRate: learningRate)
  }

  /// The length of the gradient of the corrected objective over all examples.
  private static func gradientNorm(
    of objective: inout some LocalObjective, adding correction: LocalCorrection,
    at parameters: [Double]
  ) throws(FLMathError) -> Double {
    var gradient = try objective.lossAndGradient(at: parameters).gradient
    correction.add(to: &gradient, at: parameters)
    return EuclideanNorm.norm(gradient)
  }
}

extension FLMathError {
  /// Why a model cannot be trained.
  public enum Training: Hashable, Sendable, CustomStringConvertible {
    /// The learning rate is not a finite number above 0.
    case invalidLearningRate(Double)
    /// The batch size is below 1.
    case invalidBatchSize(Int)
    /// The number of epochs is below 1.
    case invalidEpochs(Int)
    /// The number of steps is below 1.
    case invalidSteps(Int)
    /// The factor that the gradient should shrink by is not a number from 0 to 1.
    case invalidInexactness(Double)
    /// The number of examples is below 1, or above 2^32.
    case invalidExampleCount(Int)
    /// The loss is NaN or infinite.
    case nonFiniteLoss(Double)
    /// The parameters were no longer finite after this epoch; epochs count from 1.
    case diverged(epoch: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidLearningRate(let found):
        "Expected a finite learning rate above 0, got \(found); 0.01 to 1 is usual."
      case .invalidBatchSize(let found):
        "Expected batches of at least 1 example, got \(found); 16 is usual."
      case .invalidEpochs(let found):
        "Expected at least 1 epoch, got \(found); 1 to 5 is usual in a federated round."
      case .invalidSteps(let found):
        "Expected at least 1 step, got \(found); leave out clients that do no work."
      case .invalidInexactness(let found):
        "Expected an inexactness from 0 to 1, got \(found); 1 is no work, 0 the exact minimum."
      case .invalidExampleCount(let found):
        "Expected an objective of 1 to 2^32 examples, got \(found); leave out clients without examples."
      case .nonFiniteLoss(let found):
        "Expected a finite loss, got \(found); scale the features down or use a model that has not diverged."
      case .diverged(let epoch):
        "Expected finite parameters, but epoch \(epoch) of the training made them overflow; "
          + "lower the learning rate."
      }
    }
  }
}
