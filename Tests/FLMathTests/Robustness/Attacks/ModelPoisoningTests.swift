import Testing

@testable import FLMath

@Suite("Attacks")
struct ModelPoisoningTests {
  private func sent(
    _ attack: ModelPoisoning, own: [Double], honest: [[Double]], seed: UInt64 = 1
  ) throws -> [Double] {
    var generator = SimulationGenerator(seed: seed)
    return try attack.maliciousUpdate(
      own: own, honest: UpdateMatrix(honest), using: &generator)
  }

  @Test("ByzFL's vectors")
  func reference() throws {
    let file = try RobustnessReference(file: "aggregators.json")
    let expected = try #require(
      try file["attacks"].items.first { try $0["name"].string == "doc3x3" })
    let matrix = try #require(
      try file["matrices"].items.first { try $0["name"].string == "doc3x3" })
    let honest = try matrix["x"].matrix
    let own = honest[0]
    for (attack, key) in [
      // ByzFL's sign flip is of the honest mean, not of the attacker's own update.
      (ModelPoisoning.innerProduct(epsilon: 1), "sign_flip"),
      (.innerProduct(epsilon: 2), "ipm_tau2"),
      (.innerProduct(epsilon: 0.5), "ipm_tau0_5"),
      (.littleIsEnough(z: 1.5), "alie_tau1_5"),
      (.mimic(client: 0), "mimic0"),
    ] {
      let found = try sent(attack, own: own, honest: honest)
      #expect(largestDifference(found, try expected[key].doubles) <= 1e-12, "\(key)")
    }
  }

  @Test("z of A Little Is Enough")
  func alieFactor() throws {
    for one in try RobustnessReference(file: "aggregators.json")["alie_zmax"].items {
      let z = try ModelPoisoning.alieFactor(clients: one["n"].int, attackers: one["f"].int)
      #expect(abs(z - (try one["z"].double)) <= 1e-12)
    }
    #expect(try ModelPoisoning.alieFactor(clients: 3, attackers: 2) == .infinity)
    #expect(throws: FLMathError.poisoning(.invalidAttackers(clients: 3, found: 3))) {
      try ModelPoisoning.alieFactor(clients: 3, attackers: 3)
    }
    #expect(throws: FLMathError.poisoning(.invalidAttackers(clients: 3, found: 0))) {
      try ModelPoisoning.alieFactor(clients: 3, attackers: 0)
    }
  }

  @Test(
    "z of A Little Is Enough is the normal quantile of the honest who need not lie farther out",
    arguments: [
      // Python's statistics.NormalDist, which is Wichura's AS 241, at (honest - supporters) / honest.
      (40, 10, 0.340694827087795359), (4, 1, -0.430727299295457437),
      (6, 1, -0.253347103135799800), (12, 5, 0.565948821932863109), (9, 3, 0.430727299295457326),
      (1000, 499, 2.652744336177870609), (10, 2, 0), (11, 1, 0),
    ])
  func alieQuantiles(clients: Int, attackers: Int, expected: Double) throws {
    let found = try ModelPoisoning.alieFactor(clients: clients, attackers: attackers)
    #expect(abs(found - expected) <= 1e-12 * max(1, abs(expected)))
  }

  @Test("What is made of the attacker's own update")
  func own() throws {
    let honest = [[1.0, 2.0], [3.0, 4.0]]
    #expect(try sent(.signFlip(scale: 10), own: [1, -2], honest: honest) == [-10, 20])
    #expect(try sent(.scaling(factor: 10), own: [1, -2], honest: honest) == [10, -20])
    #expect(try sent(.notANumber, own: [1, -2], honest: honest).allSatisfy { $0.isNaN })
  }

  @Test("Gaussian noise has its deviation and mean 0")
  func gaussian() throws {
    let zeros = [Double](repeating: 0, count: 20_000)
    let noise = try sent(.gaussian(standardDeviation: 3), own: zeros, honest: [zeros], seed: 4)
    let mean = noise.reduce(0, +) / 20_000
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / 20_000).squareRoot()
    #expect(abs(mean) < 5 * 3 / Double(20_000).squareRoot())
    #expect(abs(deviation - 3) < 5 * 3 / Double(40_000).squareRoot())
  }

  @Test("Refuses parameters and updates that make no sense")
  func refusals() throws {
    for value in [0, -1, .nan, .infinity] as [Double] {
      for attack in [
        ModelPoisoning.signFlip(scale: value), .scaling(factor: value),
        .gaussian(standardDeviation: value), .innerProduct(epsilon: value),
      ] {
        #expect(throws: FLMathError.self) { try sent(attack, own: [1], honest: [[1]]) }
      }
    }
    for z in [.nan, .infinity] as [Double] {
      #expect(throws: FLMathError.self) {
        try sent(.littleIsEnough(z: z), own: [1], honest: [[1], [2]])
      }
    }
    #expect(throws: FLMathError.poisoning(.tooFewHonestRows(1))) {
      try sent(.littleIsEnough(z: 1), own: [1], honest: [[1]])
    }
    #expect(throws: FLMathError.poisoning(.noSuchClient(count: 1, found: 1))) {
      try sent(.mimic(client: 1), own: [1], honest: [[1]])
    }
    #expect(throws: FLMathError.poisoning(.dimensionMismatch(expected: 1, found: 2))) {
      try sent(.scaling(factor: 2), own: [1, 2], honest: [[1]])
    }
    #expect(throws: FLMathError.poisoning(.unusableHonestRows([1]))) {
      try sent(.scaling(factor: 2), own: [1], honest: [[1], [.nan]])
    }
  }

  @Test("Flipped labels")
  func labelFlip() throws {
    let dataset = try Dataset(
      features: [1, 2, 3, 4], featureCount: 1, labels: [0, 1, 2, 1], classCount: 3)
    #expect(try LabelFlip.all.applied(to: dataset).labels == [2, 1, 0, 1])
    let targeted = try LabelFlip.targeted(from: 1, to: 0).applied(to: dataset)
    #expect(targeted.labels == [0, 0, 2, 0])
    #expect(targeted.features == dataset.features)
    #expect(throws: FLMathError.dataset(.labelOutOfRange(example: 1, classCount: 3, found: 3))) {
      try LabelFlip.targeted(from: 1, to: 3).applied(to: dataset)
    }
  }
}
