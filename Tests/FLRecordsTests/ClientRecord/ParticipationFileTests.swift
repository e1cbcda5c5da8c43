import FLMath
import SecAgg
import Testing

@testable import FLRecords

@Suite("Participation record: the file, its settings and its lock")
struct ParticipationFileTests {
  typealias Example = ExampleParticipation

  @Test("another task, budget, relation or accountant is rejected, and nothing is written")
  func otherSettings() throws {
    let example = try Example()
    let path = example.path
    let other = try PrivacyBudget(epsilon: 5, delta: 1e-5)
    let refusals: [(FLRecordsError, () throws -> Void)] = [
      (
        .participation(.otherTask(path: path, recorded: "digits", given: "letters")),
        {
          _ = try ParticipationRecord(
            at: path, task: "letters", budget: example.budget, accountant: Example.accountant()
          ).task
        }
      ),
      (
        .participation(.otherBudget(path: path, recorded: example.budget, given: other)),
        {
          _ = try ParticipationRecord(
            at: path, task: "digits", budget: other, accountant: Example.accountant()
          ).task
        }
      ),
      (
        .participation(.otherBudget(path: path, recorded: example.budget, given: nil)),
        { _ = try ParticipationRecord(at: path, task: "digits").task }
      ),
      (
        .ledger(.otherRelation(path: path, recorded: .zeroOut, given: .replace)),
        {
          _ = try ParticipationRecord(
            at: path, task: "digits", budget: example.budget,
            accountant: RenyiAccountant(relation: .replace)
          ).task
        }
      ),
      (
        .ledger(
          .otherAccountant(
            path: path, recorded: "RenyiAccountant", given: "ZeroConcentratedAccountant")),
        {
          _ = try ParticipationRecord(
            at: path, task: "digits", budget: example.budget,
            accountant: ZeroConcentratedAccountant(relation: .zeroOut)
          ).task
        }
      ),
    ]
    for (expected, call) in refusals { #expect(throws: expected, performing: call) }
    #expect(FilePair(at: path) == example.stages[3])
    let plain = example.folder("plain")
    _ = try ParticipationRecord(at: plain, task: "t").task
    #expect(
      throws: FLRecordsError.participation(.otherBudget(path: plain, recorded: nil, given: other))
    ) {
      try ParticipationRecord(
        at: plain, task: "t", budget: other, accountant: Example.accountant()
      ).task
    }
  }

  @Test("a used accountant begins no record, and a ledger is not one")
  func notBegun() throws {
    let folder = try TemporaryFolder()
    let budget = try PrivacyBudget(epsilon: 4, delta: 1e-5)
    var used = try Example.accountant()
    try used.compose(Example.event())
    #expect(
      throws: try FLRecordsError.ledger(.accountantInUse(epsilon: used.epsilon(delta: 1e-5)))
    ) {
      try ParticipationRecord(at: folder("a"), task: "t", budget: budget, accountant: used).task
    }
    #expect(try folder.names().isEmpty)
    _ = try PrivacyLedger(at: folder("l"), budget: budget, accountant: Example.accountant()).budget
    #expect(
      throws: FLRecordsError.file(
        .otherFormat(path: folder("l"), expected: "participation record", found: "privacy ledger"))
    ) { try ParticipationRecord(at: folder("l"), task: "t").task }
  }

  /// The lock belongs to the open file, so two values in one process exclude each other as two processes
  /// do.
  @Test("one writer at a time")
  func locked() throws {
    let example = try Example()
    let first = try example.open()
    #expect(try example.refusal() == .file(.locked(path: example.path)))
    _ = consume first
    #expect(try example.refusal() == nil)
  }

  @Test("of many that admit the same round at once, one may answer")
  func race() async throws {
    let folder = try TemporaryFolder()
    let path = folder("record")
    let sessions = try (0..<8).map { _ in try Example.session(of: 1) }
    let context = Example.context(of: 1)
    let admitted = await withTaskGroup(of: Bool.self) { group in
      for session in sessions {
        group.addTask {
          while true {
            do throws(FLRecordsError) {
              var record = try ParticipationRecord(at: path, task: "t")
              try record.admit(round: 1, context: context, in: session)
              return true
            } catch .file(.locked) {
              continue
            } catch {
              if case .participation(.otherSession) = error { return false }
              Issue.record("\(error)")
              return false
            }
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(admitted == 1)
    #expect(FilePair(at: path).lines.count == 2)
  }

  /// Written by hand: what a second reader of the file has to expect.
  @Test("the file is JSON lines")
  func format() throws {
    let example = try Example()
    let lines = example.stages[3].lines.map { String(decoding: $0, as: UTF8.self) }
    let records =
      [
        #"{"format":"participation record","settings":{"privacy":{"accountant":"RenyiAccountant","#
          + #""budget":{"delta":1e-05,"epsilon":4},"order":6,"relation":"zeroOut"},"task":"digits"},"version":1}"#
      ]
      + (0..<3).map { index in
        let round = Example.rounds[index]
        return #"{"answered":{"context":"\#(Example.context(of: round))","#
          + #""epsilon":\#(example.epsilons[index + 1]),"event":{"mechanism":{"gaussian":"#
          + #"{"noiseMultiplier":8}},"relation":"zeroOut","repetitions":1,"sampling":{"none":{}}},"#
          + #""round":\#(round),"session":"\#(example.sessions[index].digest)"}}"#
      }
    #expect(lines.count == 4)
    for (index, record) in records.enumerated() {
      #expect(
        lines[index].hasPrefix(#"{"line":\#(index + 1),"record":\#(record),"digest":""#),
        "\(lines[index])")
    }
    let path = example.folder("plain")
    var plain = try ParticipationRecord(at: path, task: "t")
    let session = try Example.session(of: 1)
    try plain.admit(round: 1, context: Example.context(of: 1), in: session)
    let line = String(decoding: FilePair(at: path).lines[1], as: UTF8.self)
    #expect(
      line.hasPrefix(
        #"{"line":2,"record":{"answered":{"context":"\#(Example.context(of: 1))","round":1,"#
          + #""session":"\#(session.digest)"}},"digest":""#), "\(line)")
  }

  @Test("a line that is well formed and means nothing is damage")
  func meaningless() throws {
    let digest = Example.context(of: 1).description
    let records: [(String, String)] = [
      (#"{"answered":{"context":"\#(digest)","round":-1,"session":"\#(digest)"}}"#, "negative"),
      (#"{"answered":{"context":"\#(digest)","round":1,"session":"\#(digest)"}}"#, "twice"),
      (#"{"answered":{"context":"\#(digest)","round":2,"session":"ab"}}"#, "64"),
      (#"{"raised":{"epsilon":5}}"#, "none to raise"),
      (#"{"repaired":{"bytes":1,"round":-9223372036854775808}}"#, "negative"),
    ]
    for (record, reason) in records {
      let folder = try TemporaryFolder()
      let path = folder("record")
      var plain = try ParticipationRecord(at: path, task: "t")
      try plain.admit(
        round: 1, context: Example.context(of: 1), in: Example.session(of: 1))
      _ = consume plain
      var file = try ChainReader(path, for: .appending).makeAppendable()
      try file.append(Array(record.utf8))
      _ = consume file
      var refusal: FLRecordsError?
      do { _ = try ParticipationRecord(at: path, task: "t").task } catch { refusal = error }
      guard case .file(.damaged(path, line: 3, .content(let found))) = refusal else {
        Issue.record("\(record): \(String(describing: refusal))")
        continue
      }
      #expect(found.contains(reason))
    }
  }
}
