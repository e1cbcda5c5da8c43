/// A model that tells classes apart and can be trained by gradient descent.
///
/// A classifier holds no parameters, only their layout: the same value serves any number of
/// clients. The loss is the mean cross-entropy, in nats, of the softmax of the logits.
public protocol Classifier: Sendable {
  /// Memory for intermediate results, made once and used for many batches.
  associatedtype Workspace: Sendable

  /// The layers of the model's parameters.
  var layout: ParameterLayout { get }

  /// The number of features of an example.
  var featureCount: Int { get }

  /// The number of classes.
  var classCount: Int { get }

  /// Parameters to start training from.
  func initialParameters(using generator: inout some RandomNumberGenerator) -> ParameterVector

  /// Memory that ``lossAndGradient(parameters:on:batch:gradient:workspace:)`` works in.
  func makeWorkspace() -> Workspace

  /// The mean loss over a batch and its gradient.
  ///
  /// Nothing is allocated, so that it can be called in a training loop.
  ///
  /// - Parameters:
  ///   - parameters: `layout.count` numbers.
  ///   - dataset: the examples.
  ///   - batch: the indices in `dataset` of the examples of the batch, at least one.
  ///   - gradient: `layout.count` numbers, overwritten by the derivatives of the mean loss.
  ///   - workspace: what ``makeWorkspace()`` returned.
  /// - Throws: ``FLMathError`` if an argument does not fit the model.
  func lossAndGradient(
    parameters: [Double],
    on dataset: Dataset,
    batch: ArraySlice<Int>,
    gradient: inout [Double],
    workspace: inout Workspace
  ) throws(FLMathError) -> Double

  /// The logits of all examples, row-major: `dataset.count * classCount` numbers.
  ///
  /// - Throws: ``FLMathError`` if an argument does not fit the model, or a logit is not finite.
  func logits(
    _ parameters: ParameterVector, on dataset: Dataset
  ) throws(FLMathError) -> [Double]
}

extension Classifier {
  /// The likeliest class of every example; of equally likely ones the first.
  ///
  /// - Throws: ``FLMathError`` if an argument does not fit the model.
  public func predict(
    _ parameters: ParameterVector, on dataset: Dataset
  ) throws(FLMathError) -> [Int] {
    let logits = try logits(parameters, on: dataset)
    var classes = [Int](repeating: 0, count: dataset.count)
    for example in classes.indices {
      let start = example * classCount
      for candidate in 0..<classCount
      where logits[start + candidate] > logits[start + classes[example]] {
        classes[example] = candidate
      }
    }
    return classes
  }

  /// The share of examples whose likeliest class is their label, from 0 to 1.
  ///
  /// - Throws: ``FLMathError`` if an argument does not fit the model.
  public func accuracy(
    _ parameters: ParameterVector, on dataset: Dataset
  ) throws(FLMathError) -> Double {
    let classes = try predict(parameters, on: dataset)
    var correct = 0
    for example in classes.indices where classes[example] == dataset.labels[example] {
      correct += 1
    }
    return Double(correct) / Double(dataset.count)
  }

  /// The mean cross-entropy over all examples, in nats.
  ///
  /// - Throws: ``FLMathError`` if an argument does not fit the model, or a loss is beyond `Double`.
  public func loss(
    _ parameters: ParameterVector, on dataset: Dataset
  ) throws(FLMathError) -> Double {
    var logits = try logits(parameters, on: dataset)
    var sum = 0.0
    for example in 0..<dataset.count {
      let start = example * classCount
      let label = start + dataset.labels[example]
      let labelLogit = logits[label]
      sum += Softmax.logSumExp(&logits, start..<(start + classCount)) - labelLogit
      guard sum.isFinite else { throw .classifier(.nonFiniteOutput(example: example)) }
    }
    return sum / Double(dataset.count)
  }
}

extension FLMathError {
  /// Why a model cannot be made, or arguments do not fit it.
  public enum Classifier: Hashable, Sendable, CustomStringConvertible {
    /// A classifier needs at least one feature.
    case invalidFeatureCount(Int)
    /// A classifier needs at least two classes.
    case invalidClassCount(Int)
    /// A hidden layer needs at least one unit.
    case invalidHiddenWidth(layer: Int, found: Int)
    /// The parameters belong to a model with other layers.
    case layoutMismatch(expected: ParameterLayout, found: ParameterLayout)
    /// There is another number of parameters.
    case parameterCountMismatch(expected: Int, found: Int)
    /// The buffer for the gradient has another size.
    case gradientCountMismatch(expected: Int, found: Int)
    /// The examples have another number of features.
    case featureCountMismatch(expected: Int, found: Int)
    /// The dataset has another number of classes.
    case classCountMismatch(expected: Int, found: Int)
    /// The batch has no examples.
    case emptyBatch
    /// The outputs for an example, or its loss, are beyond the range of `Double`.
    case nonFiniteOutput(example: Int)
    /// The batch names an example that the dataset does not have.
    case exampleOutOfRange(count: Int, found: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidFeatureCount(let found):
        "Expected at least 1 feature, got \(found); pass the feature count of the dataset."
      case .invalidClassCount(let found):
        "Expected at least 2 classes, got \(found); pass the class count of the dataset."
      case .invalidHiddenWidth(let layer, let found):
        "Expected hidden layers of at least 1 unit, but layer \(layer) has \(found); widen it."
      case .layoutMismatch(let expected, let found):
        "Expected the \(expected.layers.count) layers (\(expected.count) parameters) of this model, "
          + "got other ones: \(found.layers.count) layers (\(found.count) parameters); "
          + "use parameters of this model."
      case .parameterCountMismatch(let expected, let found):
        "Expected \(expected) parameters, got \(found); use parameters of this model."
      case .gradientCountMismatch(let expected, let found):
        "Expected a gradient buffer of \(expected) numbers, got \(found); "
          + "make it as long as the parameters."
      case .featureCountMismatch(let expected, let found):
        "Expected examples of \(expected) features, got \(found); make the model for this dataset."
      case .classCountMismatch(let expected, let found):
        "Expected a dataset of \(expected) classes, got \(found); make the model for this dataset."
      case .emptyBatch:
        "Expected a batch of at least one example, got none; leave out empty batches."
      case .nonFiniteOutput(let example):
        "Expected finite outputs, but those for example \(example) overflow; scale the features down, or use "
          + "a model that has not diverged."
      case .exampleOutOfRange(let count, let found):
        "Expected example indices from 0 to \(max(1, count) - 1), got \(found); index into this dataset."
      }
    }
  }
}

