import FLMath
import Foundation
import SecAgg
import Testing

@testable import FLRecords

@Suite("Audit log")
struct AuditLogTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder("audit.jsonl")
  }

  @discardableResult
  private func withLog<Result>(_ body: (inout AuditLog) throws -> Result) throws -> Result {
    var log = try AuditLog(at: path, minimumGroupSize: 4)
    return try body(&log)
  }

  /// Five rounds, and three clients that opt out, or in again.
  private func writeExample() throws -> [AuditEntry] {
    let sums = try [
      ExampleLog.sum(round: 1, [9, 7, 5, 3]), ExampleLog.sum(round: 2, [1, 2, 3, 4]),
      // Two sums of one round, as of two buckets.
      ExampleLog.sum(round: 3, [1, 2, 10, 11]), ExampleLog.sum(round: 3, [6, 12, 9, 3]),
      ExampleLog.sum(round: 4, [1, 2, 10, 11]), ExampleLog.sum(round: 5, [1, 3, 5, 10]),
    ]
    try withLog { try $0.record(sums[0], selectedWith: $0.optOuts) }
    try withLog { try $0.optOut(8) }
    try withLog { try $0.record(sums[1], selectedWith: $0.optOuts) }
    try withLog {
      try $0.record(sums[2], selectedWith: $0.optOuts)
      try $0.record(sums[3], selectedWith: $0.optOuts)
      try $0.optOut(3)
      // Neither is a change: no lines.
      try $0.optOut(3)
      try $0.optIn(4)
    }
    try withLog {
      #expect($0.optOuts.clients == [3, 8])
      try $0.record(sums[4], selectedWith: $0.optOuts)
      try $0.optIn(3)
    }
    try withLog {
      #expect($0.optOuts.clients == [8])
      try $0.record(sums[5], selectedWith: $0.optOuts)
    }
    return [
      .released(sum: sums[0], optOutsAsOfLine: 1, optedOut: 0), .optedOut(client: 8),
      .released(sum: sums[1], optOutsAsOfLine: 3, optedOut: 1),
      .released(sum: sums[2], optOutsAsOfLine: 4, optedOut: 1),
      .released(sum: sums[3], optOutsAsOfLine: 5, optedOut: 1), .optedOut(client: 3),
      .released(sum: sums[4], optOutsAsOfLine: 7, optedOut: 2), .optedIn(client: 3),
      .released(sum: sums[5], optOutsAsOfLine: 9, optedOut: 1),
    ]
  }

  @Test("what was recorded is read back, with the time")
  func entries() throws {
    // By the log's own clock: another one may already be in the next second.
    let start = Clock.secondsSince1970()
    let entries = try writeExample()
    let lines = try ExampleLog.lines(of: path)
    #expect(lines.map(\.line) == Array(2...10))
    #expect(lines.map(\.entry) == entries)
    let end = Clock.secondsSince1970()
    #expect(lines.allSatisfy { (start...end).contains($0.time) })
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.time <= $1.time })
  }

  @Test("a client's rounds, and when it opted out")
  func history() throws {
    _ = try writeExample()
    let history = try AuditLogReader(at: path).history(of: 3)
    #expect(history.rounds == [1, 2, 3, 5])
    #expect(history.modelBeforeFirstRound == ExampleLog.model(1))
    #expect(history.changes.map(\.isOptedOut) == [true, false])
    #expect(history.changes.map(\.line) == [7, 9])
    #expect(history.changes.map(\.lastRound) == [3, 4])
    let eighth = try AuditLogReader(at: path).history(of: 8)
    #expect(eighth.rounds.isEmpty)
    #expect(eighth.modelBeforeFirstRound == nil)
    #expect(eighth.changes.map(\.lastRound) == [1])
    for (client, rounds) in [(1, [2, 3, 4, 5]), (6, [3]), (9, [1, 3]), (13, [])]
      as [(UInt32, [Int])]
    {
      #expect(try AuditLogReader(at: path).history(of: client).rounds == rounds)
    }
  }

  @Test("whoever has opted out is no candidate")
  func candidates() throws {
    let chosen = try withLog { log in
      for client in [2, 5, 11] as [UInt32] { try log.optOut(client) }
      return try Candidates(1...6, optedOut: log.optOuts.clients)
    }
    #expect(chosen.clients == [1, 3, 4, 6])
  }

  @Test("a sum with a client that had opted out before the selection is refused")
  func optedOut() throws {
    try withLog { log in
      let early = log.optOuts
      try log.optOut(2)
      let late = log.optOuts
      let sum = try ExampleLog.sum(round: 6, [1, 2, 3, 4])
      let before = FilePair(at: path)
      #expect(throws: FLRecordsError.audit(.optedOut(round: 6, client: 2, line: 2))) {
        try log.record(sum, selectedWith: late)
      }
      #expect(FilePair(at: path) == before, "nothing is written")
      // It opted out while the round was running.
      try log.record(sum, selectedWith: early)
      try log.optIn(2)
      #expect(throws: FLRecordsError.audit(.optedOut(round: 6, client: 2, line: 2))) {
        try log.record(sum, selectedWith: late)
      }
      try log.record(sum, selectedWith: log.optOuts)
    }
    #expect(try ExampleLog.lines(of: path).count == 4)
  }

  @Test("a register of a longer log is not one of this log")
  func otherRegister() throws {
    let other = try withLog { log in
      try log.optOut(9)
      return log.optOuts
    }
    let second = folder("second.jsonl")
    var log = try AuditLog(at: second, minimumGroupSize: 4)
    var refusal: FLRecordsError?
    let sum = try ExampleLog.sum(round: 1, [1, 2, 3, 4])
    do { try log.record(sum, selectedWith: other) } catch { refusal = error }
    #expect(refusal == .audit(.otherRegister(round: 1, line: 2, lines: 1)))
  }

  @Test("groups below the minimum are refused, and nothing is written")
  func groups() throws {
    #expect(throws: FLRecordsError.audit(.groupTooSmall(round: 1, found: 3, minimum: 4))) {
      try ExampleLog.sum(round: 1, [1, 2, 3])
    }
    try withLog { log in
      let before = FilePair(at: path)
      let sum = try ExampleLog.sum(round: 2, [1, 2, 3, 4, 5], minimum: 3)
      #expect(throws: FLRecordsError.audit(.sessionMinimum(round: 2, found: 3, minimum: 4))) {
        try log.record(sum, selectedWith: log.optOuts)
      }
      #expect(FilePair(at: path) == before)
    }
    for size in [1, 0, -3] {
      #expect(throws: FLRecordsError.audit(.minimumGroupSize(found: size))) {
        try AuditLog(at: folder("other"), minimumGroupSize: size).optOuts.line
      }
    }
    #expect(
      throws: FLRecordsError.audit(.otherMinimumGroupSize(path: path, recorded: 4, given: 3))
    ) { try AuditLog(at: path, minimumGroupSize: 3).optOuts.line }
    #expect(try folder.names() == ["audit.jsonl", "audit.jsonl.head"])
  }

  @Test("participants are named once, and are as many as the session's contributors")
  func participants() throws {
    #expect(throws: FLRecordsError.audit(.repeatedParticipant(round: 1, client: 4))) {
      try ExampleLog.sum(round: 1, [4, 1, 2, 3, 4])
    }
    let parameters = try ExampleLog.parameters()
    let ids = Array(ClientID.all(cohortSize: 4))
    for contributors in [ids + ids, Array(ids.dropLast()), []] {
      #expect(throws: FLRecordsError.self) {
        try ReleasedSum(
          round: 1, participants: [1, 2, 3, 4], contributors: contributors,
          parameters: parameters, model: ExampleLog.model(1))
      }
    }
  }

  @Test("the contributor set's digest depends on the set and the session, not on the order")
  func contributorSet() throws {
    let (parameters, other) = (try ExampleLog.parameters(), try ExampleLog.parameters())
    let ids = Array(ClientID.all(cohortSize: 6))
    func digest(_ ids: some Sequence<ClientID>, _ parameters: SessionParameters) throws -> Digest {
      let ids = Array(ids)
      return try ReleasedSum(
        round: 1, participants: Array((1...6).prefix(ids.count)), contributors: ids,
        parameters: parameters, model: ExampleLog.model(1)
      ).contributorSet
    }
    let whole = try digest(ids, parameters)
    #expect(try digest(ids.reversed(), parameters) == whole)
    #expect(try digest(ids, other) != whole, "session ids are random")
    #expect(try digest(ids.dropLast(), parameters) != whole)
    #expect(try digest(ids.dropFirst(), parameters) != digest(ids.dropLast(), parameters))
  }

  @Test("a log is no ledger and a ledger no log")
  func otherFormat() throws {
    try withLog { try $0.optOut(1) }
    let budget = try PrivacyBudget(epsilon: 1, delta: 1e-5)
    #expect(
      throws: FLRecordsError.file(
        .otherFormat(path: path, expected: "privacy ledger", found: "audit log"))
    ) {
      try PrivacyLedger(
        at: path, budget: budget, accountant: ZeroConcentratedAccountant(relation: .replace)
      ).epsilonSpent
    }
    let example = try ExampleLedger()
    #expect(
      throws: FLRecordsError.file(
        .otherFormat(path: example.path, expected: "audit log", found: "privacy ledger"))
    ) { try AuditLog(at: example.path, minimumGroupSize: 4).optOuts.line }
  }
}

