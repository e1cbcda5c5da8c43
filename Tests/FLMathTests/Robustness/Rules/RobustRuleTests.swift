import Testing

@testable import FLMath

/// All rules, each with an argument of its own for the number of attackers.
private struct NamedRule: Sendable, CustomTestStringConvertible {
  let name: String
  let make: @Sendable (_ attackers: Int) throws -> any RobustAggregationRule

  var testDescription: String { name }

  static let all: [NamedRule] = [
    .init(name: "coordinate median") { try CoordinateMedian(attackers: $0) },
    .init(name: "trimmed mean") { try TrimmedMean(attackers: $0) },
    .init(name: "mean around median") { try MeanAroundMedian(attackers: $0) },
    .init(name: "Krum") { try Krum(attackers: $0) },
    .init(name: "Krum, ByzFL") { try Krum(attackers: $0, scoring: .meanOfHonestMajority) },
    .init(name: "Multi-Krum") { try MultiKrum(attackers: $0) },
    .init(name: "Bulyan") { try Bulyan(attackers: $0) },
    .init(name: "Bulyan, single pass") { try Bulyan(attackers: $0, selection: .singlePass) },
    .init(name: "geometric median") {
      try GeometricMedian(attackers: $0)
    },
    .init(name: "centred clipping") { try CenteredClipping(attackers: $0, radius: 4) },
    .init(name: "norm clipping") {
      try NormClippedMean(attackers: $0, clipping: NormClipping(bound: 4))
    },
    .init(name: "FLTrust") {
      try TrustBootstrapping(attackers: $0, trustedUpdate: RobustRuleTests.truth)
    },
  ]
}

@Suite("Robust rules")
struct RobustRuleTests {
  static let truth = (0..<13).map { 0.5 + 0.1 * Double($0 % 5) }

  /// What attackers may send.
  enum Garbage: String, CaseIterable, CustomTestStringConvertible {
    case notANumber, infinite, mixedInfinities, huge, largestFinite, oneCoordinate, far

    var testDescription: String { rawValue }

    func vector(_ dimension: Int) -> [Double] {
      var vector = [Double](repeating: 0.5, count: dimension)
      switch self {
      case .notANumber: vector[3] = .nan
      case .infinite: vector[dimension - 1] = .infinity
      case .mixedInfinities:
        vector[0] = .infinity
        vector[1] = -.infinity
      case .huge: return [Double](repeating: 0x1p478, count: dimension)
      case .largestFinite:
        return [Double](repeating: -.greatestFiniteMagnitude, count: dimension)
      case .oneCoordinate: vector[5] = -1e12
      case .far: return [Double](repeating: -1e6, count: dimension)
      }
      return vector
    }

    var isUnusable: Bool {
      switch self {
      case .notANumber, .infinite, .mixedInfinities, .largestFinite: true
      case .huge, .oneCoordinate, .far: false
      }
    }
  }

  private static func honest(
    _ count: Int, using generator: inout SimulationGenerator
  ) -> [[Double]] {
    (0..<count).map { _ in truth.map { $0 + 0.1 * generator.standardNormal() } }
  }

  @Test(
    "Three attackers of fifteen do not take the result away", arguments: NamedRule.all,
    Garbage.allCases)
  private func withstands(rule: NamedRule, garbage: Garbage) throws {
    var generator = SimulationGenerator(seed: 11)
    var rows = Self.honest(12, using: &generator)
    for place in [0, 7, 14] { rows.insert(garbage.vector(Self.truth.count), at: place) }
    let result = try rule.make(3).aggregate(UpdateMatrix(rows))
    #expect(result.unusableRows == (garbage.isUnusable ? [0, 7, 14] : []))
    #expect(result.vector.allSatisfy { $0.isFinite })
    // The clipping rules move by 2 * radius * f / n = 1.6 at most, the others stay among the honest.
    let distance = VectorArithmetic.squaredDistances(of: [result.vector], from: Self.truth)[0]
    let bound = rule.name.contains("clipping") ? 1.6 + 0.5 : 0.5
    #expect(distance.squareRoot() < bound, "\(rule.name): \(distance.squareRoot())")
    // Bulyan's first step may take vectors that agree with each other, its second undoes it; FLTrust
    // shortens what points the right way.
    let mayBeSelected =
      !garbage.isUnusable && (rule.name == "Bulyan" || rule.name == "FLTrust")
    if let selected = result.selectedRows, !mayBeSelected {
      #expect(!selected.isEmpty)
      #expect(Set(selected).isDisjoint(with: [0, 7, 14]), "\(rule.name): \(selected)")
    }
  }

