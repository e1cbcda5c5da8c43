import FLMath
import SecAgg
import Testing

/// A sum of nobody, of one, or of more than its lanes were laid out for.
@Suite("Attack: numbers of contributors")
struct ContributorCountAttackTests {
  @Test("none or one: the server cannot close the round", arguments: ThreatModel.allCases, [0, 1])
  func tooFew(threatModel: ThreatModel, count: Int) throws {
    var session = try SimulatedSession(
      parameters: testParameters(threatModel: threatModel, cohortSize: 5, threshold: 3), seed: 101)
    var leaving: [ClientID: LeavingPoint] = [:]
    for id in ClientID.all(cohortSize: 5).dropFirst(count) { leaving[id] = .beforeMaskedInput }
    for round in [ProtocolRound.advertiseKeys, .shareKeys] {
      try session.collect(round, leaving: leaving)
      try session.server.closeRound()
    }
    try session.collect(.maskedInput, leaving: leaving)
    #expect(
      throws: ServerError.tooFewClients(round: .maskedInput, found: count, minimum: 2)
    ) { try session.server.closeRound() }
  }

  @Test("none or one, asked by a server that does not care", arguments: ThreatModel.allCases)
  func tooFewForTheClients(threatModel: ThreatModel) throws {
    let stage = try Stage(
      parameters: testParameters(threatModel: threatModel, cohortSize: 5, threshold: 3), seed: 102)
    for members in [[], [try client(1)]] {
      let views = Dictionary(uniqueKeysWithValues: stage.honest.map { ($0, Set(members)) })
      #expect(try stage.answers(to: views).isEmpty)
    }
  }

  @Test("parameters whose minimum is none or one do not exist", arguments: [Int.min, -1, 0, 1])
  func minimum(minimum: Int) throws {
    #expect(throws: SessionParametersError.minimumContributors(found: minimum, atMost: 5)) {
      _ = try testParameters(
        threatModel: .malicious, cohortSize: 5, threshold: 3, minimumContributors: minimum)
    }
  }

  /// Every element is the largest, so that one input too many would carry into the next lane.
  @Test("more inputs than the lanes hold, each at its largest")
  func overflow() throws {
    let lanes = try UnsignedLanes(minimumValueBits: 14, maximumContributors: 4)
    let parameters = try SessionParameters(
      threatModel: .malicious, cohortSize: 6, threshold: 3,
      layout: VectorLayout(elementCount: 9, lanes: lanes), minimumContributors: 2,
      applicationContext: SessionParameters.applicationContext(of: Array("test".utf8)))
    let largest = lanes.maximumSum(contributors: 1)
    var inputs: [ClientID: PackedVector] = [:]
    for id in ClientID.all(cohortSize: 6) {
      inputs[id] = try PackedVector(
        [UInt64](repeating: largest, count: 9), layout: parameters.layout)
    }
    var session = try SimulatedSession(parameters: parameters, inputs: inputs)
    let aggregate = try session.run()
    #expect(aggregate.sums.unsigned == [UInt64](repeating: 4 * largest, count: 9))
    #expect(aggregate.contributors == ClientID.all(cohortSize: 4))
    #expect(
      session.refusals
        == (try [5, 6].map { .tooManyContributors(from: try client($0), maximum: 4) }))
  }
}
