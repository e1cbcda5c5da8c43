import Testing

@testable import FLMath

@Suite("Discrete Gaussian")
struct DiscreteGaussianTests {
  /// Variances with small, middling and large denominators, at which blocks have one number.
  static let variances: [(UInt64, UInt64)] = [
    (1, 10), (1, 2), (1, 1), (2, 1), (7, 3), (25, 1), (1_000_003, 40_000), (400, 1),
  ]

  private static func probabilities(_ variance: Double) -> (Int) -> Double {
    let reach = Int(40 * variance.squareRoot()) + 20
    let weight = { (k: Int) in Double.exponential(-Double(k * k) / (2 * variance)) }
    let total = (-reach...reach).reduce(0) { $0 + weight($1) }
    return { weight($0) / total }
  }

  @Test("The exact sampler has the exact probabilities", arguments: variances)
  func exactSampler(numerator: UInt64, denominator: UInt64) throws {
    let variance = try ExactVariance(numerator: numerator, denominator: denominator)
    let distribution = DiscreteGaussian(variance: variance)
    var generator = SimulationGenerator(seed: 21)
    let draws = (0..<20_000).map { _ in Int(distribution.sample(using: &generator)) }
    try GoodnessOfFit(draws, probability: Self.probabilities(variance.value)).expectNoMisfit()
  }

  @Test("The table has the exact probabilities", arguments: variances)
  func table(numerator: UInt64, denominator: UInt64) throws {
    let variance = try ExactVariance(numerator: numerator, denominator: denominator)
    let table = DiscreteGaussianTable(DiscreteGaussian(variance: variance))
    var generator = SimulationGenerator(seed: 22)
    let count = variance.value == 25 ? StatisticalEffort.draws : StatisticalEffort.draws / 40
    let draws = (0..<count).map { _ in Int(table.sample(using: &generator)) }
    try GoodnessOfFit(draws, probability: Self.probabilities(variance.value)).expectNoMisfit()
  }

