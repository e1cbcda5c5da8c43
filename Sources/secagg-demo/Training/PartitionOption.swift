import ArgumentParser
import FLMath

/// How the training rows are dealt out, as written on the command line.
struct PartitionOption: ExpressibleByArgument {
  let partition: Partition
  let text: String

  /// Independent and identically distributed.
  static let iid = PartitionOption(partition: .iid, text: "iid")

  /// A strong skew: Dirichlet with a concentration of 0.1.
  static let dirichlet = PartitionOption(
    partition: .dirichlet(alpha: 0.1, minimumExamples: 1), text: "dirichlet:0.1")

  private init(partition: Partition, text: String) {
    self.partition = partition
    self.text = text
  }

  /// `iid`, `dirichlet` or `dirichlet:ALPHA`, `by-label` or `by-label:SHARDS`.
  init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
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
    text = argument
  }

  var defaultValueDescription: String { text }

  /// What an error names.
  static var allValueStrings: [String] { ["iid", "dirichlet[:ALPHA]", "by-label[:SHARDS]"] }
}

extension PartitionOption: Encodable {
  /// As it is written on the command line.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
