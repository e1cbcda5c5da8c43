package import FLMath
import Foundation

/// One of the two data sets that come with the demo, split into training and test rows.
package struct DemoData: Sendable {
  package let training: Dataset
  let test: Dataset

  /// Which data set.
  package enum Name: String, CaseIterable, Sendable {
    case digits
    case breastCancer = "breast-cancer"
  }

  /// Reads a data set from the program's resources.
  ///
  /// Digits are scaled to 0...1. The breast-cancer features, whose units differ by orders of
  /// magnitude, are standardised by the mean and deviation of the training rows.
  package init(_ name: Name) throws {
    switch name {
    case .digits:
      let table = try CommaSeparatedValues.parse(
        Self.resource("digits.csv"), header: .absent, classes: .numbered(10)
      ).dataset.scaled(by: 1 / 16)
      (training, test) = try Self.split(table, testRows: "digits_test_indices.txt")
    case .breastCancer:
      let table = try CommaSeparatedValues.parse(
        Self.resource("breast_cancer.csv"), header: .present, classes: .numbered(2)
      ).dataset
      let (training, test) = try Self.split(table, testRows: "breast_cancer_test_indices.txt")
      let scaling = try FeatureScaling(fittedTo: training)
      self.training = try scaling.applied(to: training)
      self.test = try scaling.applied(to: test)
    }
  }

  /// The names of the breast-cancer features, in the order of the columns.
  package static func breastCancerFeatures() throws -> [String] {
    let header = try resource("breast_cancer.csv").prefix { !$0.isNewline }
    return header.split(separator: ",").dropLast()
      .map { $0.replacingOccurrences(of: "_", with: " ") }
  }

  private static func split(
    _ table: Dataset, testRows name: String
  ) throws -> (training: Dataset, test: Dataset) {
    let rows = try resource(name).split(whereSeparator: \.isWhitespace).map { text in
      guard let row = Int(text) else { throw MissingResource(name: name) }
      return row
    }
    let held = Set(rows)
    let rest = (0..<table.count).filter { !held.contains($0) }
    return (try table.subset(rest), try table.subset(rows))
  }

  private static func resource(_ name: String) throws -> String {
    guard
      let url = Bundle.module.url(
        forResource: name, withExtension: nil, subdirectory: "Resources")
    else { throw MissingResource(name: name) }
    return try String(contentsOf: url, encoding: .utf8)
  }

  /// A file that belongs to the program is not where it was installed, or damaged.
  package struct MissingResource: Error, CustomStringConvertible {
    let name: String
    package var description: String {
      "the demo's file \(name) is missing or damaged; build the demo again"
    }
  }
}
