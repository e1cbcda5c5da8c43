import FLMath
import Testing

@Suite("Clipping")
struct ClippingTests {
  @Test("A vector within the bound is unchanged")
  func keeps() throws {
    var vector = [3.0, 4.0]
    #expect(try L2Clipping(bound: 5).clip(&vector) == 1)
    #expect(vector == [3, 4])
  }

  @Test("A longer vector gets the length of the bound and keeps its direction")
  func shortens() throws {
    var vector = [3.0, 0, -4.0, 0, 0]
    let factor = try L2Clipping(bound: 1).clip(&vector)
    #expect(abs(factor - 0.2) < 1e-15)
    #expect(zip(vector, [0.6, 0, -0.8, 0, 0]).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  @Test("Random vectors of all lengths and sizes end within the bound", arguments: 1...40)
  func property(seed: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(seed))
    let bound = Double(
      sign: .plus, exponent: .random(in: -300...300, using: &generator), significand: 1.5)
    let size = Double(
      sign: .plus, exponent: .random(in: -300...300, using: &generator), significand: 1)
    let original = (0..<seed).map { _ in size * Double.random(in: -1...1, using: &generator) }
    var vector = original
    let factor = try L2Clipping(bound: bound).clip(&vector)
    // In units of the bound, so that the test itself does not overflow.
    let norm = vector.map { ($0 / bound) * ($0 / bound) }.reduce(0, +).squareRoot()
    #expect(norm <= 1 + 1e-14, "seed \(seed)")
    if factor == 1 {
      #expect(vector == original, "seed \(seed)")
    } else {
      #expect(norm >= 1 - 1e-14, "seed \(seed)")
      let signsAgree = zip(vector, original).allSatisfy { $0 == 0 || $0.sign == $1.sign }
      #expect(signsAgree, "seed \(seed)")
    }
  }

  @Test(
    "The squared norm may overflow or vanish",
    arguments: [1e300, Double.greatestFiniteMagnitude, 1e-200, Double.leastNonzeroMagnitude])
  func extremes(size: Double) throws {
    var vector = [size, -size, size, -size]
    let clipped = try L2Clipping(bound: 1).clip(&vector)
    if size < 1 {
      #expect(clipped == 1)
      #expect(vector == [size, -size, size, -size])
    } else {
      #expect(zip(vector, [0.5, -0.5, 0.5, -0.5]).allSatisfy { abs($0 - $1) < 1e-15 })
    }
  }

  @Test("A huge vector keeps its precision under a tiny bound")
  func hugeToTiny() throws {
    var vector = [1e308, 1e308, -1e308, 1e308]
    try L2Clipping(bound: 1e-10).clip(&vector)
    #expect(zip(vector, [1.0, 1, -1, 1]).allSatisfy { abs($0 * 2e10 - $1) < 1e-15 })
  }

  @Test("Zeros and an empty vector are within any bound")
  func zeros() throws {
    var vector = [0.0, -0.0, 0.0]
    #expect(try L2Clipping(bound: .leastNonzeroMagnitude).clip(&vector) == 1)
    #expect(try LInfinityClipping(bound: .leastNonzeroMagnitude).clip(&vector) == 0)
    #expect(vector == [0, 0, 0])
    vector = []
    #expect(try L2Clipping(bound: 1).clip(&vector) == 1)
    #expect(try LInfinityClipping(bound: 1).clip(&vector) == 0)
  }

  @Test("Coordinates are clipped one by one")
  func coordinates() throws {
    var vector = [0.5, -2, 2, 1e300, -1, 1, -0.25]
    #expect(try LInfinityClipping(bound: 1).clip(&vector) == 3)
    #expect(vector == [0.5, -1, 1, 1, -1, 1, -0.25])
  }

  @Test("Infinity is refused and nothing changed", arguments: [0, 2])
  func refusesInfinity(index: Int) throws {
    var vector = [9.0, 9, 9]
    vector[index] = -.infinity
    let before = vector
    let error = FLMathError.clipping(.nonFinite(index: index, found: -.infinity))
    #expect(throws: error) { try L2Clipping(bound: 1).clip(&vector) }
    #expect(throws: error) { try LInfinityClipping(bound: 1).clip(&vector) }
    #expect(vector == before)
  }

  @Test("NaN is refused and nothing changed")
  func refusesNaN() {
    var vector = [9.0, .nan]
    #expect(throws: FLMathError.self) { try L2Clipping(bound: 1).clip(&vector) }
    #expect(throws: FLMathError.self) { try LInfinityClipping(bound: 1).clip(&vector) }
    #expect(vector[0] == 9)
  }

  @Test("Refuses bounds that are none", arguments: [0, -1, .infinity] as [Double])
  func refusesBounds(bound: Double) {
    #expect(throws: FLMathError.clipping(.invalidBound(bound))) { try L2Clipping(bound: bound) }
    #expect(throws: FLMathError.clipping(.invalidBound(bound))) {
      try LInfinityClipping(bound: bound)
    }
  }
}
