import FLMath
import Foundation
import SecAgg
import Testing

@testable import FLRecords

/// A crash leaves a round that is answered, a round that is not and for which nothing was encoded, or a
/// record that does not open until it is repaired.
@Suite("Participation record: crashes and damage")
struct ParticipationCrashTests {
  typealias Example = ExampleParticipation

  @Test("a line cut at many lengths, with the head of before it", arguments: 1...3)
  func torn(last: Int) throws {
    let example = try Example()
    let (before, after) = (example.stages[last - 1], example.stages[last])
    let (start, bytes) = (try #require(before.file).count, try #require(after.file))
    let round = Example.rounds[last - 1]
    let second = try Example.session(of: round)
    let lengths = Array(stride(from: start, to: bytes.count - 1, by: 11))
    for length in lengths + [bytes.count - 1, bytes.count] {
      try FilePair(file: Array(bytes[..<length]), head: before.head).put(at: example.path)
      switch length {
      case start:
        // Nothing was written, so nothing was encoded: the round is free.
        var state: (isAnswered: Bool, spent: Double?)?
        let refusal = try example.refusal { state = ($0.hasAnswered(round), $0.epsilonSpent) }
        #expect(refusal == nil && state?.isAnswered == false)
        #expect(areEqual(try #require(state?.spent), example.epsilons[last - 1]))
        #expect(FilePair(at: example.path) == before)
      case bytes.count:
        // The line is complete: whether or not the client went on to encode, it never does again.
        let refusal = try example.refusal { try Example.admit(round, in: second, to: &$0) }
        #expect(
          refusal
            == .participation(
              .otherSession(
                round: round, answered: example.sessions[last - 1].digest, offered: second.digest)))
        var spent: Double?
        #expect(try example.refusal { spent = $0.epsilonSpent } == nil)
        #expect(areEqual(try #require(spent), example.epsilons[last]))
        #expect(FilePair(at: example.path) == after, "the head is renewed")
      default:
        #expect(
          try example.refusal()
            == .file(.tornWrite(path: example.path, line: last + 1, bytes: length - start)))
        #expect(FilePair(at: example.path).file?.count == length, "nothing is changed")
      }
    }
  }

  @Test("creation that ends between the file and its head")
  func creation() throws {
    let example = try Example()
    try FilePair(file: example.stages[0].file, head: nil).put(at: example.path)
    #expect(try example.refusal() == .file(.headMissing(path: example.path)))
    #expect(FilePair(at: example.path).head == nil, "nothing is made anew")
  }

  @Test(
    "a write that fails admits nothing, and its round counts as answered when the line is there")
  func failedWrite() throws {
    let example = try Example()
    let obstacle = example.path + ".head.new"
    var record = try example.open()
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    let sessions = try [20, 21].map { try Example.session(of: $0) }
    let event = try Example.event()
    var refusals: [FLRecordsError] = []
    for (round, session) in zip([20, 21], sessions) {
      do throws(FLRecordsError) {
        try record.admit(
          round: round, context: session.applicationContext, in: session,
          spending: event)
      } catch {
        refusals.append(error)
      }
    }
    try FileManager.default.removeItem(atPath: obstacle)
    #expect(
      refusals == [
        .file(.system(operation: "open", path: obstacle, code: EISDIR)),
        .file(.interrupted(path: example.path)),
      ])
    _ = consume record
    #expect(
      try example.refusal { try Example.admit(20, in: sessions[0], to: &$0) }
        == .participation(.alreadyAnswered(round: 20, session: sessions[0].digest)))
    #expect(try example.refusal { try Example.admit(21, in: sessions[1], to: &$0) } == nil)
  }

  @Test(
    "a damaged byte of a line, a missing line, a missing file and a missing head are no free rounds"
  )
  func damage() throws {
    let example = try Example()
    let whole = example.stages[3]
    let bytes = try #require(whole.file)
    for index in stride(from: 0, to: bytes.count, by: 17) {
      var damaged = bytes
      damaged[index] ^= 1
      try FilePair(file: damaged, head: whole.head).put(at: example.path)
      switch try example.refusal() {
      case .file(.damaged), .file(.cutOff): break
      case let other: Issue.record("byte \(index): \(String(describing: other))")
      }
    }
    for missing in 0...3 {
      var lines = whole.lines
      lines.remove(at: missing)
      try FilePair(file: Array(lines.joined()), head: whole.head).put(at: example.path)
      #expect(
        try example.refusal()
          == (missing == 3
            ? .file(.cutOff(path: example.path, lines: 3, written: 4))
            : .file(.damaged(path: example.path, line: missing + 1, .number))))
    }
    // An old copy of the file alone, or of the head alone.
    try FilePair(file: example.stages[1].file, head: whole.head).put(at: example.path)
    #expect(
      try example.refusal() == .file(.cutOff(path: example.path, lines: 2, written: 4)))
    try FilePair(file: whole.file, head: example.stages[1].head).put(at: example.path)
    #expect(try example.refusal() == .file(.beyondHead(path: example.path, written: 2)))
    try FilePair(file: nil, head: whole.head).put(at: example.path)
    #expect(try example.refusal() == .file(.missing(path: example.path)))
    try FilePair(file: whole.file, head: nil).put(at: example.path)
    #expect(try example.refusal() == .file(.headMissing(path: example.path)))
  }

  /// A line of which half is there.
  private func tornExample() throws -> ExampleParticipation {
    let example = try Example()
    let (before, after) = (example.stages[2], example.stages[3])
    let (start, bytes) = (try #require(before.file).count, try #require(after.file))
    try FilePair(file: Array(bytes[..<((start + bytes.count) / 2)]), head: before.head)
      .put(at: example.path)
    return example
  }

  private func repair(
    _ example: ExampleParticipation, round: Int, _ event: PrivacyEvent
  ) throws {
    try ParticipationRecord.repair(
      at: example.path, task: Example.task, budget: example.budget,
      accountant: Example.accountant(), countingAsAnswered: round, spending: event)
  }

  @Test("a repair counts the round as answered and its event as spent, and nothing can be resumed")
  func repaired() throws {
    let example = try tornExample()
    try repair(example, round: 3, Example.event())
    var spent: Double?
    #expect(try example.refusal { spent = $0.epsilonSpent } == nil)
    #expect(areEqual(try #require(spent), example.epsilons[3]))
    let refusals = [
      try example.refusal { try Example.admit(3, in: example.sessions[2], to: &$0) },
      try example.refusal {
        try $0.checkResumable(round: 3, context: Example.context(of: 3), in: example.sessions[2])
      },
    ]
    #expect(
      refusals == [
        .participation(.answeredEarlier(round: 3)), .participation(.answeredEarlier(round: 3)),
      ])
    // The rounds before the torn line are what they were.
    #expect(
      try example.refusal {
        try $0.checkResumable(round: 8, context: Example.context(of: 8), in: example.sessions[1])
      } == nil)
    #expect(throws: FLRecordsError.file(.nothingToRepair(path: example.path))) {
      try repair(example, round: 3, Example.event())
    }
  }

  @Test("a repair may exceed the budget: no round is admitted then")
  func aboveBudget() throws {
    let example = try tornExample()
    try repair(example, round: 3, Example.event(0.5))
    let refusal = try example.refusal {
      try Example.admit(9, in: Example.session(of: 9), to: &$0)
    }
    guard case .ledger(.exceedsBudget(9, _, _, example.budget)) = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
  }

  @Test("what is wrong with a repair is found before anything is written")
  func refusedRepair() throws {
    let example = try tornExample()
    let before = FilePair(at: example.path)
    let unsupported = try PrivacyEvent(
      .gaussian(noiseMultiplier: 8), relation: .replace, sampling: .none, repetitions: 1)
    #expect(
      throws: FLRecordsError.mathematics(
        .accounting(.otherRelation(event: .replace, accountant: .zeroOut)))
    ) { try repair(example, round: 3, unsupported) }
    #expect(throws: FLRecordsError.participation(.round(found: -1))) {
      try repair(example, round: -1, Example.event())
    }
    #expect(
      throws: FLRecordsError.participation(
        .otherBudget(
          path: example.path, recorded: example.budget, given: nil))
    ) {
      try ParticipationRecord.repair(at: example.path, task: Example.task, countingAsAnswered: 3)
    }
    #expect(FilePair(at: example.path) == before)
  }

  @Test("a record without a budget is repaired alike")
  func plainRepair() throws {
    let folder = try TemporaryFolder()
    let path = folder("record")
    _ = try ParticipationRecord(at: path, task: "t").task
    let begun = FilePair(at: path)
    try FilePair(file: try #require(begun.file) + [UInt8(ascii: "{")], head: begun.head)
      .put(at: path)
    try ParticipationRecord.repair(at: path, task: "t", countingAsAnswered: 5)
    let record = try ParticipationRecord(at: path, task: "t")
    let (isAnswered, isNextAnswered) = (record.hasAnswered(5), record.hasAnswered(6))
    #expect(isAnswered && !isNextAnswered)
  }
}
