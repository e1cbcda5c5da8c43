import Testing

@testable import FLMath

@Suite("Threshold audits")
struct ThresholdAuditTests {
  /// Scores of the matched filter for Gaussian noise, which are normal numbers, exactly.
  private func scores(
    mean: Double, deviation: Double, count: Int, using generator: inout SimulationGenerator
  ) -> [Double] {
    (0..<count).map { _ in mean + deviation * generator.standardNormal() }
  }

  private func bound(
    deviation: Double, trials: Int, delta: Double, confidence: Double,
    family: ThresholdAudit.Family,
    seed: UInt64
  ) throws -> Double {
    var generator = SimulationGenerator(seed: seed)
    let members = scores(mean: 1, deviation: deviation, count: trials, using: &generator)
    let others = scores(mean: 0, deviation: deviation, count: trials, using: &generator)
    return try ThresholdAudit(delta: delta, confidence: confidence)
      .bound(members: members, nonMembers: others, family: family).epsilon
  }

  /// Fixed seeds; for others, 8 bounds that are each wrong with at most 1e-8.
  @Test(
    "a bound is not above the epsilon of a Gaussian mechanism",
    arguments: ThresholdAudit.Family.allCases, [(0.5, 1e-2), (1, 1e-5), (4, 1e-5), (8, 1e-6)])
  func neverAbove(family: ThresholdAudit.Family, claim: (epsilon: Double, delta: Double)) throws {
    let mechanism = try GaussianMechanism.calibrated(
      epsilon: claim.epsilon, delta: claim.delta, sensitivity: 1)
    let bound = try bound(
      deviation: mechanism.standardDeviation, trials: 50_000, delta: claim.delta,
      confidence: 1 - 1e-8, family: family, seed: 5)
    #expect(bound <= claim.epsilon)
    #expect(bound > 0)
  }

  /// Bounds are wrong with at most 20 % each: of 200, more than 75 are with a probability below 1e-8, for
  /// seeds that were not chosen.
  @Test(
    "bounds are not wrong more often than the confidence says",
    arguments: ThresholdAudit.Family.allCases)
  func confidence(family: ThresholdAudit.Family) throws {
    let (epsilon, delta) = (1.0, 0.05)
    let mechanism = try GaussianMechanism.calibrated(
      epsilon: epsilon, delta: delta, sensitivity: 1)
    let wrong = try (0..<200).count { seed in
      try bound(
        deviation: mechanism.standardDeviation, trials: 400, delta: delta, confidence: 0.8,
        family: family, seed: UInt64(seed)) > epsilon
    }
    #expect(wrong <= 75)
  }

  /// Both samples are so large that the bound is five standard deviations and more away from the claim.
  @Test(
    "noise for 1.1 times the epsilon is caught",
    arguments: [
      (ThresholdAudit.Family.gaussian, 4.0, 1e-5, 100_000), (.gaussian, 1, 1e-5, 200_000),
      (.anyMechanism, 2, 0.05, 1_000_000),
    ])
  func power(
    family: ThresholdAudit.Family, epsilon: Double, delta: Double, trials: Int
  ) throws {
    let understated = try GaussianMechanism.calibrated(
      epsilon: 1.1 * epsilon, delta: delta, sensitivity: 1)
    let found = try bound(
      deviation: understated.standardDeviation, trials: trials, delta: delta, confidence: 0.95,
      family: family, seed: 3)
    #expect(found > epsilon)
    #expect(found <= 1.1 * epsilon)
  }

  @Test("the variance of a sum tells that a client took its noise away")
  func missingNoise() throws {
    // 12 clients or 11, 20 rounds of 256 coordinates, noise for epsilon 4 in all rounds together.
    let (epsilon, delta, clients, rounds, dimension) = (4.0, 1e-5, 12, 20, 256)
    let mechanism = try GaussianMechanism.calibrated(
      epsilon: epsilon, delta: delta, sensitivity: Double(rounds).squareRoot())
    let share = mechanism.standardDeviation * mechanism.standardDeviation / Double(clients - 1)
    let score = try MembershipScore.variance(
      canarySquaredNorm: 1, others: clients - 1, shareVariance: share, dimension: dimension)
    var generator = SimulationGenerator(seed: 8)
    func scores(isMember: Bool) -> [Double] {
      let deviation = (share * Double(isMember ? clients : clients - 1)).squareRoot()
      return (0..<800).map { _ in
        (0..<rounds).reduce(0.0) { total, _ in
          var (first, square) = (0.0, 0.0)
          for index in 0..<dimension {
            let value = (index == 0 && isMember ? 1 : 0) + deviation * generator.standardNormal()
            if index == 0 { first = value }
            square += value * value
          }
          return total + score.score(projection: first, squaredNorm: square)
        }
      }
    }
    let bound = try ThresholdAudit(delta: delta, confidence: 0.95).bound(
      members: scores(isMember: true), nonMembers: scores(isMember: false), family: .anyMechanism)
    #expect(bound.epsilon > epsilon)
  }

  @Test("either direction of an attack counts")
  func directions() throws {
    // No member is missed, and 1 of 2 others is called one: it is the negatives that tell.
    let counts = try AttackCounts(
      truePositives: 10_000, members: 10_000, falsePositives: 5_000, nonMembers: 10_000)
    let exchanged = try AttackCounts(
      truePositives: 5_000, members: 10_000, falsePositives: 0, nonMembers: 10_000)
    let bound = try counts.epsilonLowerBound(delta: 1e-5, confidence: 0.95)
    #expect(bound > 6)
    #expect(abs(try exchanged.epsilonLowerBound(delta: 1e-5, confidence: 0.95) - bound) < 1e-9)
  }

  @Test("an attack that tells nothing gives 0, one that is always right something finite")
  func extremes() throws {
    let blind = try AttackCounts(
      truePositives: 50, members: 100, falsePositives: 50, nonMembers: 100)
    let perfect = try AttackCounts(
      truePositives: 100, members: 100, falsePositives: 0, nonMembers: 100)
    #expect(try blind.epsilonLowerBound(delta: 1e-5, confidence: 0.95) == 0)
    #expect(try blind.gaussianEpsilonLowerBound(delta: 1e-5, confidence: 0.95) == 0)
    let bound = try perfect.epsilonLowerBound(delta: 1e-5, confidence: 0.95)
    #expect(bound > 3 && bound < 4)
    #expect(try perfect.gaussianEpsilonLowerBound(delta: 1e-5, confidence: 0.95).isFinite)
  }

  @Test("scores and claims out of range are rejected")
  func rejected() throws {
    #expect(throws: FLMathError.audit(.delta(found: 0))) {
      try ThresholdAudit(delta: 0, confidence: 0.9)
    }
    #expect(throws: FLMathError.audit(.confidence(found: 1))) {
      try ThresholdAudit(delta: 0.1, confidence: 1)
    }
    let audit = try ThresholdAudit(delta: 0.1, confidence: 0.9)
    #expect(throws: FLMathError.audit(.tooFewScores(found: 3, atLeast: 4))) {
      try audit.bound(members: [1, 2, 3, 4], nonMembers: [1, 2, 3], family: .anyMechanism)
    }
    #expect(throws: FLMathError.audit(.nonFiniteScore(index: 2, found: .infinity))) {
      try audit.bound(
        members: [1, 2, .infinity, 4], nonMembers: [1, 2, 3, 4], family: .anyMechanism)
    }
  }
}
