import ArgumentParser
import FLMath

/// Which model is trained.
enum ModelOption: String, ExpressibleByArgument, CaseIterable {
  case softmax
  case mlp

  /// The model for a data set; the MLP has one hidden layer of 64.
  func classifier(for data: Dataset) throws -> any Classifier {
    switch self {
    case .softmax:
      try SoftmaxRegression(featureCount: data.featureCount, classCount: data.classCount)
    case .mlp:
      try MultilayerPerceptron(
        featureCount: data.featureCount, hiddenWidths: [64], classCount: data.classCount)
    }
  }
}
