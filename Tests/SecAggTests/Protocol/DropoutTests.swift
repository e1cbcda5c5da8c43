import FLMath
import Testing

@testable import SecAgg

/// The promise of the protocol: whoever leaves whenever, the server gets the plaintext sum of
/// those whose input arrived, or a refusal, and never another value.
@Suite("Dropouts")
struct DropoutTests {
  /// Checks one pattern of leaving; returns whether a sum was released.
  private func check(
    _ pattern: (parameters: SessionParameters, leaving: [ClientID: LeavingPoint], seed: UInt64)
  ) throws -> Bool {
    let (parameters, leaving, seed) = pattern
    let comment: Comment = "seed \(seed)"
    var session = try SimulatedSession(parameters: parameters, seed: seed)
    do {
      let aggregate = try session.run(leaving: leaving)
      let sent = Set(
        session.clients.map(\.id).filter {
          !(leaving[$0] ?? .never).isGone(in: .maskedInput) && session.clientErrors[$0] == nil
        })
      #expect(Set(aggregate.contributors).isSubset(of: sent), comment)
      #expect(aggregate.contributors.count >= parameters.minimumContributors)
      #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors), comment)
      #expect(aggregate.faults.isEmpty)
      #expect(session.refusals.isEmpty)
      return true
    } catch let error as ServerError {
      #expect(error.culprit == nil, "a round fails for lack of clients, not by one's fault")
      return false
    }
  }

  /// On a circle where each is joined to the three on either side, 0 to 5 contribute; 8, 10 and 11 did
  /// not share their keys, and the others left afterwards. Between 9 and a contributor there is no
  /// mask, and nobody who is asked holds a share of its secrets.
  @Test("who leaves among others who left is not missed")
  func departedWithoutContributingNeighbour() throws {
    let parameters = try testParameters(cohortSize: 14, degree: 6, threshold: 2)
    var session = try SimulatedSession(parameters: parameters, seed: 35)
    try session.collect(.advertiseKeys, leaving: [:])
    try session.server.closeRound()
    guard case .rosterAnnouncement(let roster) = try session.server.message(for: client(1)) else {
      Issue.record("no roster")
      return
    }
    let circle = RosterPermutation(count: 14, commitment: roster.commitment)
    let places = try circle.indexAtPlace.map { try client($0 + 1) }
    var leaving: [ClientID: LeavingPoint] = [:]
    for place in [8, 10, 11] { leaving[places[place]] = .beforeSharingKeys }
    for place in [6, 7, 9, 12, 13] { leaving[places[place]] = .beforeMaskedInput }
    for round in [ProtocolRound.shareKeys, .maskedInput] {
      try session.collect(round, leaving: leaving)
      try session.server.closeRound()
    }
    try session.collect(.unmasking, leaving: leaving)
    let aggregate = try session.server.unmask()
    #expect(aggregate.contributors == places.prefix(6).sorted())
    #expect(aggregate.sums.unsigned == session.plaintextSum(of: aggregate.contributors))
  }

  @Test(
    "every assignment of leaving points to 5 clients", arguments: ThreatModel.allCases, [2, 3, 4])
  func exhaustive(threatModel: ThreatModel, threshold: Int) throws {
    // Two shares of four are no majority.
    guard threatModel == .semiHonest || threshold > 2 else { return }
    let parameters = try testParameters(
      threatModel: threatModel, cohortSize: 5, threshold: threshold)
    let points = LeavingPoint.allCases
    var released = 0
    for pattern in 0..<3125 {
      var rest = pattern
      var leaving: [ClientID: LeavingPoint] = [:]
      for id in ClientID.all(cohortSize: 5) {
        leaving[id] = points[rest % 5]
        rest /= 5
      }
      if try check((parameters, leaving, UInt64(pattern))) { released += 1 }
    }
    #expect(released == expectedReleases(threshold: threshold))
  }

