import FLMath
import Testing

@Suite("Gradients")
struct GradientTests {
  /// Compares the gradient with central differences of the loss, which is computed on its own path.
  ///
  /// With a step h the difference is off by O(h^2) + O(epsilon / h), about 1e-10 for h = 1e-5; the
  /// bar is 1e-7. The seeds are fixed, so a rectified unit exactly at its kink does not occur.
  private func check(_ model: some Classifier, seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let count = 7
    let dataset = try Dataset(
      features: (0..<(count * model.featureCount)).map { _ in
        Double.random(in: -1...1, using: &generator)
      },
      featureCount: model.featureCount,
      labels: (0..<count).map { _ in Int.random(in: 0..<model.classCount, using: &generator) },
      classCount: model.classCount)
    let values = (0..<model.layout.count).map { _ in Double.random(in: -1...1, using: &generator) }
    let batch = [3, 0, 5, 3]
    let examples = try dataset.subset(batch)

    var gradient = [Double](repeating: .nan, count: model.layout.count)
    var workspace = model.makeWorkspace()
    let loss = try model.lossAndGradient(
      parameters: values, on: dataset, batch: batch[...], gradient: &gradient,
      workspace: &workspace)

    func lossAt(_ values: [Double]) throws -> Double {
      try model.loss(ParameterVector(layout: model.layout, values: values), on: examples)
    }
    #expect(abs(try lossAt(values) - loss) < 1e-12, "seed \(seed)")
    let step = 1e-5
    for index in values.indices {
      var (above, below) = (values, values)
      above[index] += step
      below[index] -= step
      let difference = try (lossAt(above) - lossAt(below)) / (2 * step)
      #expect(abs(difference - gradient[index]) < 1e-7, "seed \(seed), parameter \(index)")
    }
  }

  @Test("Softmax regression", arguments: 1...5 as ClosedRange<UInt64>)
  func softmaxRegression(seed: UInt64) throws {
    try check(SoftmaxRegression(featureCount: Int(seed), classCount: 3), seed: seed)
  }

  @Test("Multilayer perceptron", arguments: [[], [1], [5], [4, 3], [3, 6, 2]], [1, 2])
  func multilayerPerceptron(hiddenWidths: [Int], seed: UInt64) throws {
    try check(
      MultilayerPerceptron(featureCount: 6, hiddenWidths: hiddenWidths, classCount: 4),
      seed: seed)
  }

  @Test("Huge logits give a finite loss")
  func stable() throws {
    let model = try SoftmaxRegression(featureCount: 1, classCount: 2)
    let parameters = try ParameterVector(layout: model.layout, values: [1e4, -1e4, 0, 0])
    let dataset = try Dataset(features: [1, 1], featureCount: 1, labels: [0, 1], classCount: 2)
    #expect(try model.loss(parameters, on: dataset.subset([0])) == 0)
    #expect(try model.loss(parameters, on: dataset.subset([1])) == 2e4)
  }

  @Test("Untrained softmax regression has a loss of log(classes)")
  func untrained() throws {
    let model = try SoftmaxRegression(featureCount: 1, classCount: 2)
    let dataset = try Dataset(features: [1, -5], featureCount: 1, labels: [0, 1], classCount: 2)
    #expect(abs(try model.loss(.zeros(model.layout), on: dataset) - 0.693147180559945) < 1e-14)
    #expect(try model.predict(.zeros(model.layout), on: dataset) == [0, 0])
    #expect(try model.accuracy(.zeros(model.layout), on: dataset) == 0.5)
  }
}
