import FLMath
import SecAgg
import Testing

@Suite("Parameter calculator: recommended parameters")
struct RecommendedParametersTests {
  private let context = SessionParameters.applicationContext(of: Array("recommended".utf8))

  private func layout(contributors: Int) throws -> VectorLayout {
    try VectorLayout(
      elementCount: 7,
      lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: contributors))
  }

  @Test("degree and threshold are the computed ones", arguments: [3, 10, 100, 1_000, 100_000])
  func computed(cohortSize: Int) throws {
    let assumptions = try SessionAssumptions(cohortSize: cohortSize)
    let graph = try assumptions.smallestGraph()
    let parameters = try SessionParameters.recommended(
      for: assumptions, layout: layout(contributors: cohortSize), applicationContext: context)
    #expect(parameters.cohortSize == cohortSize)
    #expect(parameters.degree == graph.degree)
    #expect(parameters.threshold == graph.threshold)
    #expect(parameters.threatModel == .semiHonest)
    #expect(parameters.applicationContext == context)
    // Enough for the computed probabilities to hold, and more than the threshold.
    #expect(parameters.minimumContributors == cohortSize - cohortSize / 10)
    #expect(parameters.minimumContributors > parameters.threshold)
  }

  @Test("a minimum of contributors that is given is taken")
  func minimumContributors() throws {
    let parameters = try SessionParameters.recommended(
      for: SessionAssumptions(cohortSize: 100, minimumContributors: 60),
      layout: layout(contributors: 100), applicationContext: context)
    #expect(parameters.minimumContributors == 60)
    // Two would be less than the threshold, which nobody could reach.
    let least = try SessionParameters.recommended(
      for: SessionAssumptions(cohortSize: 100, minimumContributors: 2),
      layout: layout(contributors: 100), applicationContext: context)
    #expect(least.minimumContributors == least.threshold + 1)
    #expect(least.degree > parameters.degree)
  }

  @Test("what does not suit the cohort, and what nothing withstands, is an error")
  func errors() throws {
    #expect(
      throws: RecommendationError.parameters(.minimumContributors(found: 90, atMost: 50))
    ) {
      try SessionParameters.recommended(
        for: SessionAssumptions(cohortSize: 100), layout: layout(contributors: 50),
        applicationContext: context)
    }
    #expect(
      throws: RecommendationError.graph(
        .tooFewStay(found: 50, needed: 52, corruptClients: 50))
    ) {
      try SessionParameters.recommended(
        for: SessionAssumptions(cohortSize: 100, corruptFraction: 0.5, dropoutFraction: 0.5),
        layout: layout(contributors: 100), applicationContext: context)
    }
  }

  @Test("a session with them withstands the dropouts that were assumed", arguments: [10, 60])
  func session(cohortSize: Int) throws {
    let parameters = try SessionParameters.recommended(
      for: SessionAssumptions(cohortSize: cohortSize), layout: layout(contributors: cohortSize),
      applicationContext: context)
    for point in LeavingPoint.allCases {
      var session = try SimulatedSession(parameters: parameters, seed: 5)
      let leaving = ClientID.all(cohortSize: cohortSize).prefix(cohortSize / 10)
      let aggregate = try session.run(
        leaving: Dictionary(uniqueKeysWithValues: leaving.map { ($0, point) }))
      #expect(aggregate.contributors.count >= cohortSize - cohortSize / 10)
      #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors))
    }
  }
}