  @Test("As many attackers as stated are withstood, one more is refused", arguments: NamedRule.all)
  private func refusesBeyondBreakdown(rule: NamedRule) throws {
    var generator = SimulationGenerator(seed: 5)
    for count in 1...24 {
      let updates = try UpdateMatrix(Self.honest(count, using: &generator))
      let most = try rule.make(0).tolerance.maximumAttackers(among: count)
      if most >= 0 { _ = try rule.make(most).aggregate(updates) }
      #expect(
        throws: FLMathError.robustAggregation(
          .beyondBreakdown(
            vectors: count, attackers: most + 1, maximum: most))
      ) { try rule.make(most + 1).aggregate(updates) }
      #expect(throws: FLMathError.self) { try rule.make(.max).aggregate(updates) }
    }
    #expect(throws: FLMathError.robustAggregation(.invalidAttackers(-1))) { try rule.make(-1) }
  }

  @Test("Unusable rows beyond the attackers are refused and named", arguments: NamedRule.all)
  private func refusesTooManyUnusable(rule: NamedRule) throws {
    var generator = SimulationGenerator(seed: 6)
    var rows = Self.honest(15, using: &generator)
    rows[2] = Garbage.notANumber.vector(13)
    rows[9] = Garbage.infinite.vector(13)
    let updates = try UpdateMatrix(rows)
    #expect(
      throws: FLMathError.robustAggregation(.tooManyUnusableRows(attackers: 1, found: [2, 9]))
    ) {
      try rule.make(1).aggregate(updates)
    }
    #expect(try rule.make(2).aggregate(updates).unusableRows == [2, 9])
  }

  @Test("An unusable row is one of the attackers: as many fewer are cut off, the same number kept")
  func unusableRowsCount() throws {
    let updates = try UpdateMatrix([[1], [.nan], [2], [9]])
    #expect(try TrimmedMean(attackers: 1).aggregate(updates).vector == [4])
    #expect(try MeanAroundMedian(attackers: 1).aggregate(updates).vector == [4])
    var generator = SimulationGenerator(seed: 2)
    var rows = Self.honest(15, using: &generator)
    rows[4] = Garbage.infinite.vector(13)
    for selected in [nil, 5] {
      let result = try MultiKrum(attackers: 3, selecting: selected).aggregate(UpdateMatrix(rows))
      #expect(result.selectedRows?.count == selected ?? 12)
    }
    let bulyan = try Bulyan(attackers: 3).aggregate(UpdateMatrix(rows))
    #expect(bulyan.selectedRows?.count == 14 - 2 * 2)
  }

  @Test(
    "The stated breakdown points",
    arguments: [
      ("coordinate median", 0.5, 2, 1), ("trimmed mean", 0.5, 2, 1),
      ("mean around median", 0.5, 2, 1),
      ("Krum", 0.5, 2, 3), ("Krum, ByzFL", 0.5, 2, 1), ("Multi-Krum", 0.5, 2, 3),
      ("Bulyan", 0.25, 4, 3), ("geometric median", 0.5, 2, 1), ("centred clipping", 0.5, 2, 1),
      ("norm clipping", 0.5, 2, 1), ("FLTrust", 1, 1, 1),
    ])
  func breakdownPoints(name: String, point: Double, slope: Int, more: Int) throws {
    let rule = try #require(NamedRule.all.first { $0.name == name }).make(0)
    #expect(rule.tolerance.breakdownPoint == point)
    #expect(rule.tolerance.vectorsPerAttacker == slope)
    #expect(rule.tolerance.additionalVectors == more)
  }

  @Test("Distances of rows with much in common are not lost to cancellation")
  func cancellation() throws {
    // Flower's |a|^2 + |b|^2 - 2ab on Float gives 0, 64 and -64 here.
    let reference = try RobustnessReference(file: "aggregators.json")["cancellation"]
    let distances = PairwiseDistances(of: try reference["x"].matrix)
    for (row, expected) in try reference["true"].matrix.enumerated() {
      for (column, value) in expected.enumerated() {
        #expect(abs(distances[row, column] - value) <= 1e-12 * value)
      }
    }
  }

  @Test("Krum's scores")
  func scores() throws {
    for one in try AggregatorReferenceTests.cases() where one.updates.rows.count >= 5 {
      let distances = PairwiseDistances(of: one.updates.rows)
      for (scoring, key) in [
        (KrumScoring.sumOfNearest, "flower.krum_scores_n-f-2"),
        (.meanOfHonestMajority, "byzfl.krum_scores_mean_n-f-1"),
      ] {
        let scores = scoring.scores(distances, attackers: one.attackers)
        for (score, expected) in zip(scores, try one.out[key].doubles) {
          #expect(abs(score - expected) <= 1e-12 * max(1, expected))
        }
      }
    }
  }

  @Test("Weights that give attackers half are refused")
  func weights() throws {
    let updates = try UpdateMatrix([[1], [2], [30]])
    let rule = try GeometricMedian(attackers: 1)
    #expect(throws: FLMathError.robustAggregation(.weightBeyondBreakdown(attackers: 1, share: 0.5)))
    {
      try rule.aggregate(updates, weights: [1, 2, 3])
    }
    #expect(throws: FLMathError.robustAggregation(.weightCountMismatch(expected: 3, found: 2))) {
      try rule.aggregate(updates, weights: [1, 2])
    }
    #expect(throws: FLMathError.robustAggregation(.zeroTotalWeight)) {
      try rule.aggregate(updates, weights: [0, 0, 0])
    }
    let median = try rule.aggregate(updates, weights: [2, 3, 2]).vector
    #expect(abs(median[0] - 2) < 1e-6)
  }

  @Test("Arguments out of their range are refused")
  func refusals() throws {
    for radius in [0, -1, .nan, .infinity] as [Double] {
      #expect(throws: FLMathError.self) { try NormClipping(bound: radius) }
      #expect(throws: FLMathError.self) {
        try CenteredClipping(attackers: 0, radius: radius)
      }
      #expect(throws: FLMathError.self) { try SmoothedWeiszfeld(smoothing: radius) }
    }
    #expect(throws: FLMathError.robustAggregation(.invalidIterations(0))) {
      try GeometricMedian(attackers: 0, iterations: 0)
    }
    for tolerance in [0, -1, .nan, .infinity] as [Double] {
      #expect(throws: FLMathError.self) {
        try GeometricMedian(attackers: 0, relativeTolerance: tolerance)
      }
    }
    #expect(throws: FLMathError.robustAggregation(.invalidIterations(0))) {
      try GeometricMedian(attackers: 0, smoothing: 1, steps: 0)
    }
    #expect(throws: FLMathError.robustAggregation(.invalidSelection(maximum: .max - 2, found: 0))) {
      try MultiKrum(attackers: 2, selecting: 0)
    }
    let updates = try UpdateMatrix((0..<7).map { [Double($0), 1] })
    #expect(throws: FLMathError.robustAggregation(.invalidSelection(maximum: 5, found: 6))) {
      try MultiKrum(attackers: 2, selecting: 6).aggregate(updates)
    }
    #expect(throws: FLMathError.robustAggregation(.zeroReference)) {
      try TrustBootstrapping(attackers: 0, trustedUpdate: [0, 0])
    }
    #expect(throws: FLMathError.robustAggregation(.unusableReference)) {
      try TrustBootstrapping(attackers: 0, trustedUpdate: [0, .nan])
    }
    #expect(throws: FLMathError.robustAggregation(.nothingTrusted)) {
      try TrustBootstrapping(attackers: 0, trustedUpdate: [0, -1]).aggregate(updates)
    }
    #expect(throws: FLMathError.robustAggregation(.dimensionMismatch(expected: 2, found: 1))) {
      try CenteredClipping(attackers: 0, radius: 1, center: [1]).aggregate(updates)
    }
    #expect(throws: FLMathError.robustAggregation(.invalidBucketSize(maximum: 7, found: 8))) {
      try Bucketing(size: 8).means(of: updates, order: Array(0..<7))
    }
    #expect(throws: FLMathError.robustAggregation(.notAPermutation(count: 7))) {
      try Bucketing(size: 2).means(of: updates, order: [0, 1, 2, 3, 4, 5, 5])
    }
    #expect(throws: FLMathError.updateMatrix(.noRows)) { try UpdateMatrix([]) }
    #expect(throws: FLMathError.updateMatrix(.noElements)) { try UpdateMatrix([[]]) }
    #expect(throws: FLMathError.updateMatrix(.dimensionMismatch(row: 1, expected: 1, found: 2))) {
      try UpdateMatrix([[1], [1, 2]])
    }
  }
}
