import SecAgg
import Testing

/// A server that offers a session in which there is little to break.
@Suite("Attack: weak sessions")
struct WeakSessionAttackTests {
  private static let policy = ClientPolicy.testing(
    minimumCohortSize: 10, minimumThreshold: 6, minimumContributors: 7,
    acceptedThreatModels: [.malicious], acceptedMaskCiphers: [.chacha20])

  private func expectRefusal(
    of parameters: SessionParameters, _ violation: PolicyViolation,
    policy: ClientPolicy = policy, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let id = try client(1)
    #expect(throws: ClientError.policy(violation), sourceLocation: sourceLocation) {
      switch parameters.threatModel {
      case .semiHonest:
        _ = try AdvertiseKeysRound(id: id, parameters: parameters, policy: policy)
      case .malicious:
        _ = try AdvertiseKeysRound(
          id: id, parameters: parameters, policy: policy, signedBy: TestIdentities.key(of: id))
      }
    }
  }

  @Test("a small cohort, a low threshold, few contributors, another threat model or cipher")
  func parameters() throws {
    func offer(
      _ threatModel: ThreatModel = .malicious, cohort: Int = 10, threshold: Int = 6,
      minimum: Int = 7
    ) throws -> SessionParameters {
      try testParameters(
        threatModel: threatModel, cohortSize: cohort, threshold: threshold,
        minimumContributors: minimum)
    }
    _ = try SigningClient(1, parameters: offer(), policy: Self.policy)
    try expectRefusal(of: offer(cohort: 9), .cohortSize(found: 9, floor: 10))
    try expectRefusal(of: offer(threshold: 5), .threshold(found: 5, floor: 6))
    try expectRefusal(of: offer(minimum: 6), .minimumContributors(found: 6, floor: 7))
    try expectRefusal(of: offer(.semiHonest), .threatModel(.semiHonest))
    try expectRefusal(
      of: offer(), .maskCipher(.chacha20), policy: ClientPolicy.testing(acceptedMaskCiphers: []))
  }

  /// Even a client whose policy takes any model does not slip from one into the other.
  @Test("another threat model than the client was started for")
  func otherThreatModel() throws {
    let id = try client(1)
    #expect(throws: ClientError.identityNeeded) {
      _ = try AdvertiseKeysRound(
        id: id, parameters: testParameters(threatModel: .malicious, cohortSize: 5, threshold: 3),
        policy: .testing())
    }
    #expect(throws: ClientError.notInThreatModel(.semiHonest)) {
      _ = try AdvertiseKeysRound(
        id: id, parameters: testParameters(cohortSize: 5, threshold: 3), policy: .testing(),
        signedBy: TestIdentities.key(of: id))
    }
  }

  @Test("a large cohort of which a small roster is left")
  func roster() throws {
    let parameters = try testParameters(
      threatModel: .malicious, cohortSize: 10, threshold: 6, minimumContributors: 7)
    let clients = try (1...9).map {
      try SigningClient($0, parameters: parameters, policy: Self.policy)
    }
    let leaves = clients.map(\.advertisement)
    clients[0].expectRefusal(
      of: RosterAnnouncement(
        session: parameters.digest, recipient: clients[0].id, rosterSize: 9,
        commitment: ForgedRoster(leaves, parameters: parameters).commitment,
        neighbours: Array(leaves.dropFirst())), .policy(.cohortSize(found: 9, floor: 10)))
  }

  @Test(
    "zero, one or fewer contributors than the minimum, in the set to be signed", arguments: [2, 7])
  func contributors(floor: Int) throws {
    let stage = try Stage(
      parameters: testParameters(
        threatModel: .malicious, cohortSize: 10, threshold: 6, minimumContributors: 7), seed: 92,
      policy: ClientPolicy.testing(minimumContributors: floor))
    for count in 0..<7 {
      let members = Array(stage.honest.prefix(count))
      #expect(throws: ClientError.contributorsBelowMinimum(found: count, minimum: 7)) {
        _ = try stage.signed(members, by: client(1))
      }
    }
    _ = try stage.signed(stage.honest.prefix(7), by: client(1))
  }

  /// A policy has a floor for the threshold and none for its share of the degree. Six of ten are safe
  /// with two traitors; of thirteen they would not be with one, so such a session does not exist.
  @Test("a threshold that keeps the floor, in a graph too large for it")
  func thresholdBelowHalfTheDegree() throws {
    #expect(throws: SessionParametersError.thresholdBelowMajority(found: 6, degree: 12)) {
      _ = try testParameters(
        threatModel: .malicious, cohortSize: 13, threshold: 6, minimumContributors: 7)
    }
  }
}
