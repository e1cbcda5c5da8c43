import FLMath
import SecAgg
import Testing

@Suite("Parameter calculator: risks")
struct GraphRiskTests {
  /// Exact integers and mpmath's logarithms.
  @Test(
    "risks computed independently",
    arguments: [
      (1_000, 0.05, 0.05, 30, 17, ThreatModel.semiHonest, -41.5266640625609, -26.9989956108112),
      (1_000, 0.05, 0.05, 52, 37, .malicious, -45.9574513998959, -21.4062703100921),
      (1_000, 0.05, 0.33, 398, 223, .malicious, -47.4725243127925, -20.3100757170441),
      (10_000, 0.05, 0.05, 34, 20, .semiHonest, -44.2513630973088, -22.3188409468847),
      (1_000, 0.33, 0.05, 78, 60, .semiHonest, -42.7890972720178, -21.0358251178044),
      (1_000, 0, 0.1, 20, 10, .semiHonest, -50.2006909482894, -11.0799844758839),
      // More than certain counts as certain.
      (1_000, 0.05, 0.05, 20, 10, .malicious, 0, -22.3287724747779),
      // In the complete graph nothing is left to chance.
      (100, 0.05, 0.05, 99, 50, .semiHonest, -.infinity, -.infinity),
    ])
  func independent(
    cohortSize: Int, corrupt: Double, dropout: Double, degree: Int, threshold: Int,
    model: ThreatModel, leak: Double, failure: Double
  ) throws {
    let risk = try SessionAssumptions(
      cohortSize: cohortSize, corruptFraction: corrupt, dropoutFraction: dropout,
      threatModel: model, dropouts: .random, rosters: .full
    ).risk(of: GraphParameters(degree: degree, threshold: threshold))
    #expect(risk.leak.log2 == leak || abs(risk.leak.log2 - leak) < 1e-9)
    #expect(risk.failure.log2 == failure || abs(risk.failure.log2 - failure) < 1e-9)
    #expect((risk.bothSecrets != nil) == (model == .malicious))
    #expect(risk.contributorSets == nil)
    #expect(risk.leak >= risk.disconnection)
    #expect(risk.leak >= risk.corruptNeighbours)
  }

  static let settings: [(Int, Double, Double)] = [
    (50, 0.1, 0.1), (100, 0.05, 0.05), (100, 0, 0.1), (100, 0.1, 0), (333, 0.2, 0.15),
    (1_000, 0.33, 0.05), (1_000, 0.05, 0.33), (20_000, 0.1, 0.1),
  ]

  @Test(
    "the answer meets its targets; two neighbours fewer do not, nor does one share fewer",
    arguments: settings, [ThreatModel.semiHonest, .malicious])
  func inverse(setting: (Int, Double, Double), model: ThreatModel) throws {
    let assumptions = try SessionAssumptions(
      cohortSize: setting.0, corruptFraction: setting.1, dropoutFraction: setting.2,
      threatModel: model, dropouts: .random)
    let graph = try assumptions.smallestGraph()
    let risk = try assumptions.risk(of: graph)
    #expect(risk.leak.log2 <= -40)
    #expect(risk.failure.log2 < -20)
    func suffices(degree: Int, threshold: Int) throws -> Bool {
      let risk = try assumptions.risk(of: GraphParameters(degree: degree, threshold: threshold))
      let exposed = risk.bothSecrets ?? risk.corruptNeighbours
      return risk.disconnection.log2 < -41 && exposed.log2 <= -41 && risk.failure.log2 < -20
    }
    #expect(try suffices(degree: graph.degree, threshold: graph.threshold))
    if graph.threshold > 2 {
      #expect(try !suffices(degree: graph.degree, threshold: graph.threshold - 1))
    }
    if graph.degree > 2 {
      let smaller = (graph.degree - 1) / 2 * 2
      for threshold in stride(from: 2, through: smaller, by: 1) {
        #expect(try !suffices(degree: smaller, threshold: threshold), "\(smaller), \(threshold)")
      }
    }
  }

