internal import RealModule

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
  ) throws(FLMathError) {
    guard featureCount >= 1 else { throw .classifier(.invalidFeatureCount(featureCount)) }
    guard classCount >= 2 else { throw .classifier(.invalidClassCount(classCount)) }
    if let layer = hiddenWidths.firstIndex(where: { $0 < 1 }) {
      throw .classifier(.invalidHiddenWidth(layer: layer, found: hiddenWidths[layer]))
    }
    let widths = [featureCount] + hiddenWidths + [classCount]
    var shapes: [ParameterLayout.Layer] = []
    for (layer, prefix) in prefixes.enumerated() {
      let (inputs, outputs) = (widths[layer], widths[layer + 1])
      shapes.append(.init(name: prefix + "weights", shape: [outputs, inputs]))
      shapes.append(.init(name: prefix + "bias", shape: [outputs]))
    }
    layout = try ParameterLayout(shapes)
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
  ) throws(FLMathError) -> Double {
    guard parameters.count == layout.count else {
      throw .classifier(.parameterCountMismatch(expected: layout.count, found: parameters.count))
    }
    guard gradient.count == layout.count else {
      throw .classifier(.gradientCountMismatch(expected: layout.count, found: gradient.count))
    }
    try requireFit(dataset)
    guard !batch.isEmpty else { throw .classifier(.emptyBatch) }
    if !workspace.fits(layers) { workspace = FeedForwardWorkspace(layers) }

    for index in gradient.indices {
      gradient[index] = 0
    }
    let share = 1 / Double(batch.count)
    var loss = 0.0
    for example in batch {
      guard example >= 0, example < dataset.count else {
        throw .classifier(.exampleOutOfRange(count: dataset.count, found: example))
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
  ) throws(FLMathError) -> [Double] {
    guard parameters.layout == layout else {
      throw .classifier(.layoutMismatch(expected: layout, found: parameters.layout))
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
      throw .classifier(.nonFiniteOutput(example: index / classCount))
    }
    return logits
  }

  private func requireFit(_ dataset: Dataset) throws(FLMathError) {
    guard dataset.featureCount == featureCount else {
      throw .classifier(.featureCountMismatch(expected: featureCount, found: dataset.featureCount))
    }
    guard dataset.classCount == classCount else {
      throw .classifier(.classCountMismatch(expected: classCount, found: dataset.classCount))
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

/// One fully connected layer, `output = weights * input + bias`: where its parameters lie and what
/// is computed with them.
///
/// The weights are a row-major matrix with one row per output. Every loop runs along rows, that is
/// along contiguous memory.
struct DenseLayer: Sendable, Hashable {
  let inputCount: Int
  let outputCount: Int

  /// Where the weights lie in the parameters and in the gradient.
  let weights: Range<Int>

  /// Where the bias lies in the parameters and in the gradient.
  let bias: Range<Int>

  /// Computes `output` from `input`.
  func forward(
    parameters: Span<Double>, input: Span<Double>, output: inout MutableSpan<Double>
  ) {
    for row in 0..<outputCount {
      output[row] =
        parameters[bias.lowerBound &+ row] + dot(parameters.extracting(weightRow(row)), input)
    }
  }

  /// Adds to `gradient` what one example contributes.
  ///
  /// - Parameter outputGradient: the derivatives of the loss by the outputs of this layer.
  func accumulateGradient(
    input: Span<Double>, outputGradient: Span<Double>, into gradient: inout MutableSpan<Double>
  ) {
    for row in 0..<outputCount {
      let derivative = outputGradient[row]
      // A unit that is off has no part in the loss: about half of all rows can be passed over.
      if derivative == 0 { continue }
      gradient[bias.lowerBound &+ row] += derivative
      add(derivative, times: input, to: &gradient, at: weightRow(row))
    }
  }

  /// Computes the derivatives of the loss by the inputs of this layer from those by its outputs.
  func inputGradient(
    parameters: Span<Double>, outputGradient: Span<Double>,
    into inputGradient: inout MutableSpan<Double>
  ) {
    for index in 0..<inputCount {
      inputGradient[index] = 0
    }
    for row in 0..<outputCount {
      let derivative = outputGradient[row]
      if derivative == 0 { continue }
      add(
        derivative, times: parameters.extracting(weightRow(row)),
        to: &inputGradient, at: 0..<inputCount)
    }
  }

  /// Where the weights of one output lie.
  private func weightRow(_ row: Int) -> Range<Int> {
    let start = weights.lowerBound &+ row &* inputCount
    return start..<(start &+ inputCount)
  }

  /// The inner product of two vectors of `inputCount` numbers.
  private func dot(_ left: Span<Double>, _ right: Span<Double>) -> Double {
    let count = inputCount
    precondition(left.count >= count && right.count >= count)
    // Independent partial sums: additions need not wait for each other.
    var first = 0.0
    var second = 0.0
    var third = 0.0
    var fourth = 0.0
    var index = 0
    while index &+ 4 <= count {
      first += left[index] * right[index]
      second += left[index &+ 1] * right[index &+ 1]
      third += left[index &+ 2] * right[index &+ 2]
      fourth += left[index &+ 3] * right[index &+ 3]
      index &+= 4
    }
    while index < count {
      first += left[index] * right[index]
      index &+= 1
    }
    return (first + second) + (third + fourth)
  }

  /// Adds a multiple of `source` to `inputCount` numbers of `target`.
  private func add(
    _ factor: Double, times source: Span<Double>,
    to target: inout MutableSpan<Double>, at range: Range<Int>
  ) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= target.count && source.count >= range.count)
    let start = range.lowerBound
    for index in 0..<range.count {
      target[start &+ index] += factor * source[index]
    }
  }
}

/// The softmax function and its normaliser.
enum Softmax {
  /// `log(sum of exp(logit))` of the logits in `range`, which are replaced by their softmax.
  ///
  /// The largest logit is subtracted first, so that no exponential overflows and at least one is 1.
  ///
  /// - Parameter range: not empty and within `logits`.
  static func logSumExp(_ logits: inout [Double], _ range: Range<Int>) -> Double {
    var largest = logits[range.lowerBound]
    for index in range where logits[index] > largest {
      largest = logits[index]
    }
    var sum = 0.0
    for index in range {
      let exponential = Double.exp(logits[index] - largest)
      logits[index] = exponential
      sum += exponential
    }
    for index in range {
      logits[index] /= sum
    }
    return largest + Double.log(sum)
  }
}

/// The memory that a feed-forward network works in: the outputs of every layer for one example, and
/// the derivatives of the loss by them.
public struct FeedForwardWorkspace: Sendable {
  /// The outputs of every layer, rectified but for the last, which are the logits.
  var outputs: [[Double]]

  /// The derivatives of the loss by the outputs of every layer.
  var outputGradients: [[Double]]

  init(_ layers: [DenseLayer]) {
    outputs = layers.map { [Double](repeating: 0, count: $0.outputCount) }
    outputGradients = outputs
  }

  /// Whether this memory was made for a network of such layers.
  func fits(_ layers: [DenseLayer]) -> Bool {
    guard outputs.count == layers.count else { return false }
    for layer in layers.indices where outputs[layer].count != layers[layer].outputCount {
      return false
    }
    return true
  }

  /// Sets negative outputs of a layer to 0.
  mutating func rectify(_ layer: Int) {
    for index in outputs[layer].indices {
      let output = outputs[layer][index]
      outputs[layer][index] = output > 0 ? output : 0
    }
  }

  /// Sets the derivatives by those outputs of a layer to 0 that rectification has cut off.
  mutating func maskRectified(_ layer: Int) {
    for index in outputs[layer].indices where outputs[layer][index] <= 0 {
      outputGradients[layer][index] = 0
    }
  }

  /// The cross-entropy of the logits, and its derivatives by them: softmax less one at the label.
  ///
  /// - Parameter share: what the example's loss is multiplied by, in the derivatives only.
  mutating func startBackward(label: Int, share: Double) -> Double {
    let last = outputs.count - 1
    let classes = outputs[last].indices
    for index in classes {
      outputGradients[last][index] = outputs[last][index]
    }
    let loss = Softmax.logSumExp(&outputGradients[last], classes) - outputs[last][label]
    outputGradients[last][label] -= 1
    for index in classes {
      outputGradients[last][index] *= share
    }
    return loss
  }
}
