import Testing

@testable import FLMath

@Suite("Discrete Laplace, Poisson and Skellam")
struct OtherSamplersTests {
  @Test(
    "Discrete Laplace numbers have the exact probabilities",
    arguments: [
      (1, 1), (3, 1), (1, 3), (7, 2), (50, 1),
    ] as [(UInt64, UInt64)])
  func laplace(numerator: UInt64, denominator: UInt64) throws {
    let distribution = try DiscreteLaplace(numerator: numerator, denominator: denominator)
    var generator = SimulationGenerator(seed: 31)
    let draws = (0..<40_000).map { _ in Int(distribution.sample(using: &generator)) }
    let decay = Double.exponential(-Double(denominator) / Double(numerator))
    try GoodnessOfFit(draws) { k in
      (1 - decay) / (1 + decay)
        * Double.exponential(
          -Double(abs(k)) * Double(denominator) / Double(numerator))
    }.expectNoMisfit()
    #expect(throws: FLMathError.self) {
      try DiscreteLaplace(numerator: 0, denominator: 1)
    }
    #expect(throws: FLMathError.self) {
      try DiscreteLaplace(numerator: 1, denominator: 1 << 41)
    }
  }

  @Test(
    "Coins of probability exp(-x) come up as often as they should",
    arguments: [
      (0, 1), (1, 3), (1, 1), (7, 4), (9, 2),
    ] as [(UInt128, UInt128)])
  func exponentialCoins(numerator: UInt128, denominator: UInt128) {
    var generator = SimulationGenerator(seed: 32)
    let draws = 20_000
    let heads = (0..<draws).reduce(0) { count, _ in
      count + (generator.bernoulliExponential(numerator, over: denominator) ? 1 : 0)
    }
    let p = Double.exponential(-Double(numerator) / Double(denominator))
    #expect(
      abs(Double(heads) - p * Double(draws)) <= 5 * (Double(draws) * p * (1 - p)).squareRoot())
  }

  @Test("Comparisons with exponentials that start from drawn bits are as likely as they should be")
  func comparisonFromPrefix() {
    var generator = SimulationGenerator(seed: 33)
    for (numerator, denominator, bits) in [
      (1, 3, 0), (1, 3, 1), (5, 2, 3), (40, 1, 10), (1, 1, 64), (3, 1, 17),
    ] as [(UInt128, UInt128, Int)] {
      let p = Double.exponential(-Double(numerator) / Double(denominator))
      var hits = 0
      let draws = 3000
      for _ in 0..<draws {
        let prefix = bits == 0 ? 0 : generator.next() >> UInt64(64 - bits)
        if generator.uniformIsBelowExponential(
          zeros: 0, prefix: prefix, prefixBits: bits, numerator, over: denominator)
        {
          hits += 1
        }
      }
      let deviation = (Double(draws) * p * (1 - p)).squareRoot()
      #expect(abs(Double(hits) - p * Double(draws)) <= 5 * deviation + 1e-9, "\(numerator) \(bits)")
    }
    // After 70 zeros the number is below 2^-70; exp(-48) is about 2^-69.2, exp(-50) about 2^-72.1.
    var below = 0
    for _ in 0..<2000 {
      let isBelow = generator.uniformIsBelowExponential(
        zeros: 70, prefix: 0, prefixBits: 0, 48, over: 1)
      #expect(isBelow)
      if generator.uniformIsBelowExponential(zeros: 70, prefix: 0, prefixBits: 0, 50, over: 1) {
        below += 1
      }
    }
    let share = 0x1p70 * Double.exponential(-50)
    #expect(abs(Double(below) - share * 2000) < 5 * (share * 2000).squareRoot())
  }

  @Test("Enclosures of exponentials contain them and are narrow")
  func enclosures() {
    func value(_ fraction: BinaryFraction) -> Double {
      fraction.words.reversed().reduce(0.0) { $0 * 0x1p-64 + Double($1) }
    }
    for (numerator, denominator) in [
      (0, 1), (1, 1), (1, 7), (355, 113), (40, 3), (1 << 100, 1 << 99 | 12345), (90, 1),
    ] as [(UInt128, UInt128)] {
      let expected = Double.exponential(-Double(numerator) / Double(denominator))
      let enclosure = ExponentialEnclosure(numerator, over: denominator, words: 4)
      #expect(relativeError(value(enclosure.lower), expected) < 1e-14)
      #expect(relativeError(value(enclosure.upper), expected) < 1e-14)
      #expect(!(enclosure.upper < enclosure.lower))
      let width = enclosure.upper - enclosure.lower
      #expect(width.words[0...3].allSatisfy { $0 == 0 }, "narrower than 2^-192")
      // A finer enclosure is inside a coarser one.
      let finer = ExponentialEnclosure(numerator, over: denominator, words: 6)
      let coarse = BinaryFraction(fraction: Array(enclosure.lower.words.dropFirst()) + [0, 0])
      if finer.lower.words[0] == 0, enclosure.lower.words[0] == 0 {
        #expect(!(finer.lower < coarse))
      }
    }
  }

  @Test(
    "Poisson numbers have the exact probabilities",
    arguments: [
      0.01, 0.7, 3, 11.3, 40, 255, 256, 2000,
    ])
  func poisson(mean: Double) throws {
    let distribution = PoissonDistribution(mean: mean)
    var generator = SimulationGenerator(seed: 34)
    let count = mean == 256 ? StatisticalEffort.draws / 2 : 60_000
    let draws = (0..<count).map { _ in Int(distribution.sample(using: &generator)) }
    try GoodnessOfFit(draws) { k in
      k < 0
        ? 0
        : Double.exponential(
          Double(k) * Double.logarithm(mean) - mean
            - Double.logOfFactorial(k))
    }.expectNoMisfit()
  }

  @Test(
    "Skellam numbers have the exact probabilities, with the right variance",
    arguments: [
      0.5, 4, 25, 500,
    ])
  func skellam(variance: Double) throws {
    let distribution = try Skellam(variance: variance)
    var generator = SimulationGenerator(seed: 35)
    let draws = (0..<StatisticalEffort.draws / 40).map { _ in
      Int(distribution.sample(using: &generator))
    }
    let probabilities = Self.skellamProbabilities(variance)
    try GoodnessOfFit(draws) { probabilities[abs($0)] ?? 0 }.expectNoMisfit()
  }

  @Test("A Skellam variance wrong by half a per cent would be found")
  func skellamVariance() throws {
    let distribution = try Skellam(variance: 30)
    var generator = SimulationGenerator(seed: 37)
    let draws = StatisticalEffort.draws / 2
    var squares = 0.0
    for _ in 0..<draws {
      let x = Double(distribution.sample(using: &generator))
      squares += x * x
    }
    // The fourth moment of a Skellam number is 3 variance^2 + variance.
    let deviation = 30 * ((2 + 1 / 30.0) / Double(draws)).squareRoot()
    #expect(abs(squares / Double(draws) - 30) < 3.5 * deviation)
    #expect(3.5 * deviation < 0.005 * 30, "0.5 % would be beyond the limit")
  }

  @Test("The published Skellam probabilities are those of the test's own sum")
  func publishedSkellam() throws {
    for row in try ReferenceValues.file("dp_distributed")("units").list("skellam_pmf") {
      let probabilities = Self.skellamProbabilities(try row.number("var"))
      for (k, key) in [(0, "p0"), (1, "p1"), (3, "p3")] {
        #expect(relativeError(probabilities[k] ?? 0, try row.number(key)) < 1e-12)
      }
    }
  }

  @Test("Wide Skellam numbers look like normal ones, and impossible variances are refused")
  func wideSkellam() throws {
    let variance = 3e9
    let distribution = try Skellam(variance: variance)
    var generator = SimulationGenerator(seed: 36)
    var vector = [Int64](repeating: 5, count: 200_000)
    distribution.addNoise(to: &vector, using: &generator)
    let draws = vector.map { Int((Double($0 - 5) / variance.squareRoot() * 8).rounded()) }
    try GoodnessOfFit(draws) {
      NormalTail.between((Double($0) - 0.5) / 8, (Double($0) + 0.5) / 8)
    }.expectNoMisfit()
    for value in [0, -1, .nan, .infinity, 0x1p53] as [Double] {
      #expect(throws: FLMathError.self) { try Skellam(variance: value) }
    }
  }

  /// exp(-mu) I_k(mu), summed over pairs of Poisson numbers.
  private static func skellamProbabilities(_ variance: Double) -> [Int: Double] {
    let mean = variance / 2
    let reach = Int(mean + 30 * mean.squareRoot()) + 40
    let poisson = (0...2 * reach).map {
      Double.exponential(Double($0) * Double.logarithm(mean) - mean - Double.logOfFactorial($0))
    }
    var result: [Int: Double] = [:]
    for k in 0...reach {
      var sum = 0.0
      for j in 0...reach { sum += poisson[j] * poisson[j + k] }
      result[k] = sum
    }
    return result
  }
}
