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