/// Multinomial logistic regression: logits linear in the features.
///
/// The layers are "weights", of shape `[classCount, featureCount]`, and "bias", of shape
/// `[classCount]`. The loss is convex, so training starts from zeros.
public struct SoftmaxRegression: Classifier, Hashable {
  private let network: FeedForwardNetwork

  /// A model for examples of `featureCount` features and `classCount` classes.
  ///
  /// - Throws: ``FLMathError`` if there is no feature, are fewer than two classes, or the
  ///   weights are too many.
  public init(featureCount: Int, classCount: Int) throws(FLMathError) {
    network = try FeedForwardNetwork(
      featureCount: featureCount, hiddenWidths: [], classCount: classCount, prefixes: [""])
  }

  /// The layers "weights" and "bias".
  public var layout: ParameterLayout { network.layout }

  /// The number of features of an example.
  public var featureCount: Int { network.featureCount }

  /// The number of classes.
  public var classCount: Int { network.classCount }

  /// Zeros. The generator is not used.
  public func initialParameters(
    using generator: inout some RandomNumberGenerator
  ) -> ParameterVector {
    .zeros(layout)
  }

  /// Memory for training.
  public func makeWorkspace() -> FeedForwardWorkspace {
    FeedForwardWorkspace(network.layers)
  }

  /// The mean loss over a batch and its gradient.
  public func lossAndGradient(
    parameters: [Double],
    on dataset: Dataset,
    batch: ArraySlice<Int>,
    gradient: inout [Double],
    workspace: inout FeedForwardWorkspace
  ) throws(FLMathError) -> Double {
    try network.lossAndGradient(
      parameters: parameters, on: dataset, batch: batch, gradient: &gradient,
      workspace: &workspace)
  }

  /// The logits of all examples.
  public func logits(
    _ parameters: ParameterVector, on dataset: Dataset
  ) throws(FLMathError) -> [Double] {
    try network.logits(parameters, on: dataset)
  }
}

/// A network of fully connected layers with rectified linear units (ReLU) in the hidden ones.
///
/// The layers are "hidden1.weights", "hidden1.bias" and so on, then "output.weights" and
/// "output.bias"; weights have the shape `[outputs, inputs]`.
public struct MultilayerPerceptron: Classifier, Hashable {
  /// The number of units of every hidden layer, first to last.
  public let hiddenWidths: [Int]

  private let network: FeedForwardNetwork

  /// A model for examples of `featureCount` features and `classCount` classes.
  ///
  /// - Parameters:
  ///   - featureCount: at least 1.
  ///   - hiddenWidths: the number of units of every hidden layer, each at least 1.
  ///   - classCount: at least 2.
  /// - Throws: ``FLMathError`` if this does not hold or the weights are too many.
  public init(
    featureCount: Int, hiddenWidths: [Int], classCount: Int
  ) throws(FLMathError) {
    self.hiddenWidths = hiddenWidths
    network = try FeedForwardNetwork(
      featureCount: featureCount, hiddenWidths: hiddenWidths, classCount: classCount,
      prefixes: hiddenWidths.indices.map { "hidden\($0 + 1)." } + ["output."])
  }

  /// The layers from the first hidden one to the output.
  public var layout: ParameterLayout { network.layout }

  /// The number of features of an example.
  public var featureCount: Int { network.featureCount }

  /// The number of classes.
  public var classCount: Int { network.classCount }

  /// Normally distributed weights of variance `2 / inputs` (He et al. 2015) and biases of 0.
  public func initialParameters(
    using generator: inout some RandomNumberGenerator
  ) -> ParameterVector {
    network.heNormalParameters(using: &generator)
  }

  /// Memory for training.
  public func makeWorkspace() -> FeedForwardWorkspace {
    FeedForwardWorkspace(network.layers)
  }

  /// The mean loss over a batch and its gradient.
  public func lossAndGradient(
    parameters: [Double],
    on dataset: Dataset,
    batch: ArraySlice<Int>,
    gradient: inout [Double],
    workspace: inout FeedForwardWorkspace
  ) throws(FLMathError) -> Double {
    try network.lossAndGradient(
      parameters: parameters, on: dataset, batch: batch, gradient: &gradient,
      workspace: &workspace)
  }

  /// The logits of all examples.
  public func logits(
    _ parameters: ParameterVector, on dataset: Dataset
  ) throws(FLMathError) -> [Double] {
    try network.logits(parameters, on: dataset)
  }
}
