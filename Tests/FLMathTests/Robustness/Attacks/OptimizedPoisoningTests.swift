import Testing

@testable import FLMath

@Suite("Attacks by distance and by search")
struct OptimizedPoisoningTests {
  private static func honest(seed: UInt64, count: Int = 9, dimension: Int = 5) -> [[Double]] {
    var generator = SimulationGenerator(seed: seed)
    return (0..<count).map { _ in (0..<dimension).map { _ in 0.5 + generator.standardNormal() } }
  }

  private func sent(_ attack: ModelPoisoning, honest: [[Double]]) throws -> [Double] {
    var generator = SimulationGenerator(seed: 1)
    return try attack.maliciousUpdate(
      own: honest[0], honest: UpdateMatrix(honest), using: &generator)
  }

  @Test("Min-Max and Min-Sum against the paper's halving")
  func distances() throws {
    for one in try FurtherRuleReferenceTests.cases() where one.out.has("attacks") {
      let honest = Array(one.updates.rows[one.attackers...])
      let expected = try one.out["attacks"]
      for perturbation in ModelPoisoning.Perturbation.allCases {
        let name = perturbation.rawValue
        try one.expect(
          sent(.minMax(perturbation), honest: honest), expected["minMax.\(name)"], "minMax \(name)")
        try one.expect(
          sent(.minSum(perturbation), honest: honest), expected["minSum.\(name)"], "minSum \(name)")
      }
    }
  }

  @Test("Optimised attacks against ByzFL's search")
  func optimised() throws {
    var count = 0
    for one in try FurtherRuleReferenceTests.cases() where one.out.has("optimised") {
      let honest = try UpdateMatrix(Array(one.updates.rows[one.attackers...]))
      for expected in try one.out["optimised"].items {
        let (f, name) = (one.attackers, try expected["rule"].string)
        let rule: any RobustAggregationRule =
          switch name {
          case "trimmed mean": try TrimmedMean(attackers: f)
          case "median": try CoordinateMedian(attackers: f)
          case "multi-krum": try MultiKrum(attackers: f, scoring: .meanOfHonestMajority)
          default:
            try GeometricMedian(
              attackers: f, smoothing: 0.1, steps: 3,
              start: .point([Double](repeating: 0, count: honest.dimension)))
          }
        for family in OptimizedPoisoning.Family.allCases {
          let found = try OptimizedPoisoning(
            family, against: rule, attackers: f, evaluations: expected["evaluations"].int,
            step: expected["step"].double
          ).strongest(honest: honest)
          let reference = try expected[family.rawValue].doubles
          let size = max(1, reference.map(\.magnitude).max() ?? 1)
          let difference = largestDifference(found.vector, reference)
          #expect(
            difference <= 1e-12 * size, "\(one.name) \(name) \(family)")
          count += 1
        }
      }
    }
    #expect(count > 30)
  }

  @Test(
    "Min-Max reaches the largest distance and does not exceed it, at every magnitude",
    arguments: [-1000, -500, 0, 400])
  func largestDistance(exponent: Int) throws {
    let factor = Double(sign: .plus, exponent: exponent, significand: 1)
    for seed in 1...10 as ClosedRange<UInt64> {
      let plain = Self.honest(seed: seed)
      for perturbation in ModelPoisoning.Perturbation.allCases {
        let one = try sent(.minMax(perturbation), honest: plain)
        let distances = EuclideanDistances(of: plain + [one])
        let honest = Array(plain.indices)
        let farthest = honest.map { distances[$0, plain.count] }.max() ?? 0
        #expect(abs(farthest / distances.diameter(of: honest) - 1) <= 1e-12)
        let scaled = try sent(
          .minMax(perturbation), honest: plain.map { $0.map { factor * $0 } })
        #expect(scaled == one.map { factor * $0 })
        #expect(
          try sent(.minSum(perturbation), honest: plain.map { $0.map { factor * $0 } })
            == sent(.minSum(perturbation), honest: plain).map { factor * $0 })
      }
    }
  }

  @Test("A search takes the result at least as far as any fixed factor on its way")
  func strongest() throws {
    let honest = try UpdateMatrix(Self.honest(seed: 3, count: 12))
    let mean = honest.mean()
    for family in OptimizedPoisoning.Family.allCases {
      let rule = PreAggregatedRule(try TrimmedMean(attackers: 3)) {
        updates throws(FLMathError) in
        try NearestNeighbourMixing(attackers: 3).mixed(updates)
      }
      let outcome = try OptimizedPoisoning(family, against: rule, attackers: 3)
        .strongest(honest: honest)
      let attacked = try rule.aggregate(
        UpdateMatrix(honest.rows + [[Double]](repeating: outcome.vector, count: 3))
      ).vector
      #expect(EuclideanNorm.distance(attacked, mean) == outcome.distance)
      let harmless =
        family == .innerProduct ? [Double](repeating: 0, count: honest.dimension) : mean
      let start = try rule.aggregate(
        UpdateMatrix(honest.rows + [[Double]](repeating: harmless, count: 3))
      ).vector
      #expect(outcome.distance > EuclideanNorm.distance(start, mean))
    }
  }

  @Test("A factor so large that the vectors are unusable does no damage")
  func unusable() throws {
    let honest = try UpdateMatrix(Self.honest(seed: 4).map { $0.map { 0x1p470 * $0 } })
    let outcome = try OptimizedPoisoning(
      .littleIsEnough, against: TrimmedMean(attackers: 2), attackers: 2, step: 1e200
    ).strongest(honest: honest)
    #expect(outcome.vector.allSatisfy { $0.isFinite })
    #expect(UpdateMatrix.isUsable(outcome.vector))
  }

  @Test("Refuses parameters and updates that make no sense")
  func refusals() throws {
    let rule = try CoordinateMedian(attackers: 4)
    let honest = try UpdateMatrix(Self.honest(seed: 1, count: 3))
    #expect(throws: FLMathError.poisoning(.tooFewAttackers(0))) {
      try OptimizedPoisoning(.innerProduct, against: rule, attackers: 0)
    }
    #expect(throws: FLMathError.poisoning(.invalidEvaluations(0))) {
      try OptimizedPoisoning(.innerProduct, against: rule, attackers: 1, evaluations: 0)
    }
    #expect(throws: FLMathError.poisoning(.invalidParameter(name: "step", found: 0))) {
      try OptimizedPoisoning(.innerProduct, against: rule, attackers: 1, step: 0)
    }
    #expect(
      throws: FLMathError.robustAggregation(.beyondBreakdown(vectors: 4, attackers: 4, maximum: 1))
    ) {
      try OptimizedPoisoning(.innerProduct, against: rule, attackers: 1).strongest(honest: honest)
    }
    #expect(throws: FLMathError.poisoning(.unusableHonestRows([1]))) {
      try OptimizedPoisoning(.innerProduct, against: rule, attackers: 1)
        .strongest(honest: UpdateMatrix([[1], [.nan]]))
    }
    #expect(throws: FLMathError.poisoning(.tooFewHonestRows(1))) {
      try sent(.minMax(.oppositeMean), honest: [[1]])
    }
    #expect(throws: FLMathError.poisoning(.noDirection)) {
      try sent(.minSum(.oppositeMean), honest: [[1], [-1]])
    }
    #expect(try sent(.minMax(.oppositeSigns), honest: [[2, 3], [2, 3]]) == [2, 3])
  }
}
