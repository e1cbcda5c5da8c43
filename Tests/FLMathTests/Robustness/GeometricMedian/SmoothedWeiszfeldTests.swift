import FLMath
import Testing

@Suite("Smoothed Weiszfeld as sums over clients")
struct SmoothedWeiszfeldTests {
  @Test(
    "What a client sends is bounded by 1, however far it is",
    arguments: 1...40 as ClosedRange<UInt64>)
  func bounded(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let size = Double(
      sign: .plus, exponent: .random(in: -300...400, using: &generator), significand: 1)
    let update = (0..<20).map { _ in size * Double.random(in: -1...1, using: &generator) }
    let point = (0..<20).map { _ in Double.random(in: -1...1, using: &generator) }
    let weiszfeld = try SmoothedWeiszfeld(smoothing: .random(in: 1e-9...1, using: &generator))
    let contribution = try weiszfeld.contribution(of: update, at: point)
    let norm = contribution.difference.map { $0 * $0 }.reduce(0, +).squareRoot()
    #expect(norm <= 1 + 1e-14, "seed \(seed)")
    #expect(contribution.share >= 0 && contribution.share <= 1, "seed \(seed)")
  }

  @Test("At the point itself a client has its whole share and no difference")
  func atThePoint() throws {
    let contribution = try SmoothedWeiszfeld(smoothing: 0.1).contribution(of: [1, 2], at: [1, 2])
    #expect(contribution.difference == [0, 0])
    #expect(contribution.share == 1)
  }

  @Test("Refuses what does not fit or is not finite")
  func refuses() throws {
    let weiszfeld = try SmoothedWeiszfeld(smoothing: 0.1)
    #expect(throws: FLMathError.robustAggregation(.dimensionMismatch(expected: 2, found: 1))) {
      try weiszfeld.contribution(of: [1], at: [1, 2])
    }
    #expect(throws: FLMathError.robustAggregation(.unusableReference)) {
      try weiszfeld.contribution(of: [1, .nan], at: [1, 2])
    }
    #expect(throws: FLMathError.robustAggregation(.dimensionMismatch(expected: 2, found: 3))) {
      try weiszfeld.step(from: [1, 2], differences: [1, 2, 3], shares: 1)
    }
    for shares in [0, -1, .nan, .infinity] as [Double] {
      #expect(throws: FLMathError.robustAggregation(.zeroTotalWeight)) {
        try weiszfeld.step(from: [1, 2], differences: [1, 2], shares: shares)
      }
    }
    #expect(throws: FLMathError.robustAggregation(.unusableReference)) {
      try weiszfeld.step(from: [1, 2], differences: [1, .infinity], shares: 1)
    }
  }
}
