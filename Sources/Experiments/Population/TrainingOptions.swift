package import FLMath
package import SecAgg

/// How the training rows are dealt out, as written on the command line.
package struct PartitionOption: Sendable {
  package let partition: Partition
  package let text: String

  /// Independent and identically distributed.
  package static let iid = PartitionOption(partition: .iid, text: "iid")

  /// A strong skew: Dirichlet with a concentration of 0.1.
  package static let dirichlet = PartitionOption(
    partition: .dirichlet(alpha: 0.1, minimumExamples: 1), text: "dirichlet:0.1")

  private init(partition: Partition, text: String) {
    self.partition = partition
    self.text = text
  }

  /// `iid`, `dirichlet` or `dirichlet:ALPHA`, `by-label` or `by-label:SHARDS`.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.dropFirst().first) {
    case ("iid", nil):
      partition = .iid
    case ("dirichlet", let alpha):
      guard let alpha = Double(alpha ?? "0.1"), alpha > 0, alpha.isFinite else { return nil }
      partition = .dirichlet(alpha: alpha, minimumExamples: 1)
    case ("by-label", let shards):
      guard let shards = Int(shards ?? "2"), shards >= 1 else { return nil }
      partition = .labelShards(perClient: shards)
    default:
      return nil
    }
    self.text = text
  }
}

extension PartitionOption: Encodable {
  /// As it is written on the command line.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// Which model is trained.
package enum ModelOption: String, CaseIterable {
  case softmax
  case mlp

  /// The model for a data set; the MLP has one hidden layer of 64.
  package func classifier(for data: Dataset) throws -> any Classifier {
    switch self {
    case .softmax:
      try SoftmaxRegression(featureCount: data.featureCount, classCount: data.classCount)
    case .mlp:
      try MultilayerPerceptron(
        featureCount: data.featureCount, hiddenWidths: [64], classCount: data.classCount)
    }
  }
}

/// The threat models by their names in options and records.
package enum ThreatModelOption: String, CaseIterable, Sendable {
  case semiHonest = "semi-honest"
  case malicious

  init(_ threatModel: ThreatModel) {
    self =
      switch threatModel {
      case .semiHonest: .semiHonest
      case .malicious: .malicious
      }
  }

  package var threatModel: ThreatModel {
    switch self {
    case .semiHonest: .semiHonest
    case .malicious: .malicious
    }
  }
}

/// The graphs of neighbours by their names in options and records.
package enum GraphKind: String, CaseIterable, Sendable {
  case complete
  case sparse
}
