import FLMath
import SecAgg
import Testing

@testable import FLRecords

@Suite("Participation record")
struct ParticipationRecordTests {
  typealias Example = ExampleParticipation

  @Test("each round has one session, also after the record is opened again", arguments: 0..<3)
  func secondSession(index: Int) throws {
    let example = try Example()
    let (round, first) = (Example.rounds[index], example.sessions[index])
    let second = try Example.session(of: round)
    for refusal in [
      try example.refusal { try Example.admit(round, in: second, to: &$0) },
      try example.refusal {
        try $0.checkResumable(round: round, context: Example.context(of: round), in: second)
      },
    ] {
      #expect(
        refusal
          == .participation(
            .otherSession(round: round, answered: first.digest, offered: second.digest)))
    }
    #expect(
      try example.refusal { try Example.admit(round, in: first, to: &$0) }
        == .participation(.alreadyAnswered(round: round, session: first.digest)))
    #expect(FilePair(at: example.path) == example.stages[3], "nothing is written")
  }

  @Test("another model of an answered round is rejected as such", arguments: 0..<3)
  func otherContext(index: Int) throws {
    let example = try Example()
    let round = Example.rounds[index]
    let other = try Example.session(of: round, model: 1)
    let expected = FLRecordsError.participation(
      .otherContext(
        round: round, answered: Example.context(of: round),
        offered: Example.context(of: round, model: 1)))
    #expect(
      try example.refusal { try Example.admit(round, in: other, model: 1, to: &$0) } == expected)
    #expect(
      try example.refusal {
        try $0.checkResumable(
          round: round, context: Example.context(of: round, model: 1), in: other)
      } == expected)
    #expect(FilePair(at: example.path) == example.stages[3])
  }

  @Test("a session of another context than the client's is rejected, answered before or not")
  func sessionContext() throws {
    let example = try Example()
    for round in [3, 4] {
      let session = try Example.session(of: round, model: 1)
      let expected = FLRecordsError.participation(
        .sessionContext(
          round: round, expected: Example.context(of: round),
          found: Example.context(of: round, model: 1)))
      #expect(try example.refusal { try Example.admit(round, in: session, to: &$0) } == expected)
      #expect(
        try example.refusal {
          try $0.checkResumable(round: round, context: Example.context(of: round), in: session)
        } == expected)
    }
    #expect(FilePair(at: example.path) == example.stages[3])
  }

  @Test("the session of an answered round can be resumed, and only that", arguments: 0..<3)
  func resume(index: Int) throws {
    let example = try Example()
    let round = Example.rounds[index]
    let context = Example.context(of: round)
    #expect(
      try example.refusal {
        try $0.checkResumable(round: round, context: context, in: example.sessions[index])
      } == nil)
    let unanswered = try Example.session(of: 9)
    #expect(
      try example.refusal {
        try $0.checkResumable(round: 9, context: Example.context(of: 9), in: unanswered)
      } == .participation(.notAnswered(round: 9)))
    #expect(FilePair(at: example.path) == example.stages[3])
  }

  @Test("of the last 16 sessions the digests are known, of earlier ones that they were")
  func recent() throws {
    let folder = try TemporaryFolder()
    let path = folder("record")
    var record = try ParticipationRecord(at: path, task: "t")
    let sessions = try (0..<20).map { try Example.session(of: $0) }
    for (round, session) in sessions.enumerated() {
      try record.admit(round: round, context: Example.context(of: round), in: session)
    }
    _ = consume record
    for (round, session) in sessions.enumerated() {
      let context = Example.context(of: round)
      var reopened = try ParticipationRecord(at: path, task: "t")
      let isAnswered = reopened.hasAnswered(round)
      #expect(isAnswered)
      var refusals: [FLRecordsError] = []
      do { try reopened.checkResumable(round: round, context: context, in: session) } catch {
        refusals.append(error)
      }
      do { try reopened.admit(round: round, context: context, in: session) } catch {
        refusals.append(error)
      }
      #expect(
        refusals
          == (round < 4
            ? [
              .participation(.answeredEarlier(round: round)),
              .participation(.answeredEarlier(round: round)),
            ]
            : [.participation(.alreadyAnswered(round: round, session: session.digest))]))
    }
  }

  @Test("rounds of a budget, opened anew for each, until it is spent")
  func budget() throws {
    var accountant = try Example.accountant()
    for _ in 0..<6 { try accountant.compose(Example.event()) }
    // Six rounds and a bit.
    let example = try Example(epsilon: 1.01 * accountant.epsilon(delta: 1e-5))
    for round in 100..<103 {
      let session = try Example.session(of: round)
      #expect(try example.refusal { try Example.admit(round, in: session, to: &$0) } == nil)
    }
    let before = FilePair(at: example.path)
    let refusal = try example.refusal {
      try Example.admit(103, in: Example.session(of: 103), to: &$0)
    }
    guard case .ledger(.exceedsBudget(103, let spent, let after, example.budget)) = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(after > example.budget.epsilon)
    #expect(abs(try spent - accountant.epsilon(delta: 1e-5)) < 1e-9)
    #expect(FilePair(at: example.path) == before, "nothing is written")
    var isAnswered: Bool?
    let secondRefusal = try example.refusal { record in
      isAnswered = record.hasAnswered(103)
      // What was refused for its cost can be answered within a raised budget.
      try record.raiseBudget(to: 2 * example.budget.epsilon)
      try Example.admit(103, in: Example.session(of: 103), to: &record)
    }
    #expect(isAnswered == false && secondRefusal == nil)
    let raised = try PrivacyBudget(epsilon: 2 * example.budget.epsilon, delta: 1e-5)
    #expect(
      try example.refusal()
        == .participation(.otherBudget(path: example.path, recorded: raised, given: example.budget))
    )
  }

  @Test("a budget is only raised, and only where there is one")
  func raise() throws {
    let example = try Example()
    #expect(
      try example.refusal { try $0.raiseBudget(to: 3) } == .ledger(.notARaise(from: 4, to: 3)))
    #expect(FilePair(at: example.path) == example.stages[3])
    let path = example.folder("plain")
    #expect(throws: FLRecordsError.participation(.noBudget(path: path))) {
      var record = try ParticipationRecord(at: path, task: "t")
      try record.raiseBudget(to: 3)
    }
  }

  @Test("an event is there if a budget is, and of the accountant's relation")
  func events() throws {
    let example = try Example()
    let (session, context) = (try Example.session(of: 9), Example.context(of: 9))
    #expect(
      try example.refusal { try $0.admit(round: 9, context: context, in: session) }
        == .participation(.eventMissing(round: 9)))
    let other = try PrivacyEvent(
      .gaussian(noiseMultiplier: 8), relation: .replace, sampling: .none, repetitions: 1)
    #expect(
      try example.refusal {
        try $0.admit(round: 9, context: context, in: session, spending: other)
      } == .mathematics(.accounting(.otherRelation(event: .replace, accountant: .zeroOut)))
    )
    #expect(FilePair(at: example.path) == example.stages[3])
    let path = example.folder("plain")
    #expect(throws: FLRecordsError.participation(.budgetMissing(round: 9))) {
      var record = try ParticipationRecord(at: path, task: "t")
      try record.admit(round: 9, context: context, in: session, spending: Example.event())
    }
    #expect(FilePair(at: path).lines.count == 1)
  }

  @Test("negative rounds are rejected")
  func negative() throws {
    let example = try Example()
    for round in [-1, Int.min] {
      let session = try Example.session(of: round)
      #expect(
        try example.refusal { try Example.admit(round, in: session, to: &$0) }
          == .participation(.round(found: round)))
    }
    let session = try Example.session(of: .max)
    #expect(try example.refusal { try Example.admit(.max, in: session, to: &$0) } == nil)
  }

  @Test("a refusal says what was expected, what came, and what to do")
  func descriptions() throws {
    let (one, two) = (Example.context(of: 1), Example.context(of: 2))
    let budget = try PrivacyBudget(epsilon: 4, delta: 1e-5)
    let cases: [(FLRecordsError.Participation, [String])] = [
      (
        .otherTask(path: "/r", recorded: "digits", given: "letters"), ["/r", "digits", "letters"]
      ),
      (.otherBudget(path: "/r", recorded: budget, given: nil), ["/r", "no budget", "epsilon 4.0"]),
      (.noBudget(path: "/r"), ["/r"]), (.round(found: -7), ["-7"]),
      (.sessionContext(round: 7, expected: one, found: two), ["7", "\(one)", "\(two)"]),
      (.alreadyAnswered(round: 7, session: one), ["round 7", "\(one)", "stored message"]),
      (
        .otherSession(round: 7, answered: one, offered: two),
        ["round 7", "session \(one)", "session \(two)", "Do not answer"]
      ),
      (
        .otherContext(round: 7, answered: one, offered: two),
        ["round 7", "context \(one)", "got \(two)", "Do not answer"]
      ),
      (.answeredEarlier(round: 7), ["round 7"]), (.notAnswered(round: 7), ["round 7", "admit"]),
      (.eventMissing(round: 7), ["round 7", "event"]),
      (.budgetMissing(round: 7), ["round 7", "budget"]),
    ]
    for (error, parts) in cases {
      for part in parts { #expect(error.description.contains(part), "\(error.description)") }
    }
    #expect(Set(cases.map(\.0.description)).count == cases.count)
    let locked = FLRecordsError.File.locked(path: "/r")
    #expect(FLRecordsError.file(locked).description == locked.description)
  }
}
