import Testing

@testable import FLMath

@Suite("Optimum of banded Toeplitz factors")
struct ToeplitzOptimumTests {
  private func variance(
    _ strategy: ToeplitzStrategy, _ rounds: Int, _ rule: ParticipationRule,
    _ measure: NoiseErrorMeasure
  ) throws -> Double {
    try CorrelatedNoise(
      .toeplitz(strategy), rounds: rounds, participation: rule, relation: .addOrRemove, clip: 1,
      noiseMultiplier: 1
    ).variance(measure)
  }

  @Test("The square root times itself is the prefix sums")
  func squareRoot() throws {
    let root = try ToeplitzStrategy.squareRoot(bands: 300).coefficients
    #expect(root.prefix(4) == [1, 0.5, 0.375, 0.3125])
    for round in 0..<300 {
      let product = (0...round).reduce(0) { $0 + root[$1] * root[round - $1] }
      #expect(abs(product - 1) < 1e-12)
    }
  }

  @Test(
    "The optimum has less error than the square root, the square root less than independent noise",
    arguments: NoiseErrorMeasure.allCases)
  func order(measure: NoiseErrorMeasure) throws {
    for (rounds, maximum, separation, bands) in [
      (50, 1, 1, 50), (100, 4, 25, 25), (1000, 10, 100, 16), (300, 30, 10, 4),
    ] {
      let rule = try ParticipationRule(maximum: maximum, minimumSeparation: separation)
      let optimum = try ToeplitzStrategy.optimal(
        bands: bands, rounds: rounds, participation: rule, error: measure)
      let best = try variance(optimum, rounds, rule, measure)
      let root = try variance(.squareRoot(bands: bands), rounds, rule, measure)
      let independent = try variance(.independent, rounds, rule, measure)
      // For one participation and the largest error, the full square root is the optimum.
      if bands == rounds, measure == .largest {
        #expect(relativeError(best, root) < 1e-13)
      } else {
        #expect(best < root * 0.999)
      }
      #expect(root < independent * 0.9)
    }
  }

  @Test("From a bad start, the descent finds the square root, the optimum of the largest error")
  func proof() throws {
    let rounds = 30
    let problem = ToeplitzProblem(
      rounds: rounds, overlaps: [Double](repeating: 1, count: rounds), error: .largest)
    let found = problem.minimum(from: [1] + [Double](repeating: 0, count: rounds - 1))
    let root = try ToeplitzStrategy.squareRoot(bands: rounds)
    for (one, other) in zip(found.coefficients, root.coefficients) {
      #expect(abs(one - other) < 1e-7)
    }
  }

  @Test("No small change of a coefficient lowers the error", arguments: NoiseErrorMeasure.allCases)
  func stationary(measure: NoiseErrorMeasure) throws {
    let rule = try ParticipationRule(maximum: 7, minimumSeparation: 9)
    let optimum = try ToeplitzStrategy.optimal(
      bands: 9, rounds: 60, participation: rule, error: measure)
    let best = try variance(optimum, 60, rule, measure)
    for index in 0..<9 {
      for change in [-1e-3, 1e-3] {
        var coefficients = optimum.coefficients
        coefficients[index] += change
        let other = try variance(ToeplitzStrategy(coefficients: coefficients), 60, rule, measure)
        // A slope would show as about 1e-3 of itself, here on one of the two sides.
        #expect(other > best && other < best * (1 + 1e-5))
      }
    }
  }

  @Test("Bands beyond the separation, and numbers out of range, are refused")
  func refusals() throws {
    let rule = try ParticipationRule(maximum: 3, minimumSeparation: 5)
    for (bands, rounds) in [(6, 100), (0, 100), (4, 3), (1, 0), (1, 1 << 20 + 1)] {
      #expect(throws: FLMathError.self) {
        try ToeplitzStrategy.optimal(
          bands: bands, rounds: rounds, participation: rule, error: .mean)
      }
    }
    for coefficients in [[], [0, 1], [-1], [1, .nan], [.infinity]] as [[Double]] {
      #expect(throws: FLMathError.self) {
        try ToeplitzStrategy(coefficients: coefficients)
      }
    }
    #expect(throws: FLMathError.self) { try ToeplitzStrategy.squareRoot(bands: 0) }
    for steps in [[], [0], [3, -1], [1 << 20, 1], [Int.max, Int.max]] {
      #expect(throws: FLMathError.self) { try TreeAggregation(stepCounts: steps) }
    }
    #expect(throws: FLMathError.privacy(.outOfRange(.rounds, found: 9))) {
      try CorrelatedNoise(
        .trees(TreeAggregation(stepCounts: [8])), rounds: 9, participation: .once,
        relation: .zeroOut, clip: 1, noiseMultiplier: 1)
    }
  }
}
