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
  /// - Throws: ``ClassifierError`` if this does not hold or the weights are too many.
  public init(
    featureCount: Int, hiddenWidths: [Int], classCount: Int
  ) throws(ClassifierError) {
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
  ) throws(ClassifierError) -> Double {
    try network.lossAndGradient(
      parameters: parameters, on: dataset, batch: batch, gradient: &gradient,
      workspace: &workspace)
  }

  /// The logits of all examples.
  public func logits(
    _ parameters: ParameterVector, on dataset: Dataset
  ) throws(ClassifierError) -> [Double] {
    try network.logits(parameters, on: dataset)
  }
}
