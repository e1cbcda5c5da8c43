/// Fully connected layers one after the other, rectified between each two (ReLU), the outputs of
/// the last being logits: the computation behind all classifiers here.
struct FeedForwardNetwork: Sendable, Hashable {
  let layout: ParameterLayout
  let layers: [DenseLayer]
  let featureCount: Int
  let classCount: Int

  /// Connects `featureCount` inputs through the hidden layers to `classCount` outputs.
  ///
  /// - Parameter prefixes: what the names of each layer's "weights" and "bias" begin with, one
  ///   more than there are hidden layers.
  init(
    featureCount: Int, hiddenWidths: [Int], classCount: Int, prefixes: [String]
  ) throws(ClassifierError) {
    guard featureCount >= 1 else { throw .invalidFeatureCount(featureCount) }
    guard classCount >= 2 else { throw .invalidClassCount(classCount) }
    if let layer = hiddenWidths.firstIndex(where: { $0 < 1 }) {
      throw .invalidHiddenWidth(layer: layer, found: hiddenWidths[layer])
    }
    let widths = [featureCount] + hiddenWidths + [classCount]
    var shapes: [ParameterLayout.Layer] = []
    for (layer, prefix) in prefixes.enumerated() {
      let (inputs, outputs) = (widths[layer], widths[layer + 1])
      shapes.append(.init(name: prefix + "weights", shape: [outputs, inputs]))
      shapes.append(.init(name: prefix + "bias", shape: [outputs]))
    }
    do {
      layout = try ParameterLayout(shapes)
    } catch {
      throw .invalidLayout(error)
    }
    // The layout has checked that no size and no sum of sizes overflows.
    var layers: [DenseLayer] = []
    var offset = 0
    for layer in prefixes.indices {
      let (inputs, outputs) = (widths[layer], widths[layer + 1])
      let weights = offset..<(offset + inputs * outputs)
      let bias = weights.upperBound..<(weights.upperBound + outputs)
      layers.append(
        DenseLayer(inputCount: inputs, outputCount: outputs, weights: weights, bias: bias))
      offset = bias.upperBound
    }
    self.layers = layers
    self.featureCount = featureCount
    self.classCount = classCount
  }

  /// Weights of the normal distribution with variance `2 / inputs`, so that rectified layers keep
  /// the size of signals (He et al. 2015, "Delving Deep into Rectifiers", section 2.2); biases 0.
  func heNormalParameters(
    using generator: inout some RandomNumberGenerator
  ) -> ParameterVector {
    var values = [Double](repeating: 0, count: layout.count)
    for layer in layers {
      let deviation = (2 / Double(layer.inputCount)).squareRoot()
      for index in layer.weights {
        values[index] = deviation * generator.standardNormal()
      }
    }
    return ParameterVector(layout: layout, trusted: values)
  }

  /// See ``Classifier/lossAndGradient(parameters:on:batch:gradient:workspace:)``.
  func lossAndGradient(
    parameters: [Double],
    on dataset: Dataset,
    batch: ArraySlice<Int>,
    gradient: inout [Double],
    workspace: inout FeedForwardWorkspace
  ) throws(ClassifierError) -> Double {
    guard parameters.count == layout.count else {
      throw .parameterCountMismatch(expected: layout.count, found: parameters.count)
    }
    guard gradient.count == layout.count else {
      throw .gradientCountMismatch(expected: layout.count, found: gradient.count)
    }
    try requireFit(dataset)
    guard !batch.isEmpty else { throw .emptyBatch }
    if !workspace.fits(layers) { workspace = FeedForwardWorkspace(layers) }

    for index in gradient.indices {
      gradient[index] = 0
    }
    let share = 1 / Double(batch.count)
    var loss = 0.0
    for example in batch {
      guard example >= 0, example < dataset.count else {
        throw .exampleOutOfRange(count: dataset.count, found: example)
      }
      forward(parameters.span, dataset, example, &workspace)
      loss += workspace.startBackward(label: dataset.labels[example], share: share)
      backward(parameters.span, dataset, example, &gradient, &workspace)
    }
    return loss * share
  }

  /// See ``Classifier/logits(_:on:)``.
  func logits(
    _ parameters: ParameterVector, on dataset: Dataset
  ) throws(ClassifierError) -> [Double] {
    guard parameters.layout == layout else {
      throw .layoutMismatch(expected: layout, found: parameters.layout)
    }
    try requireFit(dataset)
    var workspace = FeedForwardWorkspace(layers)
    var logits: [Double] = []
    logits.reserveCapacity(dataset.count * classCount)
    for example in 0..<dataset.count {
      forward(parameters.values.span, dataset, example, &workspace)
      logits.append(contentsOf: workspace.outputs[layers.count - 1])
    }
    if let index = logits.firstNonFiniteIndex {
      throw .nonFiniteOutput(example: index / classCount)
    }
    return logits
  }

  private func requireFit(_ dataset: Dataset) throws(ClassifierError) {
    guard dataset.featureCount == featureCount else {
      throw .featureCountMismatch(expected: featureCount, found: dataset.featureCount)
    }
    guard dataset.classCount == classCount else {
      throw .classCountMismatch(expected: classCount, found: dataset.classCount)
    }
  }

  /// Where the features of an example lie in the dataset.
  private func featureRange(_ example: Int) -> Range<Int> {
    (example * featureCount)..<((example + 1) * featureCount)
  }

  /// Computes the outputs of all layers.
  private func forward(
    _ parameters: Span<Double>, _ dataset: Dataset, _ example: Int,
    _ workspace: inout FeedForwardWorkspace
  ) {
    let features = dataset.features
    var output = workspace.outputs[0].mutableSpan
    layers[0].forward(
      parameters: parameters, input: features.span.extracting(featureRange(example)),
      output: &output)
    for layer in 1..<layers.count {
      workspace.rectify(layer - 1)
      // Taking hold of the input lets the next output be written in place: they are separate
      // arrays, and neither is copied.
      let input = workspace.outputs[layer - 1]
      var output = workspace.outputs[layer].mutableSpan
      layers[layer].forward(parameters: parameters, input: input.span, output: &output)
    }
  }

  /// Adds one example's gradient, from the derivatives by the logits back to the first layer.
  private func backward(
    _ parameters: Span<Double>, _ dataset: Dataset, _ example: Int,
    _ gradient: inout [Double], _ workspace: inout FeedForwardWorkspace
  ) {
    var gradient = gradient.mutableSpan
    for layer in stride(from: layers.count - 1, to: 0, by: -1) {
      let outputGradient = workspace.outputGradients[layer]
      let input = workspace.outputs[layer - 1]
      layers[layer].accumulateGradient(
        input: input.span, outputGradient: outputGradient.span,
        into: &gradient)
      var inputGradient = workspace.outputGradients[layer - 1].mutableSpan
      layers[layer].inputGradient(
        parameters: parameters, outputGradient: outputGradient.span, into: &inputGradient)
      workspace.maskRectified(layer - 1)
    }
    let features = dataset.features
    let outputGradient = workspace.outputGradients[0]
    layers[0].accumulateGradient(
      input: features.span.extracting(featureRange(example)),
      outputGradient: outputGradient.span, into: &gradient)
  }
}