  @Test("a higher threshold leaks less and fails more", arguments: settings)
  func threshold(setting: (Int, Double, Double)) throws {
    let assumptions = try SessionAssumptions(
      cohortSize: setting.0, corruptFraction: setting.1, dropoutFraction: setting.2,
      threatModel: .malicious)
    let risks = try (2...40).map {
      try assumptions.risk(of: GraphParameters(degree: 40, threshold: $0))
    }
    for (lower, higher) in zip(risks, risks.dropFirst()) {
      #expect(higher.leak <= lower.leak)
      #expect(higher.failure >= lower.failure)
      // Who holds a threshold of one secret holds half of twice the threshold.
      #expect(try #require(higher.bothSecrets) >= higher.corruptNeighbours)
    }
  }

  @Test(
    "asking for more never gives a smaller degree", arguments: [ThreatModel.semiHonest, .malicious])
  func monotone(model: ThreatModel) throws {
    func degrees(_ assumptions: [SessionAssumptions]) throws -> [Int] {
      try assumptions.map { try $0.smallestGraph().degree }
    }
    func expectRising(_ degrees: [Int]) {
      #expect(degrees == degrees.sorted(), "\(degrees)")
    }
    expectRising(
      try degrees(
        [10, 20, 40, 80, 128].map {
          try SessionAssumptions(cohortSize: 500, threatModel: model, securityBits: $0)
        }))
    expectRising(
      try degrees(
        [1, 10, 20, 40, 80].map {
          try SessionAssumptions(cohortSize: 500, threatModel: model, failureBits: $0)
        }))
    expectRising(
      try degrees(
        stride(from: 0, through: 0.3, by: 0.03).map {
          try SessionAssumptions(cohortSize: 500, corruptFraction: $0, threatModel: model)
        }))
    expectRising(
      try degrees(
        stride(from: 0, through: 0.3, by: 0.03).map {
          try SessionAssumptions(cohortSize: 500, dropoutFraction: $0, threatModel: model)
        }))
    expectRising(
      try degrees(
        stride(from: 0, through: 50, by: 10).map {
          try SessionAssumptions(
            cohortSize: 500, dropoutFraction: 0.1, threatModel: model,
            minimumContributors: 450 - 5 * $0)
        }))
    let others = try [ThreatModel.semiHonest, .malicious].map {
      try SessionAssumptions(cohortSize: 500, threatModel: $0)
    }
    expectRising(try degrees(others))
  }

  @Test("the smallest threshold of a given degree keeps secrets, one less does not")
  func smallestThreshold() throws {
    for model in [ThreatModel.semiHonest, .malicious] {
      let assumptions = try SessionAssumptions(cohortSize: 1_000, threatModel: model)
      for degree in [40, 80, 200] {
        let threshold = try assumptions.smallestThreshold(degree: degree)
        let bits = try [threshold - 1, threshold].map {
          let risk = try assumptions.risk(of: GraphParameters(degree: degree, threshold: $0))
          return model == .malicious ? risk.leak.log2 : risk.corruptNeighbours.log2 + 1
        }
        #expect(bits[0] > -40)
        #expect(bits[1] <= -40)
      }
      // Where no threshold is enough, the degree is the best there is.
      #expect(try assumptions.smallestThreshold(degree: 4) == 4)
      #expect(throws: SessionParametersError.degree(found: 7, cohortSize: 1_000)) {
        try assumptions.smallestThreshold(degree: 7)
      }
    }
  }

  @Test("what no session can have has no risk, but an error")
  func refused() throws {
    let assumptions = try SessionAssumptions(cohortSize: 20)
    for (degree, threshold, error) in [
      (7, 3, SessionParametersError.degree(found: 7, cohortSize: 20)),
      (20, 3, .degree(found: 20, cohortSize: 20)),
      (0, 2, .degree(found: 0, cohortSize: 20)),
      (.min, 2, .degree(found: .min, cohortSize: 20)),
      (.max, .max, .degree(found: .max, cohortSize: 20)),
      (8, 1, .threshold(found: 1, degree: 8)),
      (8, 9, .threshold(found: 9, degree: 8)),
      (8, .min, .threshold(found: .min, degree: 8)),
    ] {
      #expect(throws: error) {
        try assumptions.risk(of: GraphParameters(degree: degree, threshold: threshold))
      }
    }
  }
}