  /// Counts by hand, from the rules alone, in how many of the 3,125 patterns a sum comes out of
  /// the complete graph.
  private func expectedReleases(threshold: Int) -> Int {
    var count = 0
    for pattern in 0..<3125 {
      var rest = pattern
      var points: [LeavingPoint] = []
      for _ in 0..<5 {
        points.append(LeavingPoint.allCases[rest % 5])
        rest /= 5
      }
      let roster = points.count { !$0.isGone(in: .advertiseKeys) }
      let sharers = points.count { !$0.isGone(in: .shareKeys) }
      let contributors = points.count { !$0.isGone(in: .maskedInput) }
      let answering = points.count { !$0.isGone(in: .unmasking) }
      // A contributor's self mask is held by the other contributors; a departed client's mask key
      // by all of them. Of those, the ones that answer count.
      let silent = contributors - answering
      let holdersOfAContributor = answering - (silent == 0 ? 1 : 0)
      let holdersOfAnAnsweringOne = answering - 1
      let enough =
        roster >= max(2, threshold + 1) && sharers >= threshold + 1
        && contributors - 1 >= threshold
        && min(holdersOfAContributor, answering > 0 ? holdersOfAnAnsweringOne : 0) >= threshold
      if enough { count += 1 }
    }
    return count
  }

  @Test("random cohorts, complete and sparse")
  func random() throws {
    var released = 0
    for seed in UInt64(0)..<60 {
      do {
        if try check(randomSession(seed: seed)) { released += 1 }
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
    // Leaving shares of up to 19 % at each of four points leave most rounds recoverable.
    #expect(released >= 20)
  }

  private func randomSession(
    seed: UInt64
  ) throws -> (parameters: SessionParameters, leaving: [ClientID: LeavingPoint], seed: UInt64) {
    var generator = SimulationGenerator(seed: seed &* 0x9e37_79b9 &+ 1)
    let cohortSize = 4 + Int(generator.next() % 57)
    let isSparse = generator.next() % 2 == 0
    let degree = isSparse ? 2 * (1 + Int(generator.next() % UInt64((cohortSize - 2) / 2 + 1))) : nil
    let threatModel: ThreatModel = seed % 3 == 0 ? .malicious : .semiHonest
    let isMalicious = threatModel == .malicious
    // In the malicious model a degree of 2 has no threshold: above 1, and below 2 in a sparse graph.
    let smallest = isMalicious ? 4 : 2
    let usable =
      degree.map { $0 < cohortSize && $0 >= smallest ? $0 : cohortSize - 1 } ?? cohortSize - 1
    let threshold = 2 + Int(generator.next() % UInt64(max(1, (usable + 1) / 2)))
    let majority = isMalicious ? usable / 2 + 1 : 2
    let largest = isMalicious && usable < cohortSize - 1 ? usable - 1 : usable
    let parameters = try testParameters(
      threatModel: threatModel, cohortSize: cohortSize, degree: usable,
      threshold: min(max(threshold, majority), largest),
      elementCount: 1 + Int(generator.next() % 40),
      minimumValueBits: 2 + Int(generator.next() % 50))
    let share = Double(generator.next() % 20) / 100
    var leaving: [ClientID: LeavingPoint] = [:]
    for id in ClientID.all(cohortSize: cohortSize) {
      leaving[id] = .never
      for point in LeavingPoint.allCases.dropLast()
      where Double(generator.next() % 1000) / 1000 < share {
        leaving[id] = point
        break
      }
    }
    return (parameters, leaving, seed)
  }

  @Test("nobody leaves: the sum of all", arguments: ThreatModel.allCases, [3, 4, 5, 17, 60])
  func everybodyStays(threatModel: ThreatModel, cohortSize: Int) throws {
    let parameters = try testParameters(
      threatModel: threatModel, cohortSize: cohortSize, threshold: (cohortSize - 1) / 2 + 1)
    #expect(try check((parameters, [:], 1)))
  }
}
