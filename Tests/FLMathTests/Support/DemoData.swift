import FLMath
import Foundation

/// The public tables that the demo ships, split as it splits them.
enum DemoData {
  static func digits() throws -> (training: Dataset, test: Dataset) {
    let all = try CommaSeparatedValues.parse(
      text("digits.csv"), classes: .numbered(10)
    ).dataset
    return try split(all.scaled(by: 1.0 / 16), "digits_test_indices.txt")
  }

  static func breastCancer() throws -> (training: Dataset, test: Dataset) {
    let all = try CommaSeparatedValues.parse(
      text("breast_cancer.csv"), header: .present, classes: .numbered(2)
    ).dataset
    return try split(all, "breast_cancer_test_indices.txt")
  }

  static func text(_ name: String) throws -> String {
    let package = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = package.appending(path: "Sources/Experiments/Resources/\(name)")
    return try String(contentsOf: file, encoding: .utf8)
  }

  private static func split(
    _ dataset: Dataset, _ testIndices: String
  ) throws -> (training: Dataset, test: Dataset) {
    let test = try text(testIndices).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    let held = Set(test)
    let training = (0..<dataset.count).filter { !held.contains($0) }
    return (try dataset.subset(training), try dataset.subset(test))
  }
}
