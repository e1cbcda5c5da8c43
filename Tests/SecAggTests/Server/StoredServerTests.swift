import FLMath
import SecAgg
import Testing

/// A server that dies and is restored after any message loses nothing.
@Suite("Stored server")
struct StoredServerTests {
  struct Cohort: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let cohortSize: Int
    let degree: Int?
    let threshold: Int
    let leaving: [Int: LeavingPoint]
    let liars: Set<Int>
    let dealers: Set<Int>
  }

  static let cohorts = [
    Cohort(
      testDescription: "complete, nobody leaves", cohortSize: 5, degree: nil, threshold: 3,
      leaving: [:], liars: [], dealers: []),
    Cohort(
      testDescription: "complete, one leaves at each point", cohortSize: 9, degree: nil,
      threshold: 4,
      leaving: [
        1: .beforeAdvertisingKeys, 4: .beforeSharingKeys, 6: .beforeMaskedInput,
        9: .beforeUnmasking,
      ],
      liars: [], dealers: []),
    Cohort(
      testDescription: "complete, with wrong shares and envelopes", cohortSize: 12, degree: nil,
      threshold: 4, leaving: [6: .beforeMaskedInput], liars: [1, 2], dealers: [3]),
    Cohort(
      testDescription: "sparse, one leaves at each point", cohortSize: 14, degree: 8, threshold: 3,
      leaving: [
        1: .beforeAdvertisingKeys, 4: .beforeSharingKeys, 6: .beforeMaskedInput,
        9: .beforeUnmasking,
      ],
      liars: [], dealers: []),
    Cohort(
      testDescription: "sparse, with wrong shares and envelopes", cohortSize: 14, degree: 10,
      threshold: 3, leaving: [6: .beforeMaskedInput], liars: [1, 2], dealers: [3]),
  ]

  @Test("restored after every message and every closed round: the same sum", arguments: cohorts)
  func restoredAlways(cohort: Cohort) throws {
    let parameters = try testParameters(
      cohortSize: cohort.cohortSize, degree: cohort.degree, threshold: cohort.threshold)
    var session = try SimulatedSession(parameters: parameters, seed: 20)
    var generator = SimulationGenerator(seed: 20)
    session.onTheWay = { message in
      let number = Int(message.sender.rawValue)
      switch message {
      case .unmaskingResponse(let answer) where cohort.liars.contains(number):
        return (try? Lie.random.told(in: answer, using: &generator)).map { .unmaskingResponse($0) }
      case .shareDistribution(let distribution) where cohort.dealers.contains(number):
        let noise = distribution.shares.prefix(2).compactMap {
          try? $0.with(bytes: generator.bytes(SealedShares.byteCount))
        }
        return .shareDistribution(
          distribution.with(shares: noise + distribution.shares.dropFirst(2)))
      default:
        return message
      }
    }
    var restorations = 0
    func restore(_ server: inout ServerSession) throws {
      let stored = server.stored()
      let restored = try ServerSession(restoring: stored)
      let isSame = restored.stored() == stored
      #expect(isSame)
      #expect(restored.stage == server.stage)
      #expect(restored.parameters == server.parameters)
      #expect(restored.received == server.received)
      #expect(restored.awaited == server.awaited)
      server = restored
      restorations += 1
    }
    session.afterEachMessage = restore
    let leaving = Dictionary(
      uniqueKeysWithValues: try cohort.leaving.map { (try client($0), $1) })
    try restore(&session.server)
    for round in ProtocolRound.rounds(in: .semiHonest) {
      try session.collect(round, leaving: leaving)
      if round != .unmasking { try session.server.closeRound() }
      try restore(&session.server)
    }
    var twin = session.server
    let aggregate = try session.server.unmask()
    #expect(try twin.unmask() == aggregate)
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors))
    #expect(
      Set(aggregate.faults.filter { $0.finding == .unopened }.map(\.dealer.rawValue))
        == Set(cohort.dealers.map { UInt32($0) }))
    #expect(
      Set(aggregate.faults.filter { $0.finding == .wrongShare }.map(\.holder.rawValue))
        == Set(cohort.liars.map { UInt32($0) }))
    #expect(restorations > 5 + 2 * cohort.cohortSize)
    #expect(session.refusals.isEmpty)
    // The end is stored as well, so that no sum is released twice.
    try restore(&session.server)
    #expect(throws: ServerError.wrongPhase(present: nil)) { try session.server.unmask() }
  }

  @Test("a failed attempt to unmask leaves nothing in the store")
  func afterAFailedAttempt() throws {
    let transcript = try Transcript(
      parameters: testParameters(cohortSize: 8, threshold: 4), seed: 21)
    for count in 0..<5 {
      var server = try transcript.server(in: .unmasking, afterTaking: count)
      let before = server.stored()
      #expect(throws: ServerError.self) { try server.unmask() }
      #expect(server.stored() == before)
      try transcript.expectCompletion(of: ServerSession(restoring: server.stored()))
    }
  }

  @Test("with any width of the lanes, the widest too", arguments: 2...62)
  func laneWidths(minimumValueBits: Int) throws {
    for contributors in 3...9 where minimumValueBits <= 64 - 4 || contributors <= 4 {
      let layout = try VectorLayout(
        elementCount: 3,
        lanes: UnsignedLanes(
          minimumValueBits: minimumValueBits, maximumContributors: contributors))
      let parameters = try SessionParameters(
        cohortSize: 9, threshold: 2, layout: layout, minimumContributors: 2,
        applicationContext: SessionParameters.applicationContext(of: []))
      let server = ServerSession(parameters: parameters)
      let restored = try? ServerSession(restoring: server.stored())
      #expect(restored?.parameters == parameters, "\(contributors) contributors")
      let lone = try LoneClient(number: 1, parameters: parameters)
      let bytes = try lone.advertise().stored().copied()
      #expect(SuspendedRound.advertiseKeys.refusal(of: bytes) == nil)
    }
  }
}
