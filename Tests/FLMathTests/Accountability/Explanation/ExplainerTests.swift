import Testing

@testable import FLMath

@Suite("Explainers")
struct ExplainerTests {
  @Test(
    "KernelSHAP finds a linear model's values even from drawn coalitions",
    arguments: [2, 5, 9, 30, 70])
  func linear(featureCount: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(featureCount))
    func numbers(_ count: Int) -> [Double] {
      (0..<count).map { _ in generator.standardNormal() }
    }
    let (weights, example) = (numbers(featureCount), numbers(featureCount))
    let background = numbers(3 * featureCount)
    let means = (0..<featureCount).map { feature in
      (0..<3).reduce(0) { $0 + background[$1 * featureCount + feature] } / 3
    }
    let linear = try LinearExplainer(weights: weights, intercept: 0.5, backgroundMeans: means)
    let kernel = try KernelExplainer(background: background, featureCount: featureCount)
    let values = try kernel.explain(example, coalitions: 400, using: &generator) { rows in
      stride(from: 0, to: rows.count, by: featureCount).map { start in
        weights.indices.reduce(0.5) { $0 + weights[$1] * rows[start + $1] }
      }
    }
    let expected = try linear.explain(example).contributions
    #expect(largestDifference(values.contributions, expected) <= 1e-10)
    #expect(abs(values.baseValue - linear.baseValue) <= 1e-12)
  }

  @Test("A model of products: the parts of a coalition that is needed as a whole are equal")
  func symmetry() throws {
    let kernel = try KernelExplainer(background: [0, 0, 0], featureCount: 3)
    var generator = SimulationGenerator(seed: 1)
    let values = try kernel.explain([2, 3, 5], coalitions: 6, using: &generator) { rows in
      [rows[0] * rows[1]]
    }
    #expect(largestDifference(values.contributions, [3, 3, 0]) <= 1e-12)
  }

  @Test(
    "Coalitions weigh by size what the kernel says, taken or drawn", arguments: [60, 254, 3000])
  func coalitions(limit: Int) throws {
    var generator = SimulationGenerator(seed: 12)
    let coalitions = try WeightedCoalitions.covering(12, limit: limit, using: &generator)
    #expect(coalitions.count <= limit)
    var weights = [Double](repeating: 0, count: 13)
    for coalition in coalitions {
      weights[coalition.members.count { $0 }] += coalition.weight
    }
    for size in 1..<12 {
      let expected = 11 / Double(size * (12 - size))
      let isTaken = limit == 3000 ? size <= 4 || size >= 8 : size == 1 || size == 11
      let slack = isTaken ? 1e-12 : expected
      #expect(abs(weights[size] - expected) <= slack, "size \(size)")
    }
    if limit == 3000 {
      // 1,586 coalitions of sizes 1 to 4 and 8 to 11, then the rest of sizes 5, 6 and 7.
      let drawn = weights[5...7].reduce(0, +)
      #expect(abs(drawn - 11 * (2 / 35.0 + 1 / 36.0)) < 1e-12)
      #expect(abs(weights[6] / drawn - (1 / 36.0) / (2 / 35.0 + 1 / 36.0)) < 0.06)
    }
    #expect(Set(coalitions.map(\.members)).count == coalitions.count)
  }

  @Test("One feature has it all")
  func oneFeature() throws {
    let kernel = try KernelExplainer(background: [1, 3], featureCount: 1)
    var generator = SimulationGenerator(seed: 1)
    let values = try kernel.explain([5], coalitions: 1, using: &generator) { $0.map { $0 * $0 } }
    #expect(values.baseValue == 5)
    #expect(values.contributions == [20])
  }

  @Test("The log odds of a regression's classes")
  func softmaxRegression() throws {
    let model = try SoftmaxRegression(featureCount: 2, classCount: 3)
    let parameters = try ParameterVector(
      layout: model.layout, values: [1, 2, 3, 4, 5, 7, 0.1, 0.2, 0.4])
    let explainer = try LinearExplainer(
      model, parameters: parameters, for: 2, against: 0, backgroundMeans: [0, 0])
    #expect(explainer.weights == [4, 5])
    #expect(abs(explainer.baseValue - 0.3) < 1e-15)
    #expect(try explainer.explain([1, -1]).contributions == [4, -5])
    #expect(throws: FLMathError.explanation(.noSuchClass(count: 3, found: 3))) {
      try LinearExplainer(
        model, parameters: parameters, for: 3, against: 0, backgroundMeans: [0, 0])
    }
    #expect(throws: FLMathError.explanation(.layoutMismatch)) {
      try LinearExplainer(
        SoftmaxRegression(featureCount: 3, classCount: 3), parameters: parameters, for: 1,
        against: 0, backgroundMeans: [0, 0])
    }
  }

  @Test("Refuses what cannot be explained")
  func refusals() throws {
    var generator = SimulationGenerator(seed: 1)
    #expect(throws: FLMathError.explanation(.noFeatures)) {
      try LinearExplainer(weights: [], intercept: 0, backgroundMeans: [])
    }
    #expect(throws: FLMathError.explanation(.countMismatch(expected: 1, found: 2))) {
      try LinearExplainer(weights: [1], intercept: 0, backgroundMeans: [1, 2])
    }
    #expect(throws: FLMathError.self) {
      try LinearExplainer(weights: [1], intercept: .nan, backgroundMeans: [1])
    }
    #expect(throws: FLMathError.self) {
      try LinearExplainer(weights: [1], intercept: 0, backgroundMeans: [1]).explain([.infinity])
    }
    #expect(throws: FLMathError.explanation(.noExamples)) {
      try KernelExplainer(background: [], featureCount: 2)
    }
    #expect(throws: FLMathError.explanation(.countMismatch(expected: 4, found: 3))) {
      try KernelExplainer(background: [1, 2, 3], featureCount: 2)
    }
    let kernel = try KernelExplainer(background: [0, 0, 0], featureCount: 3)
    #expect(throws: FLMathError.explanation(.tooFewCoalitions(minimum: 4, found: 3))) {
      try kernel.explain([1, 2, 3], coalitions: 3, using: &generator) { _ in [0] }
    }
    #expect(throws: FLMathError.explanation(.countMismatch(expected: 1, found: 2))) {
      try kernel.explain([1, 2, 3], coalitions: 6, using: &generator) { _ in [0, 1] }
    }
    #expect(throws: FLMathError.self) {
      try kernel.explain([1, 2, 3], coalitions: 6, using: &generator) { _ in [.nan] }
    }
    #expect(throws: FLMathError.explanation(.noExamples)) {
      try FeatureImportance.contribution(of: [])
    }
    #expect(throws: FLMathError.explanation(.countMismatch(expected: 1, found: 2))) {
      try FeatureImportance.contribution(of: [
        ShapleyValues(baseValue: 0, contributions: [1]),
        ShapleyValues(baseValue: 0, contributions: [1, 2]),
      ])
    }
  }
}