  @Test("A variance wrong by half a per cent is found")
  func power() throws {
    let variance = try ExactVariance(numerator: 1005 * 25, denominator: 1000)
    let table = DiscreteGaussianTable(DiscreteGaussian(variance: variance))
    var generator = SimulationGenerator(seed: 23)
    let draws = (0..<StatisticalEffort.draws).map { _ in Int(table.sample(using: &generator)) }
    let fit = GoodnessOfFit(draws, probability: Self.probabilities(25))
    #expect(abs(fit.varianceDeviations) > GoodnessOfFit.limit)
    // And the chi-square test finds what the variance does not show: a hole at 3.
    let holed = draws.filter { $0 != 3 || generator.next() % 20 != 0 }
    #expect(
      GoodnessOfFit(holed, probability: Self.probabilities(25.125)).chiSquareDeviations
        > GoodnessOfFit.limit)
  }

  @Test("The published probabilities, variances and tails are those of the test's own formula")
  func publishedProbabilities() throws {
    for row in try ReferenceValues.file("dp_distributed")("units").list("discrete_gaussian_pmf") {
      let variance = try row.number("sigma2")
      let probability = Self.probabilities(variance)
      for (k, key) in [(0, "p0"), (1, "p1"), (2, "p2"), (5, "p5")] {
        #expect(relativeError(probability(k), try row.number(key)) < 1e-12)
      }
      let second = (-400...400).reduce(0.0) { $0 + Double($1 * $1) * probability($1) }
      #expect(relativeError(second, try row.number("variance")) < 1e-12)
      let tail = (3...400).reduce(0.0) { $0 + 2 * probability($1) }
      #expect(relativeError(tail, try row.number("p_abs_ge_3")) < 1e-10)
    }
  }

  @Test(
    "Blocks of many numbers: wide distributions have the moments and quantiles of a normal one",
    arguments: [3_000_000, 81_774_515, 1 << 45] as [UInt64])
  func wide(variance: UInt64) throws {
    let exact = try ExactVariance(numerator: variance, denominator: 1)
    let table = DiscreteGaussianTable(DiscreteGaussian(variance: exact))
    #expect(table.blockBits > 0)
    var generator = SimulationGenerator(seed: 24)
    let deviation = Double(variance).squareRoot()
    // So wide, the probabilities of intervals are those of the normal distribution to 10^-6.
    let count = StatisticalEffort.draws / (variance == 81_774_515 ? 2 : 40)
    let draws = (0..<count).map { _ in
      Int((Double(table.sample(using: &generator)) / deviation * 8).rounded())
    }
    try GoodnessOfFit(draws) {
      NormalTail.between((Double($0) - 0.5) / 8, (Double($0) + 0.5) / 8)
    }.expectNoMisfit()
    // Within a block all numbers are about equally likely: the last bits are uniform.
    let bits = (0..<20_000).map { _ in Int(table.sample(using: &generator) & 3) }
    try GoodnessOfFit(bits) { (0...3).contains($0) ? 0.25 : 0 }.expectNoMisfit()
  }

  @Test("Large blocks: the exact probabilities within them as well", arguments: [1, 3])
  func largeBlocks(blockBits: Int) throws {
    let variance = try ExactVariance(numerator: 10_000, denominator: 1)
    let table = DiscreteGaussianTable(DiscreteGaussian(variance: variance), blockBits: blockBits)
    var generator = SimulationGenerator(seed: 26)
    let draws = (0..<StatisticalEffort.draws / 10).map { _ in
      Int(table.sample(using: &generator))
    }
    try GoodnessOfFit(draws, probability: Self.probabilities(10_000)).expectNoMisfit()
    // What is most unlike a block of equal weights: its first number against its last.
    let mask = (1 << blockBits) - 1
    let expected = (0...1000).reduce(0.0) { sum, k in
      let p = Self.normalisedWeight(k, variance: 10_000) * 2
      return sum + (k & mask == 0 ? p : k & mask == mask ? -p : 0)
    }
    let found = draws.reduce(0.0) { sum, k in
      guard k != 0 else { return sum + 2 }
      return sum + (abs(k) & mask == 0 ? 1 : abs(k) & mask == mask ? -1 : 0)
    }
    let count = Double(draws.count)
    #expect(abs(found / count - expected) < 4.5 / count.squareRoot())
  }

  private static func normalisedWeight(_ k: Int, variance: Double) -> Double {
    Double.exponential(-Double(k * k) / (2 * variance)) / (2 * Double.pi * variance).squareRoot()
  }

  @Test("Weights are the whole parts of exponentials, whatever the parameters")
  func weights() throws {
    for (numerator, denominator, blockBits) in [
      (1, 10, 0), (25, 1, 0), (1_048_575, 1, 0), (999_999_937, 953, 0), (1 << 40, 1, 10),
    ] as [(UInt64, UInt64, Int)] {
      let weights = BlockWeights.table(
        numerator: numerator, denominator: denominator, blockBits: blockBits, weightBits: 40)
      for block in stride(from: 0, to: weights.count, by: max(1, weights.count / 50)) {
        let square =
          UInt128(block) * UInt128(block) * UInt128(denominator) << UInt128(2 * blockBits)
        let enclosure = ExponentialEnclosure(square, over: 2 * UInt128(numerator), words: 5)
        let expected =
          enclosure.lower.words[0] << 40 | enclosure.lower.words[1] >> 24
        // At block 0 the exponential is 1, from below 0.999...
        #expect(weights[block] == (block == 0 ? 1 << 40 : expected), "\(numerator) \(block)")
      }
    }
  }

  @Test("The rare ways through the table: the edges of entries and the blocks beyond them")
  func rareWays() throws {
    let variance = try ExactVariance(numerator: 9, denominator: 1)
    let table = DiscreteGaussianTable(DiscreteGaussian(variance: variance))
    var generator = SimulationGenerator(seed: 25)
    // An edge is accepted with the probability of the fraction of its weight.
    for block in [1, 4, 9, 15] {
      let weight = 0x1p40 * Double.exponential(-Double(block * block) / 18)
      let fraction = weight - weight.rounded(.down)
      let accepted = (0..<2000).reduce(0) { count, _ in
        count + (table.acceptsEdge(of: block, using: &generator) ? 1 : 0)
      }
      let deviation = (2000 * fraction * (1 - fraction)).squareRoot()
      #expect(abs(Double(accepted) - 2000 * fraction) < 5 * deviation + 4, "\(block)")
    }
    let acceptsFirst = table.acceptsEdge(of: 0, using: &generator)
    #expect(!acceptsFirst)
    // Beyond the table the entry has a weight of 2 * halving, of which the blocks have theirs.
    let first = table.sums.count - 1
    var counts = [Int](repeating: 0, count: 4)
    let draws = 10_000
    for _ in 0..<draws {
      if let block = table.blockBeyond(using: &generator) {
        #expect(block >= first)
        if block - first < 4 { counts[block - first] += 1 }
      }
    }
    for offset in 0..<4 {
      let block = Double(first + offset)
      let share = 0x1p40 * Double.exponential(-block * block / 18) / Double(2 * table.halving)
      let expected = share * Double(draws)
      #expect(abs(Double(counts[offset]) - expected) < 5 * expected.squareRoot() + 3, "\(offset)")
    }
  }

  @Test("Variances: lowest terms, limits, and rounding up")
  func exactVariance() throws {
    let half = try ExactVariance(numerator: 50, denominator: 100)
    #expect(half.numerator == 1 && half.denominator == 2)
    #expect(try Codec.roundTrip(half) == half)
    for value in [1e-9, 0.1, 3.7, 786.9 * 786.9, 1e9, 0x1p52] {
      let exact = try ExactVariance(atLeast: value)
      #expect(exact.value >= value)
      #expect(exact.value <= value * (1 + 0x1p-24) + 0x1p-32, "\(value)")
    }
    for (n, d) in [(0, 1), (1, 0), (1 << 53, 1), (1, 1 << 33), (1 << 59 | 1, 1 << 20)]
      as [(UInt64, UInt64)]
    {
      #expect(throws: FLMathError.self) {
        try ExactVariance(numerator: n, denominator: d)
      }
    }
    #expect(throws: FLMathError.self) { try ExactVariance(atLeast: .nan) }
    #expect(throws: FLMathError.self) { try ExactVariance(atLeast: 0) }
  }
}
