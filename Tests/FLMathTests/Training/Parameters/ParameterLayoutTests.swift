import FLMath
import Testing

@Suite("Parameter layout")
struct ParameterLayoutTests {
  @Test("Layers lie one after the other")
  func ranges() throws {
    let layout = try ParameterLayout([
      .init(name: "weights", shape: [3, 4]), .init(name: "scale", shape: []),
      .init(name: "bias", shape: [3]),
    ])
    #expect(layout.count == 16)
    #expect(layout.range(of: "weights") == 0..<12)
    #expect(layout.range(of: "scale") == 12..<13)
    #expect(layout.range(of: "bias") == 13..<16)
    #expect(layout.range(of: "other") == nil)
  }

  @Test("Refuses lists that are no layout")
  func refuses() {
    #expect(throws: FLMathError.parameters(.noLayers)) { try ParameterLayout([]) }
    #expect(throws: FLMathError.parameters(.emptyName(layer: 1))) {
      try ParameterLayout([.init(name: "a", shape: [1]), .init(name: "", shape: [1])])
    }
    #expect(throws: FLMathError.parameters(.duplicateName("a"))) {
      try ParameterLayout([.init(name: "a", shape: [1]), .init(name: "a", shape: [2])])
    }
    #expect(
      throws: FLMathError.parameters(.nonPositiveDimension(layer: "a", dimension: 1, found: 0))
    ) {
      try ParameterLayout([.init(name: "a", shape: [2, 0])])
    }
    #expect(
      throws: FLMathError.parameters(.nonPositiveDimension(layer: "a", dimension: 0, found: -3))
    ) {
      try ParameterLayout([.init(name: "a", shape: [-3, -3])])
    }
  }

  @Test(
    "Refuses sizes beyond what memory can address",
    arguments: [
      [[Int.max, 2]], [[Int.max]], [[1 << 32, 1 << 32]], [[ParameterLayout.maximumCount], [1]],
    ])
  func refusesOverflow(shapes: [[Int]]) {
    let layers = shapes.enumerated().map { ParameterLayout.Layer(name: "\($0)", shape: $1) }
    #expect(
      throws: FLMathError.parameters(
        .tooManyParameters(
          layer: "\(shapes.count - 1)", maximum: ParameterLayout.maximumCount))
    ) {
      try ParameterLayout(layers)
    }
  }

  @Test("A layer that no layout accepts counts no elements")
  func invalidLayerCount() {
    #expect(ParameterLayout.Layer(name: "a", shape: [Int.max, 2]).count == 0)
    #expect(ParameterLayout.Layer(name: "a", shape: [-1]).count == 0)
    #expect(ParameterLayout.Layer(name: "a", shape: [5, 7]).count == 35)
  }

  @Test("Decoding gives the same layout and checks it again")
  func decodes() throws {
    let layout = try ParameterLayout([
      .init(name: "a", shape: [2, 2]), .init(name: "b", shape: [3]),
    ])
    let decoded = try Codec.roundTrip(layout)
    #expect(decoded == layout)
    #expect(decoded.range(of: "b") == 4..<7)
    let refusal = try Codec.refusal(
      ParameterLayout.self, #"[{"name": "a", "shape": [1]}, {"name": "a", "shape": [1]}]"#)
    #expect(refusal as? FLMathError == .parameters(.duplicateName("a")))
  }
}
