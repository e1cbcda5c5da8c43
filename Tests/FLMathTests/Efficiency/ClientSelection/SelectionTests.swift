import FLMath
import Testing

@Suite("Client selection")
struct SelectionTests {
  private func candidates(_ count: UInt32, optedOut: Set<UInt32> = []) throws -> Candidates {
    try Candidates(0..<count, optedOut: optedOut)
  }

  @Test("Who has opted out is no candidate, and candidates are in order")
  func optOut() throws {
    let candidates = try Candidates([9, 3, 7, 1], optedOut: [3, 4])
    #expect(candidates.clients == [1, 7, 9])
    #expect(throws: FLMathError.selection(.duplicateClient(3))) {
      try Candidates([3, 1, 3], optedOut: [])
    }
  }

  @Test("No rule draws who has opted out", arguments: 1...20 as ClosedRange<UInt64>)
  func noRuleDrawsOptedOut(seed: UInt64) throws {
    let candidates = try candidates(12, optedOut: [0, 4, 5, 11])
    let examples = Dictionary(uniqueKeysWithValues: (0..<12 as Range<UInt32>).map { ($0, 3) })
    var rules: [any ClientSelection] = [
      try UniformSelection(size: 5), try PoissonSelection(rate: 0.7),
      try StratifiedSelection(size: 5, strata: [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]),
      try PowerOfChoice(size: 3, asked: 8, examples: examples),
      try Oort(size: 5, preferredDuration: 10),
    ]
    for index in rules.indices {
      let asked = try rules[index].clientsToAsk(among: candidates, seed: seed)
      let losses = Dictionary(uniqueKeysWithValues: asked.map { ($0, Double($0)) })
      let cohort = try rules[index].select(from: candidates, losses: losses, seed: seed)
      #expect(Set(cohort.clients + asked).isSubset(of: candidates.clients), "seed \(seed)")
      #expect(Set(cohort.clients).count == cohort.clients.count)
      #expect(cohort.clients == cohort.clients.sorted())
      #expect(cohort.seed == seed)
    }
  }

  @Test("Uniform: the size, the seed's cohort, every client as often")
  func uniform() throws {
    let candidates = try candidates(10)
    let rule = try UniformSelection(size: 3)
    var counts = [Int](repeating: 0, count: 10)
    for seed in 0..<10_000 as Range<UInt64> {
      let cohort = try rule.select(from: candidates, losses: [:], seed: seed)
      #expect(cohort.clients.count == 3)
      for client in cohort.clients { counts[Int(client)] += 1 }
      if seed < 5 { #expect(try rule.select(from: candidates, losses: [:], seed: seed) == cohort) }
    }
    // 3,000 expected, deviation 46: six deviations.
    for count in counts { #expect(abs(count - 3_000) < 275) }
    let scheme = try rule.select(from: candidates, losses: [:], seed: 1).scheme
    #expect(scheme == .fixedSize(3, population: 10))
    #expect(scheme.rate == 0.3)
    #expect(scheme.accounted == .withoutReplacement(sampleSize: 3, population: 10))
    #expect(throws: FLMathError.selection(.tooFewCandidates(needed: 3, found: 2))) {
      try rule.select(from: self.candidates(2), losses: [:], seed: 1)
    }
    #expect(throws: FLMathError.selection(.invalidSize(0))) { try UniformSelection(size: 0) }
  }

  @Test("Poisson: cohorts vary in size and may be empty; clients are independent")
  func poisson() throws {
    let candidates = try candidates(4)
    let rule = try PoissonSelection(rate: 0.25)
    var (sizes, both) = ([Int](repeating: 0, count: 5), 0)
    for seed in 0..<10_000 as Range<UInt64> {
      let cohort = try rule.select(from: candidates, losses: [:], seed: seed)
      sizes[cohort.clients.count] += 1
      if cohort.clients.starts(with: [0, 1]) { both += 1 }
    }
    // The binomial distribution of 4 coins of 1/4, and the product for two of them.
    for (size, probability) in [81.0, 108, 54, 12, 1].map({ $0 / 256 }).enumerated() {
      #expect(abs(Double(sizes[size]) - 10_000 * probability) < 300)
    }
    #expect(abs(both - 625) < 150)
    #expect(try rule.select(from: candidates, losses: [:], seed: 1).scheme.rate == 0.25)
    for rate in [0, -0.1, 1.1, Double.nan] {
      #expect(throws: FLMathError.self) { try PoissonSelection(rate: rate) }
    }
  }

  @Test("Stratified: every group by its share, remainders to the largest")
  func stratified() throws {
    let rule = try StratifiedSelection(
      size: 5, strata: [[0, 1, 2, 3, 4, 5], [6, 7, 8], [9], [20]])
    // 6, 3 and 1 of 10 candidates: 3, 1.5 and 0.5 of 5, of which one half more for the earlier.
    for seed in 0..<50 as Range<UInt64> {
      let cohort = try rule.select(from: candidates(10), losses: [:], seed: seed)
      #expect(cohort.clients.filter { $0 < 6 }.count == 3)
      #expect(cohort.clients.filter { (6...8).contains($0) }.count == 2)
      #expect(cohort.clients.count == 5)
      #expect(abs(cohort.scheme.rate - 2.0 / 3) < 1e-15)
    }
    #expect(throws: FLMathError.selection(.noStratum(10))) {
      try rule.select(from: candidates(11), losses: [:], seed: 1)
    }
    #expect(throws: FLMathError.selection(.duplicateClient(1))) {
      try StratifiedSelection(size: 1, strata: [[1], [2, 1]])
    }
  }

  @Test("Power-of-choice keeps the largest losses of those it asks, and voids amplification")
  func powerOfChoice() throws {
    let rule = try PowerOfChoice(
      size: 2, asked: 4,
      examples: Dictionary(uniqueKeysWithValues: (0..<10 as Range<UInt32>).map { ($0, 5) }))
    for seed in 0..<50 as Range<UInt64> {
      let asked = try rule.clientsToAsk(among: candidates(10), seed: seed)
      #expect(Set(asked).count == 4)
      var losses = Dictionary(uniqueKeysWithValues: asked.map { ($0, Double($0)) })
      let cohort = try rule.select(from: candidates(10), losses: losses, seed: seed)
      #expect(cohort.clients == Array(asked.sorted().suffix(2)))
      #expect(cohort.scheme == .dataDependent)
      #expect(cohort.scheme.rate == 1)
      #expect(cohort.scheme.accounted == .none)
      // A loss that is not a number wins nothing.
      losses[asked[3]] = .nan
      let other = try rule.select(from: candidates(10), losses: losses, seed: seed)
      #expect(other.clients == [asked[1], asked[2]])
      losses[asked[0]] = nil
      #expect(throws: FLMathError.selection(.missingLoss(asked[0]))) {
        try rule.select(from: candidates(10), losses: losses, seed: seed)
      }
    }
    #expect(throws: FLMathError.selection(.tooFewProbes(size: 3, found: 2))) {
      try PowerOfChoice(size: 3, asked: 2, examples: [:])
    }
    #expect(throws: FLMathError.selection(.invalidWeight(client: 10, found: 0))) {
      try rule.clientsToAsk(among: candidates(11), seed: 1)
    }
  }

  @Test("Power-of-choice asks by numbers of examples, without replacement")
  func powerOfChoiceWeights() throws {
    let rule = try PowerOfChoice(size: 1, asked: 2, examples: [0: 1, 1: 2, 2: 5])
    var counts = [Int](repeating: 0, count: 3)
    for seed in 0..<20_000 as Range<UInt64> {
      for client in try rule.clientsToAsk(among: candidates(3), seed: seed) {
        counts[Int(client)] += 1
      }
    }
    // Sums over orders: client 0 is left out with 2/8 * 5/6 + 5/8 * 2/3 = 5/8, and so on.
    let leftOut = [5.0 / 8, 1.0 / 8 * 5 / 7 + 5.0 / 8 * 1 / 3, 1.0 / 8 * 2 / 7 + 2.0 / 8 * 1 / 6]
    for (count, leftOut) in zip(counts, leftOut) {
      #expect(abs(Double(count) - 20_000 * (1 - leftOut)) < 400)
    }
  }
}
