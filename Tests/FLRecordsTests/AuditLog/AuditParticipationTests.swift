import FLMath
import SecAgg
import Testing

@testable import FLRecords

/// The guarantee of correlated noise holds for clients that take part as planned only.
@Suite("Audit log: participation")
struct AuditParticipationTests {
  private let folder: TemporaryFolder
  private let path: String
  private let rule: ParticipationRule

  init() throws {
    folder = try TemporaryFolder()
    path = folder("audit.jsonl")
    rule = try ParticipationRule(maximum: 2, minimumSeparation: 2)
  }

  /// Why a sum is rejected by the log, opened for it; `nil` if it is not.
  private func refusal(round: Int, _ clients: [UInt32]) throws -> FLRecordsError? {
    var log = try AuditLog(at: path, minimumGroupSize: 4, participation: rule)
    let sum = try ExampleLog.sum(round: round, clients)
    do throws(FLRecordsError) {
      try log.record(sum, selectedWith: log.optOuts)
      return nil
    } catch {
      return error
    }
  }

  @Test("Clients that take part too soon or too often are named, and nothing is written")
  func enforced() throws {
    let (first, second): ([UInt32], [UInt32]) = ([1, 2, 3, 4], [5, 6, 7, 8])
    #expect(try refusal(round: 0, first) == nil)
    var before = FilePair(at: path)
    #expect(
      try refusal(round: 1, [3, 5, 6, 7])
        == .audit(
          .participation(
            round: 1, client: 3, .participation(.tooSoon(lastRound: 0, earliest: 2, found: 1)))))
    // A second sum of the round, of a client that is in the first.
    #expect(
      try refusal(round: 0, [3, 5, 6, 7])
        == .audit(
          .participation(
            round: 0, client: 3, .participation(.tooSoon(lastRound: 0, earliest: 2, found: 0)))))
    #expect(FilePair(at: path) == before)
    #expect(try refusal(round: 1, second) == nil)
    #expect(try refusal(round: 2, first) == nil)
    #expect(try refusal(round: 3, second) == nil)
    before = FilePair(at: path)
    #expect(
      try refusal(round: 4, first)
        == .audit(
          .participation(round: 4, client: 1, .participation(.tooManyParticipations(maximum: 2)))))
    #expect(FilePair(at: path) == before)
    #expect(try refusal(round: 4, [9, 10, 11, 12]) == nil)
  }

  private func eligible(of clients: [UInt32], round: Int) throws -> [UInt32] {
    let log = try AuditLog(at: path, minimumGroupSize: 4, participation: rule)
    let schedule = log.participation
    return try #require(schedule).eligible(of: clients, round: round)
  }

  @Test("A selection from the eligible clients is accepted")
  func selection() throws {
    let everybody = Array(UInt32(1)...12)
    for round in 0..<5 {
      let cohort = Array(try eligible(of: everybody, round: round).suffix(4))
      #expect(try refusal(round: round, cohort) == nil, "\(round): \(cohort)")
    }
    #expect(try eligible(of: everybody, round: 5) == [])
  }

  /// Rounds 0 and 9 with nothing in between are neighbours for their noise.
  @Test("Rounds count from 0 without gaps", arguments: [1, 7])
  func gaps(round: Int) throws {
    #expect(try refusal(round: round, [1, 2, 3, 4]) == .audit(.roundGap(round: round, last: nil)))
    #expect(try refusal(round: 0, [1, 2, 3, 4]) == nil)
    #expect(try refusal(round: 2, [1, 2, 3, 4]) == .audit(.roundGap(round: 2, last: 0)))
  }

  @Test("The rule is the log's")
  func recorded() throws {
    #expect(try refusal(round: 0, [1, 2, 3, 4]) == nil)
    let other = try ParticipationRule(maximum: 3, minimumSeparation: 2)
    for given in [nil, other] {
      #expect(
        throws: FLRecordsError.audit(.otherParticipation(path: path, recorded: rule, given: given))
      ) {
        try AuditLog(at: path, minimumGroupSize: 4, participation: given).minimumGroupSize
      }
    }
    let plain = folder("plain.jsonl")
    #expect(try AuditLog(at: plain, minimumGroupSize: 4).participation == nil)
    #expect(
      throws: FLRecordsError.audit(.otherParticipation(path: plain, recorded: nil, given: rule))
    ) {
      try AuditLog(at: plain, minimumGroupSize: 4, participation: rule).minimumGroupSize
    }
  }
}
