import SecAgg
import Testing

@Suite("Parameter calculator: assumptions")
struct SessionAssumptionsTests {
  @Test(
    "fractions become whole clients, unharmed by binary floating point",
    arguments: [
      (100, 0.29, 29), (100, 0.57, 57), (100, 0.58, 58), (1_000, 0.001, 1), (3, 1.0 / 3, 1),
      (49, 1.0 / 49, 1), (10, 0.05, 0), (19, 0.05, 0), (20, 0.05, 1), (39, 0.05, 1),
      (100, 0.299_999, 29), (1 << 20, 0.29, 304_087), (1_000_000, 0.07, 70_000), (100, 0, 0),
    ])
  func wholeClients(cohortSize: Int, fraction: Double, expected: Int) throws {
    let assumptions = try SessionAssumptions(
      cohortSize: cohortSize, corruptFraction: fraction, dropoutFraction: fraction)
    #expect(assumptions.corruptClients == expected)
    #expect(assumptions.droppedClients == expected)
    #expect(assumptions.stayingClients == cohortSize - expected)
  }

  @Test("the default expects a corrupt client in every cohort", arguments: 3...60)
  func defaults(cohortSize: Int) throws {
    let assumptions = try SessionAssumptions(cohortSize: cohortSize)
    #expect(assumptions.corruptClients == max(1, cohortSize / 20))
    #expect(assumptions.droppedClients == cohortSize / 10)
    #expect(assumptions.threatModel == .semiHonest)
    #expect(assumptions.dropouts == .random)
    #expect(assumptions.rosters == .any)
    #expect(assumptions.minimumContributors == cohortSize - cohortSize / 10)
    #expect(assumptions.securityBits == 40)
    #expect(assumptions.failureBits == 20)
    _ = try assumptions.smallestGraph()
    let malicious = try SessionAssumptions(cohortSize: cohortSize, threatModel: .malicious)
    #expect(malicious.dropouts == .chosen)
    _ = try malicious.smallestGraph()
  }

  @Test("corrupt clients that drop out are counted in addition to the others")
  func corruptDropouts() throws {
    let assumptions = try SessionAssumptions(
      cohortSize: 100, corruptFraction: 0.07, dropoutFraction: 0.1, corruptClientsDropOut: true)
    #expect(assumptions.droppedClients == 10)
    #expect(assumptions.stayingClients == 83)
    #expect(assumptions.minimumContributors == 83)
  }

  @Test("a minimum of contributors from 2 to the cohort size", arguments: [Int.min, 1, 11, .max])
  func minimumContributors(found: Int) throws {
    #expect(
      throws: SessionAssumptionsError.minimumContributors(found: found, cohortSize: 10)
    ) {
      try SessionAssumptions(cohortSize: 10, minimumContributors: found)
    }
    #expect(
      try SessionAssumptions(cohortSize: 10, minimumContributors: 2).minimumContributors == 2)
  }

  @Test("cohorts of 3 to 2^20", arguments: [Int.min, -1, 0, 2, 1 << 20 + 1, .max])
  func cohortSize(found: Int) {
    #expect(throws: SessionAssumptionsError.cohortSize(found: found)) {
      try SessionAssumptions(cohortSize: found)
    }
  }

  @Test("fractions from 0 and below 1", arguments: [-0.1, 1, 1.5, .infinity, -.infinity])
  func fractions(found: Double) {
    #expect(throws: SessionAssumptionsError.corruptFraction(found: found)) {
      try SessionAssumptions(cohortSize: 10, corruptFraction: found)
    }
    #expect(throws: SessionAssumptionsError.dropoutFraction(found: found)) {
      try SessionAssumptions(cohortSize: 10, dropoutFraction: found)
    }
  }

  @Test("not a number is no fraction")
  func notANumber() {
    #expect(throws: SessionAssumptionsError.self) {
      try SessionAssumptions(cohortSize: 10, corruptFraction: .nan)
    }
    #expect(throws: SessionAssumptionsError.self) {
      try SessionAssumptions(cohortSize: 10, dropoutFraction: .nan)
    }
  }

  @Test("1 to 256 bits", arguments: [Int.min, -1, 0, 257, .max])
  func bits(found: Int) {
    #expect(throws: SessionAssumptionsError.securityBits(found: found)) {
      try SessionAssumptions(cohortSize: 10, securityBits: found)
    }
    #expect(throws: SessionAssumptionsError.failureBits(found: found)) {
      try SessionAssumptions(cohortSize: 10, failureBits: found)
    }
  }

  @Test("the last fraction below 1 does not trap")
  func nearlyAll() throws {
    let nearlyOne = (1.0).nextDown
    for cohortSize in [3, 10, 1 << 20] {
      let assumptions = try SessionAssumptions(
        cohortSize: cohortSize, corruptFraction: nearlyOne, dropoutFraction: nearlyOne,
        threatModel: .malicious)
      #expect(assumptions.stayingClients == 0)
      #expect(throws: GraphSearchError.self) { try assumptions.smallestGraph() }
      _ = try assumptions.risk(of: GraphParameters(degree: cohortSize - 1, threshold: 2))
      _ = try assumptions.risk(of: GraphParameters(degree: 2, threshold: 2))
    }
  }

  @Test("where nothing will do, the error says how many would have to stay")
  func unreachable() throws {
    let half = try SessionAssumptions(
      cohortSize: 100, corruptFraction: 0.5, dropoutFraction: 0.5)
    #expect(throws: GraphSearchError.tooFewStay(found: 50, needed: 52, corruptClients: 50)) {
      try half.smallestGraph()
    }
    let malicious = try SessionAssumptions(
      cohortSize: 100, corruptFraction: 0.2, dropoutFraction: 0.4, threatModel: .malicious)
    #expect(
      throws: GraphSearchError.tooFewStayForMalicious(found: 60, needed: 61, corruptClients: 20)
    ) {
      try malicious.smallestGraph()
    }
    // One more that stays, and the complete graph or a smaller one will do.
    _ = try SessionAssumptions(
      cohortSize: 100, corruptFraction: 0.2, dropoutFraction: 0.39, threatModel: .malicious
    ).smallestGraph()
  }

  @Test("errors say what came")
  func descriptions() {
    let errors: [any Error] = [
      SessionAssumptionsError.cohortSize(found: 8123),
      SessionAssumptionsError.corruptFraction(found: 8123),
      SessionAssumptionsError.dropoutFraction(found: 8123),
      SessionAssumptionsError.minimumContributors(found: 8123, cohortSize: 100),
      SessionAssumptionsError.securityBits(found: 8123),
      SessionAssumptionsError.failureBits(found: 8123),
      GraphSearchError.tooFewStay(found: 8123, needed: 9000, corruptClients: 20),
      GraphSearchError.tooFewStayForMalicious(found: 8123, needed: 9000, corruptClients: 20),
      RecommendationError.graph(.tooFewStay(found: 8123, needed: 9000, corruptClients: 9)),
      RecommendationError.parameters(.threshold(found: 8123, degree: 6)),
    ]
    let texts = errors.map { "\($0)" }
    #expect(texts.allSatisfy { $0.contains("8123") })
    #expect(Set(texts).count == texts.count)
  }
}
