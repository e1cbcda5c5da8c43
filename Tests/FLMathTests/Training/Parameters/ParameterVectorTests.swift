import FLMath
import Testing

@Suite("Parameter vector")
struct ParameterVectorTests {
  private let layout: ParameterLayout

  init() throws {
    layout = try ParameterLayout([.init(name: "a", shape: [2]), .init(name: "b", shape: [3])])
  }

  @Test("Gives access by layer")
  func layers() throws {
    let vector = try ParameterVector(layout: layout, values: [1, 2, 3, 4, 5])
    #expect(vector.layer("a") == [1, 2])
    #expect(vector.layer("b") == [3, 4, 5])
    #expect(vector.layer("c") == nil)
    #expect(ParameterVector.zeros(layout).values == [0, 0, 0, 0, 0])
  }

  @Test("Refuses another number of values", arguments: [0, 4, 6])
  func refusesCounts(count: Int) {
    #expect(throws: FLMathError.parameters(.countMismatch(expected: 5, found: count))) {
      try ParameterVector(layout: layout, values: .init(repeating: 0, count: count))
    }
  }

  @Test("Refuses NaN and infinity wherever they are", arguments: 0..<5)
  func refusesNonFinite(index: Int) throws {
    for found in [Double.infinity, -.infinity] {
      var values = [Double.greatestFiniteMagnitude, -0.0, .leastNonzeroMagnitude, -5, 0.1]
      values[index] = found
      #expect(throws: FLMathError.parameters(.nonFinite(index: index, found: found))) {
        try ParameterVector(layout: layout, values: values)
      }
    }
    var values = [0.0, 0, 0, 0, 0]
    values[index] = .nan
    let error = #expect(throws: FLMathError.self) {
      try ParameterVector(layout: layout, values: values)
    }
    guard case .parameters(.nonFinite(index, let found)) = error else {
      Issue.record("expected nonFinite at \(index), got \(String(describing: error))")
      return
    }
    #expect(found.isNaN)
  }

  @Test("Accepts every finite number")
  func acceptsFinite() throws {
    let extremes = [
      Double.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, 0,
    ]
    #expect(try ParameterVector(layout: layout, values: extremes).values == extremes)
  }

  @Test("Decoding gives the same bits and checks again")
  func decodes() throws {
    let vector = try ParameterVector(layout: layout, values: [0.1, 1.0 / 3, -1e-300, 1e300, -0.0])
    let decoded = try Codec.roundTrip(vector)
    #expect(decoded.values.map(\.bitPattern) == vector.values.map(\.bitPattern))
    #expect(decoded == vector)
    let refusal = try Codec.refusal(
      ParameterVector.self, #"{"layout": [{"name": "a", "shape": [2]}], "values": [1]}"#)
    #expect(refusal as? FLMathError == .parameters(.countMismatch(expected: 2, found: 1)))
  }
}