/// Sums whose clients are nearly those of earlier ones.
@Suite("Audit log: overlapping sums")
struct OverlappingSumTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder("audit.jsonl")
  }

  @Test("a log rejects them unless it was begun to warn, and is opened as it was begun")
  func policy() throws {
    let sums = try [
      ExampleLog.sum(round: 1, [1, 2, 3, 4, 5, 6]), ExampleLog.sum(round: 2, [1, 2, 3, 4, 5, 7]),
      ExampleLog.sum(round: 3, [1, 2, 3, 4, 8, 9]),
    ]
    for given in [nil, .reject, .warn] as [OverlapPolicy?] {
      try FilePair(file: nil, head: nil).put(at: path)
      let expected = given ?? .reject
      var log = try AuditLog(at: path, minimumGroupSize: 4, overlaps: given)
      #expect(log.overlaps == expected)
      #expect(try log.record(sums[0], selectedWith: log.optOuts) == nil)
      let before = FilePair(at: path)
      if expected == .reject {
        #expect(
          throws: FLRecordsError.audit(
            .overlap(round: 2, earlier: 1, line: 2, differing: 2, minimum: 4))
        ) { try log.record(sums[1], selectedWith: log.optOuts) }
        #expect(FilePair(at: path) == before, "nothing is written")
      } else {
        let overlap = try log.record(sums[1], selectedWith: log.optOuts)
        #expect(overlap?.line == 2 && overlap?.round == 1 && overlap?.differing == 2)
      }
      #expect(try log.record(sums[2], selectedWith: log.optOuts) == nil)
      _ = consume log
      // The rule holds for the next process too, and so does the policy.
      for again in [nil, expected] {
        let log = try AuditLog(at: path, minimumGroupSize: 4, overlaps: again)
        #expect(log.overlaps == expected)
        #expect(log.overlap(of: [2, 3, 4, 5, 6])?.line == 2)
        #expect(log.overlap(of: [1, 2, 3, 4, 5, 6]) == nil)
        #expect(log.released.cohorts.count == (expected == .reject ? 2 : 3))
      }
      let other: OverlapPolicy = expected == .reject ? .warn : .reject
      #expect(
        throws: FLRecordsError.audit(
          .otherOverlapPolicy(path: path, recorded: expected, given: other))
      ) { try AuditLog(at: path, minimumGroupSize: 4, overlaps: other).optOuts.line }
      #expect(try AuditLogReader(at: path).overlaps == expected)
    }
  }

  @Test("a log from before there was the setting is read, goes on and warns")
  func earlierLogs() throws {
    struct EarlierSettings: Codable, Hashable, Sendable { let minimumGroupSize: Int }
    let header = RecordHeader(
      format: AuditSettings.format, version: AuditSettings.version,
      settings: EarlierSettings(minimumGroupSize: 4))
    try ChainedFile.createIfAbsent(path, first: RecordCoding.encode(header, for: path))
    var log = try AuditLog(at: path, minimumGroupSize: 4)
    #expect(log.overlaps == .warn)
    try log.record(ExampleLog.sum(round: 1, [1, 2, 3, 4]), selectedWith: log.optOuts)
    try log.record(ExampleLog.sum(round: 2, [1, 2, 3, 5]), selectedWith: log.optOuts)
    _ = consume log
    #expect(
      try ExampleLog.lines(of: path).map(\.entry)[1] == .overlapping(line: 2, differing: 2))
    #expect(try ExampleLog.lines(of: path).count == 3)
  }

  @Test("a sum that breaks the rule is refused when the log is read, although its digest is right")
  func forged() throws {
    _ = try AuditLog(at: path, minimumGroupSize: 4).optOuts
    var file = try ChainReader(path, for: .appending).makeAppendable()
    for (round, clients) in [[1, 2, 3, 4], [1, 2, 3, 4, 5]].enumerated() {
      let sum = try ExampleLog.sum(round: round, clients.map { UInt32($0) })
      let entry = AuditEntry.released(sum: sum, optOutsAsOfLine: 1, optedOut: 0)
      try file.append(RecordCoding.encode(AuditRecord(time: 1, entry: entry), for: path))
    }
    _ = consume file
    do {
      _ = try ExampleLog.lines(of: path)
      Issue.record("the sum is accepted")
    } catch FLRecordsError.file(.damaged(path, 3, .content(let reason))) {
      #expect(reason.contains("round 1"))
    }
  }
}
