import Foundation
import Testing

@testable import FLMath

@Suite("Shapley values against references")
struct ShapleyReferenceTests {
  private static let tolerance = 1e-12

  /// The standardised breast-cancer data in the order of the file.
  private struct Table {
    let reference: RobustnessReference
    let all: Dataset
    let training: Dataset

    init() throws {
      reference = try RobustnessReference(file: "shap_breast_cancer.json")
      let raw = try CommaSeparatedValues.parse(
        DemoData.text("breast_cancer.csv"), header: .present, classes: .numbered(2)
      ).dataset
      let scaling = try FeatureScaling(fittedTo: DemoData.breastCancer().training)
      all = try scaling.applied(to: raw)
      training = try scaling.applied(to: DemoData.breastCancer().training)
    }

    func row(_ index: Int, of dataset: Dataset) -> [Double] {
      Array(dataset.features[index * dataset.featureCount..<(index + 1) * dataset.featureCount])
    }
  }

  @Test("Linear SHAP of logistic regression")
  func linear() throws {
    let table = try Table()
    let regression = try table.reference["logreg"]
    let linear = try table.reference["linear"]
    let explainer = try LinearExplainer(
      weights: regression["coef"].doubles, intercept: regression["intercept"].double,
      backgroundMeans: linear["background_mean"].doubles)
    #expect(abs(explainer.baseValue - (try linear["expected_value"].double)) <= Self.tolerance)
    let rows = try linear["rows"].ints
    for (position, row) in rows.enumerated() {
      let values = try explainer.explain(table.row(row, of: table.all))
      let expected = try linear["shap"].matrix[position]
      #expect(largestDifference(values.contributions, expected) <= Self.tolerance)
      #expect(abs(values.output - (try linear["output"].doubles[position])) <= Self.tolerance)
    }
  }

  @Test("Federated importance equals the central one, whoever holds the examples")
  func federated() throws {
    let table = try Table()
    let federated = try table.reference["federated_importance"]
    // The reference takes the origin, the means of the standardised training data, as background.
    let explainer = try LinearExplainer(
      weights: table.reference["logreg"]["coef"].doubles,
      intercept: table.reference["logreg"]["intercept"].double,
      backgroundMeans: [Double](repeating: 0, count: 30))
    let parts = try federated["client_rows"].items.enumerated().map { client, rows in
      let explanations = try rows.ints.map { try explainer.explain(table.row($0, of: table.all)) }
      return (
        contributor: UInt32(client), update: try FeatureImportance.contribution(of: explanations)
      )
    }
    #expect(parts.count == 5)
    let importance = FeatureImportance(try WeightedMean.of(parts))
    let expected = try federated["global_mean_abs"].doubles
    #expect(largestDifference(importance.meanMagnitudes, expected) <= Self.tolerance)
    #expect(importance.ranking == (try federated["ranking"].ints))
    #expect(importance.examples == 455)
  }

  /// The logistic regression on eight features whose output is a probability.
  private func logistic(_ section: RobustnessReference) throws -> ([Double]) -> [Double] {
    let (weights, intercept) = (try section["coef"].doubles, try section["intercept"].double)
    return { rows in
      stride(from: 0, to: rows.count, by: weights.count).map { start in
        let logit = weights.indices.reduce(intercept) { $0 + weights[$1] * rows[start + $1] }
        return 1 / (1 + exp(-logit))
      }
    }
  }

  @Test("KernelSHAP with all coalitions is exact")
  func kernelExact() throws {
    let section = try RobustnessReference(file: "shap_breast_cancer.json")["exact8"]
    let explainer = try KernelExplainer(
      background: section["background"].matrix.flatMap { $0 }, featureCount: 8)
    let model = try logistic(section)
    var generator = SimulationGenerator(seed: 1)
    for (position, query) in try section["queries"].matrix.enumerated() {
      let values = try explainer.explain(
        query, coalitions: 254, using: &generator, output: model)
      #expect(abs(values.baseValue - (try section["base_value"].double)) <= Self.tolerance)
      #expect(abs(values.output - (try section["output"].doubles[position])) <= Self.tolerance)
      for key in ["shap_exact", "shap_library_exact", "shap_kernel_256"] {
        let expected = try section[key].matrix[position]
        #expect(largestDifference(values.contributions, expected) <= Self.tolerance, "\(key)")
      }
    }
  }

  @Test("KernelSHAP of a classifier: softmax regression with two classes is the same model")
  func kernelOfClassifier() throws {
    let section = try RobustnessReference(file: "shap_breast_cancer.json")["exact8"]
    let explainer = try KernelExplainer(
      background: section["background"].matrix.flatMap { $0 }, featureCount: 8)
    let model = try SoftmaxRegression(featureCount: 8, classCount: 2)
    let parameters = try ParameterVector(
      layout: model.layout,
      values: [Double](repeating: 0, count: 8) + section["coef"].doubles
        + [0, section["intercept"].double])
    var generator = SimulationGenerator(seed: 1)
    for (position, query) in try section["queries"].matrix.enumerated() {
      let values = try explainer.explain(
        query, probabilityOf: 1, by: model, with: parameters, coalitions: 254, using: &generator)
      let expected = try section["shap_exact"].matrix[position]
      #expect(largestDifference(values.contributions, expected) <= Self.tolerance)
    }
    let query = try section["queries"].matrix[0]
    #expect(throws: FLMathError.explanation(.noSuchClass(count: 2, found: 2))) {
      try explainer.explain(
        query, probabilityOf: 2, by: model, with: parameters, coalitions: 254, using: &generator)
    }
    let other = try SoftmaxRegression(featureCount: 9, classCount: 2)
    #expect(throws: FLMathError.self) {
      try explainer.explain(
        query, probabilityOf: 1, by: other, with: parameters, coalitions: 254, using: &generator)
    }
  }

  @Test(
    "KernelSHAP with a quarter of the coalitions errs no more than the library's, and less with more"
  )
  func kernelSampled() throws {
    let section = try RobustnessReference(file: "shap_breast_cancer.json")["exact8"]
    let explainer = try KernelExplainer(
      background: section["background"].matrix.flatMap { $0 }, featureCount: 8)
    let model = try logistic(section)
    let allowed = try section["max_err_kernel64"].double
    let exact = try section["shap_exact"].matrix
    func largestError(_ coalitions: Int, seed: UInt64) throws -> Double {
      var generator = SimulationGenerator(seed: seed)
      var largest = 0.0
      for (position, query) in try section["queries"].matrix.enumerated() {
        let values = try explainer.explain(
          query, coalitions: coalitions, using: &generator, output: model)
        #expect(abs(values.output - (try section["output"].doubles[position])) <= Self.tolerance)
        largest = max(largest, largestDifference(values.contributions, exact[position]))
      }
      return largest
    }
    var (few, many) = (0.0, 0.0)
    for seed in 1...10 as ClosedRange<UInt64> {
      let error = try largestError(64, seed: seed)
      #expect(error <= allowed, "seed \(seed): \(error)")
      few += error
      many += try largestError(220, seed: seed)
    }
    #expect(many < few)
  }
}
