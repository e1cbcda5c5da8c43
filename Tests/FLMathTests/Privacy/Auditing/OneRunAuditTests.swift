import Testing

@testable import FLMath

@Suite("Audits of one run")
struct OneRunAuditTests {
  struct Reference: Sendable {
    var (canaries, guesses, correct) = (0, 0, 0)
    var (delta, confidence) = (0.0, 0.0)
    /// At epsilon 0, 1 and 4.
    var pValues: [Double] = []
    var bound = 0.0

    init(
      _ m: Int, _ r: Int, _ v: Int, _ delta: Double, _ confidence: Double, _ p: [Double],
      _ bound: Double
    ) {
      (canaries, guesses, correct) = (m, r, v)
      (self.delta, self.confidence, pValues, self.bound) = (delta, confidence, p, bound)
    }
  }

  /// Scripts/privacy-audit-reference-values.py. The first is the example of the paper's appendix D, which
  /// prints 0.673.
  private static let expected = [
    Reference(
      1000, 100, 75, 0.0001, 0.95, [0.005833996867741032, 0.40055451445360446, 1.0],
      0.6729846641074197),
    Reference(
      1000, 1000, 600, 1e-05, 0.95, [0.0001515151149648301, 1.0, 1.0], 0.2972269537187759),
    Reference(
      100, 100, 100, 0.0, 0.95,
      [7.888609052210118e-31, 2.4843785557240162e-14, 0.16283908216573692],
      3.4929654311522906),
    Reference(
      5000, 200, 199, 1e-05, 0.99,
      [0.0008678724372793462, 0.0015146550560907251, 0.14320015998053146], 3.1051769398789766),
    Reference(
      650, 130, 100, 1e-05, 0.95, [0.0002818197785697555, 0.19056249186712196, 1.0],
      0.8471301860706978),
    Reference(50, 50, 25, 1e-05, 0.95, [0.5562455432263962, 0.9998569315140998, 1.0], 0.0),
  ]

  @Test("p-values and bounds are those of an independent implementation", arguments: expected)
  func reference(_ expected: Reference) throws {
    let audit = try OneRunAudit(
      canaries: expected.canaries, guesses: expected.guesses, correct: expected.correct)
    for (epsilon, pValue) in zip([0.0, 1, 4], expected.pValues) {
      let found = try audit.pValue(epsilon: epsilon, delta: expected.delta)
      #expect(abs(found - pValue) <= 1e-9 * pValue)
    }
    let bound = try audit.epsilonLowerBound(
      delta: expected.delta, confidence: expected.confidence)
    #expect(abs(bound - expected.bound) < 1e-7)
  }

  @Test("the highest scores count as members, the lowest as none")
  func guesses() throws {
    let scores = [5.0, -5, 4, -4, 0, 0.5, 3]
    let isMember = [true, false, false, true, true, false, true]
    #expect(
      try OneRunAudit(scores: scores, isMember: isMember, guesses: 2)
        == OneRunAudit(canaries: 7, guesses: 2, correct: 2))
    #expect(
      try OneRunAudit(scores: scores, isMember: isMember, guesses: 5)
        == OneRunAudit(canaries: 7, guesses: 4, correct: 2))
  }

  /// Fixed seeds. Of 200 runs of a mechanism with exactly this epsilon, each bound is wrong with at most
  /// 5 %: 32 or more wrong ones have a probability below 1e-6, for seeds that were not chosen.
  @Test("bounds of Gaussian noise are rarely above its epsilon, and not always 0")
  func gaussian() throws {
    let (epsilon, delta, canaries) = (1.0, 1e-2, 400)
    let mechanism = try GaussianMechanism.calibrated(
      epsilon: epsilon, delta: delta, sensitivity: 1)
    var generator = SimulationGenerator(seed: 11)
    var (wrong, useful) = (0, 0)
    for _ in 0..<200 {
      let isMember = (0..<canaries).map { _ in Bool.random(using: &generator) }
      let scores = isMember.map {
        ($0 ? 1 : 0) + mechanism.standardDeviation * generator.standardNormal()
      }
      let bound = try OneRunAudit(scores: scores, isMember: isMember, guesses: 80)
        .epsilonLowerBound(delta: 1e-5, confidence: 0.95)
      if bound > epsilon { wrong += 1 }
      if bound > 0 { useful += 1 }
    }
    #expect(wrong < 32)
    #expect(useful > 100)
  }

  @Test("impossible counts, scores and claims are rejected")
  func rejected() throws {
    #expect(throws: FLMathError.audit(.counts(successes: 3, trials: 2))) {
      try OneRunAudit(canaries: 2, guesses: 3, correct: 1)
    }
    #expect(throws: FLMathError.audit(.counts(successes: 3, trials: 2))) {
      try OneRunAudit(canaries: 5, guesses: 2, correct: 3)
    }
    #expect(throws: FLMathError.audit(.counts(successes: 1, trials: 2))) {
      try OneRunAudit(scores: [1, 2], isMember: [true], guesses: 2)
    }
    #expect(throws: FLMathError.audit(.nonFiniteScore(index: 1, found: .infinity))) {
      try OneRunAudit(scores: [1, .infinity], isMember: [true, false], guesses: 2)
    }
    let audit = try OneRunAudit(canaries: 5, guesses: 2, correct: 1)
    #expect(throws: FLMathError.audit(.epsilon(found: -1))) {
      try audit.pValue(epsilon: -1, delta: 0)
    }
    #expect(throws: FLMathError.audit(.delta(found: 1))) {
      try audit.epsilonLowerBound(delta: 1, confidence: 0.9)
    }
  }
}
