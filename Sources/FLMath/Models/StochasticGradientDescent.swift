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
  /// - Throws: ``TrainingError`` unless the learning rate is finite and above 0, and the batch size
  ///   and the number of epochs are at least 1.
  public init(learningRate: Double, batchSize: Int, epochs: Int) throws(TrainingError) {
    guard learningRate.isFinite, learningRate > 0 else {
      throw .invalidLearningRate(learningRate)
    }
    guard batchSize >= 1 else { throw .invalidBatchSize(batchSize) }
    guard epochs >= 1 else { throw .invalidEpochs(epochs) }
    self.learningRate = learningRate
    self.batchSize = batchSize
    self.epochs = epochs
  }

  /// Trains `model` on `dataset`, starting from `parameters`.
  ///
  /// The result follows from the arguments alone, the state of the generator included.
  ///
  /// - Returns: the trained parameters.
  /// - Throws: ``TrainingError`` if the arguments do not fit together or the parameters overflow.
  /// - Complexity: O(epochs x examples x parameters).
  public func train(
    _ model: some Classifier,
    from parameters: ParameterVector,
    on dataset: Dataset,
    using generator: inout some RandomNumberGenerator
  ) throws(TrainingError) -> ParameterVector {
    guard parameters.layout == model.layout else {
      throw .mismatch(.layoutMismatch(expected: model.layout, found: parameters.layout))
    }
    var values = parameters.values
    var gradient = [Double](repeating: 0, count: values.count)
    var workspace = model.makeWorkspace()
    var order = Array(0..<dataset.count)
    for epoch in 1...epochs {
      generator.shuffle(&order)
      var start = 0
      while start < order.count {
        let end = start + min(batchSize, order.count - start)
        do {
          _ = try model.lossAndGradient(
            parameters: values, on: dataset, batch: order[start..<end],
            gradient: &gradient, workspace: &workspace)
        } catch {
          throw .mismatch(error)
        }
        for index in values.indices {
          values[index] -= learningRate * gradient[index]
        }
        start = end
      }
      if values.firstNonFiniteIndex != nil { throw .diverged(epoch: epoch) }
    }
    return ParameterVector(layout: model.layout, trusted: values)
  }
}

/// Why a model cannot be trained.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The learning rate is not a finite number above 0.
  case invalidLearningRate(Double)
  /// The batch size is below 1.
  case invalidBatchSize(Int)
  /// The number of epochs is below 1.
  case invalidEpochs(Int)
  /// Model, parameters and dataset do not fit together.
  case mismatch(ClassifierError)
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
    case .mismatch(let error):
      error.description
    case .diverged(let epoch):
      "Expected finite parameters, but epoch \(epoch) of the training made them overflow; "
        + "lower the learning rate."
    }
  }
}
