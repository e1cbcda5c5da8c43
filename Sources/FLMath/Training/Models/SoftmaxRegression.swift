/// Multinomial logistic regression: logits linear in the features.
///
/// The layers are "weights", of shape `[classCount, featureCount]`, and "bias", of shape
/// `[classCount]`. The loss is convex, so training starts from zeros.
public struct SoftmaxRegression: Classifier, Hashable {
  private let network: FeedForwardNetwork

  /// A model for examples of `featureCount` features and `classCount` classes.
  ///
  /// - Throws: ``ClassifierError`` if there is no feature, are fewer than two classes, or the
  ///   weights are too many.
  public init(featureCount: Int, classCount: Int) throws(ClassifierError) {
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
