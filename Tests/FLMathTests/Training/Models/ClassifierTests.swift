import FLMath
import Testing

@Suite("Classifiers")
struct ClassifierTests {
  @Test("The models for digits have 650 and 4,810 parameters")
  func sizes() throws {
    let regression = try SoftmaxRegression(featureCount: 64, classCount: 10)
    #expect(
      regression.layout.layers == [
        .init(name: "weights", shape: [10, 64]), .init(name: "bias", shape: [10]),
      ])
    #expect(regression.layout.count == 650)
    let perceptron = try MultilayerPerceptron(
      featureCount: 64, hiddenWidths: [64], classCount: 10)
    #expect(
      perceptron.layout.layers == [
        .init(name: "hidden1.weights", shape: [64, 64]), .init(name: "hidden1.bias", shape: [64]),
        .init(name: "output.weights", shape: [10, 64]), .init(name: "output.bias", shape: [10]),
      ])
    #expect(perceptron.layout.count == 4810)
  }

  @Test("A perceptron's outputs are what its layers say")
  func forward() throws {
    // Two inputs, hidden (x - y, y - x) rectified, outputs: both hidden units summed, and 0.5.
    let model = try MultilayerPerceptron(featureCount: 2, hiddenWidths: [2], classCount: 2)
    let parameters = try ParameterVector(
      layout: model.layout, values: [1, -1, -1, 1, 0, 0, 1, 1, 0, 0, 0, 0.5])
    let dataset = try Dataset(
      features: [3, 1, 1, 3, 2, 2], featureCount: 2, labels: [0, 0, 1], classCount: 2)
    #expect(try model.logits(parameters, on: dataset) == [2, 0.5, 2, 0.5, 0, 0.5])
    #expect(try model.predict(parameters, on: dataset) == [0, 0, 1])
    #expect(try model.accuracy(parameters, on: dataset) == 1)
  }

  @Test("Initial weights have the variance of He et al., biases are 0")
  func initialisation() throws {
    let model = try MultilayerPerceptron(featureCount: 50, hiddenWidths: [200], classCount: 10)
    var generator = SimulationGenerator(seed: 1)
    let parameters = model.initialParameters(using: &generator)
    for (name, inputs) in [("hidden1", 50.0), ("output", 200.0)] {
      let weights = try #require(parameters.layer("\(name).weights"))
      let count = Double(weights.count)
      let variance = weights.map { $0 * $0 }.reduce(0, +) / count
      // The relative standard error of the variance is sqrt(2 / count): 5 of them.
      #expect(abs(variance * inputs / 2 - 1) < 5 * (2 / count).squareRoot())
      let bias = try #require(parameters.layer("\(name).bias"))
      #expect(bias.allSatisfy { $0 == 0 })
    }
    let regression = try SoftmaxRegression(featureCount: 3, classCount: 2)
    #expect(regression.initialParameters(using: &generator) == .zeros(regression.layout))
  }

  @Test("Refuses shapes without a model")
  func refusesShapes() {
    #expect(throws: FLMathError.classifier(.invalidFeatureCount(0))) {
      try SoftmaxRegression(featureCount: 0, classCount: 2)
    }
    #expect(throws: FLMathError.classifier(.invalidClassCount(1))) {
      try SoftmaxRegression(featureCount: 1, classCount: 1)
    }
    #expect(throws: FLMathError.classifier(.invalidHiddenWidth(layer: 1, found: 0))) {
      try MultilayerPerceptron(featureCount: 1, hiddenWidths: [2, 0], classCount: 2)
    }
    #expect(
      throws: FLMathError.parameters(
        .tooManyParameters(layer: "weights", maximum: ParameterLayout.maximumCount))
    ) {
      try SoftmaxRegression(featureCount: .max, classCount: .max)
    }
  }

  @Test("Refuses arguments of another model")
  func refusesArguments() throws {
    let model = try SoftmaxRegression(featureCount: 2, classCount: 2)
    let other = try SoftmaxRegression(featureCount: 3, classCount: 3)
    let dataset = try Dataset(features: [1, 2], featureCount: 2, labels: [0], classCount: 2)
    let wide = try Dataset(features: [1, 2, 3], featureCount: 3, labels: [0], classCount: 2)
    let manyClasses = try Dataset(features: [1, 2], featureCount: 2, labels: [0], classCount: 3)
    let zeros = ParameterVector.zeros(model.layout)

    #expect(
      throws: FLMathError.classifier(.layoutMismatch(expected: model.layout, found: other.layout))
    ) {
      try model.accuracy(.zeros(other.layout), on: dataset)
    }
    #expect(throws: FLMathError.classifier(.featureCountMismatch(expected: 2, found: 3))) {
      try model.predict(zeros, on: wide)
    }
    #expect(throws: FLMathError.classifier(.classCountMismatch(expected: 2, found: 3))) {
      try model.loss(zeros, on: manyClasses)
    }

    func gradient(parameters: Int = 6, gradient: Int = 6, batch: [Int] = [0]) throws {
      var buffer = [Double](repeating: 0, count: gradient)
      var workspace = model.makeWorkspace()
      _ = try model.lossAndGradient(
        parameters: [Double](repeating: 0, count: parameters), on: dataset, batch: batch[...],
        gradient: &buffer, workspace: &workspace)
    }
    #expect(throws: FLMathError.classifier(.parameterCountMismatch(expected: 6, found: 5))) {
      try gradient(parameters: 5)
    }
    #expect(throws: FLMathError.classifier(.gradientCountMismatch(expected: 6, found: 7))) {
      try gradient(gradient: 7)
    }
    #expect(throws: FLMathError.classifier(.emptyBatch)) { try gradient(batch: []) }
    for index in [-1, 1, Int.max] {
      #expect(throws: FLMathError.classifier(.exampleOutOfRange(count: 1, found: index))) {
        try gradient(batch: [0, index])
      }
    }
  }

  @Test("The workspace of another model is as good as one's own")
  func foreignWorkspace() throws {
    let model = try SoftmaxRegression(featureCount: 2, classCount: 2)
    let dataset = try Dataset(features: [1, 2], featureCount: 2, labels: [0], classCount: 2)
    var workspace = try MultilayerPerceptron(
      featureCount: 2, hiddenWidths: [3], classCount: 5
    ).makeWorkspace()
    var gradient = [Double](repeating: 0, count: 6)
    _ = try model.lossAndGradient(
      parameters: [0, 0, 0, 0, 0, 0], on: dataset, batch: [0], gradient: &gradient,
      workspace: &workspace)
    #expect(gradient == [-0.5, -1, 0.5, 1, -0.5, 0.5])
  }
}
