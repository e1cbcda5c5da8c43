import FLMath
import Testing

@Suite("Federated averaging engine")
struct FederatedAveragingTests {
  private let layout: ParameterLayout

  init() throws {
    layout = try ParameterLayout([.init(name: "w", shape: [2])])
  }

  private func mean(_ values: [Double]) throws -> WeightedMean {
    try WeightedMean(mean: values, totalWeight: 1, contributors: [0])
  }

  @Test("Moves by the mean times the server learning rate")
  func moves() throws {
    var engine = try FederatedAveraging(
      model: ParameterVector(layout: layout, values: [1, 2]), serverLearningRate: 0.5)
    try engine.apply(mean([4, -2]))
    #expect(engine.model.values == [3, 1])
    #expect(engine.round == 1)
  }

  @Test("An update of a model against itself is zero, and of another layout refused")
  func updates() throws {
    let model = try ParameterVector(layout: layout, values: [1, 2])
    #expect(try ClientUpdate(from: model, to: model, weight: 3).delta == [0, 0])
    let other = try ParameterLayout([.init(name: "v", shape: [2])])
    #expect(throws: FLMathError.update(.layoutMismatch(global: layout, local: other))) {
      try ClientUpdate(from: model, to: .zeros(other), weight: 3)
    }
    let far = try ParameterVector(layout: layout, values: [0, -Double.greatestFiniteMagnitude])
    let near = try ParameterVector(layout: layout, values: [0, .greatestFiniteMagnitude])
    #expect(throws: FLMathError.update(.overflow(index: 1))) {
      try ClientUpdate(from: far, to: near, weight: 3)
    }
  }

  @Test("A refused mean leaves the engine as it was")
  func errorsLeaveNoTrace() throws {
    let huge = Double.greatestFiniteMagnitude
    var engine = try FederatedAveraging(
      model: ParameterVector(layout: layout, values: [1, huge]))
    let before = engine
    #expect(throws: FLMathError.algorithm(.dimensionMismatch(expected: 2, found: 3))) {
      try engine.apply(mean([1, 2, 3]))
    }
    #expect(
      throws: FLMathError.algorithm(
        .diverged(
          round: 1, index: 1, found: .infinity))
    ) {
      try engine.apply(mean([1, huge]))
    }
    #expect(engine == before)
  }

  @Test(
    "Refuses a server learning rate that is not finite and above 0",
    arguments: [0, -1, .infinity, -.infinity] as [Double])
  func refusesRates(rate: Double) {
    #expect(throws: FLMathError.algorithm(.invalid(.serverLearningRate, found: rate))) {
      try FederatedAveraging(model: .zeros(layout), serverLearningRate: rate)
    }
  }

  @Test("Refuses a server learning rate of NaN")
  func refusesNaN() {
    #expect(throws: FLMathError.self) {
      try FederatedAveraging(model: .zeros(layout), serverLearningRate: .nan)
    }
  }

  @Test("A damaged checkpoint is refused with its reason")
  func refusesCheckpoints() throws {
    let model = #"{"layout": [{"name": "w", "shape": [2]}], "values": [1, 2]}"#
    let valid = #"{"model": \#(model), "round": 3, "serverLearningRate": 1}"#
    #expect(try Codec.decode(FederatedAveraging.self, valid).round == 3)
    let refusedRound = try Codec.refusal(
      FederatedAveraging.self, #"{"model": \#(model), "round": -1, "serverLearningRate": 1}"#)
    #expect(refusedRound as? FLMathError == .algorithm(.invalidRound(-1)))
    let refusedRate = try Codec.refusal(
      FederatedAveraging.self, #"{"model": \#(model), "round": 1, "serverLearningRate": 0}"#)
    #expect(refusedRate as? FLMathError == .algorithm(.invalid(.serverLearningRate, found: 0)))
  }

  @Test("The count of rounds does not overflow")
  func lastRound() throws {
    let model = #"{"layout": [{"name": "w", "shape": [2]}], "values": [1, 2]}"#
    var engine = try Codec.decode(
      FederatedAveraging.self,
      #"{"model": \#(model), "round": \#(Int.max), "serverLearningRate": 1}"#)
    #expect(throws: FLMathError.algorithm(.invalidRound(.max))) { try engine.apply(mean([1, 2])) }
    #expect(engine.model.values == [1, 2])
  }
}
