import FLMath
import Testing

@testable import FLRecords

/// Whoever is refused learns which file it is about and what can be done.
@Suite("Error descriptions")
struct ErrorDescriptionTests {
  static let path = "/data/ledger"

  static let fileErrors: [FLRecordsError.File] = [
    .system(operation: "open", path: path, code: 13), .locked(path: path), .missing(path: path),
    .absent(path: path), .headMissing(path: path), .headDamaged(path: path),
    .cutOff(path: path, lines: 71, written: 83), .beyondHead(path: path, written: 83),
    .tornWrite(path: path, line: 71, bytes: 83), .nothingToRepair(path: path),
    .otherFormat(path: path, expected: "audit log", found: "diary"),
    .laterVersion(path: path, known: 1, found: 71),
    .earlierVersion(path: path, oldest: 83, found: 71),
    .tooLong(path: path, bytes: 71),
    .notRepresentable(path: path, reason: "why"), .changed(path: path), .interrupted(path: path),
    .damaged(path: path, line: 71, .form), .damaged(path: path, line: 71, .number),
    .damaged(path: path, line: 71, .digest), .damaged(path: path, line: 71, .head),
    .damaged(path: path, line: 71, .content("why")),
  ]

  @Test("a refused file is named, with line and counts", arguments: fileErrors)
  func file(error: FLRecordsError.File) {
    let text = error.description
    #expect(text.contains(Self.path))
    for text in [FLRecordsError.file(error).description] {
      #expect(text == error.description)
    }
    switch error {
    case .cutOff, .tornWrite, .earlierVersion: #expect(text.contains("71") && text.contains("83"))
    case .damaged(_, _, .content): #expect(text.contains("line 71") && text.contains("why"))
    case .damaged: #expect(text.contains("line 71"))
    case .beyondHead: #expect(text.contains("83"))
    case .laterVersion, .tooLong: #expect(text.contains("71"))
    case .otherFormat: #expect(text.contains("diary") && text.contains("audit log"))
    case .system: #expect(text.contains("open") && text.contains("ermission"))
    default: break
    }
  }

  @Test("no two files are refused in the same words")
  func distinct() {
    #expect(Set(Self.fileErrors.map(\.description)).count == Self.fileErrors.count)
  }

  @Test("a refused round says what is spent, what it would come to, and what is left")
  func exceeded() throws {
    let budget = try PrivacyBudget(epsilon: 8, delta: 1e-5)
    let text = FLRecordsError.ledger(
      .exceedsBudget(
        round: 12, spent: 7.5, after: 8.25, budget: budget
      )
    ).description
    for part in ["round 12", "7.5", "8.25", "1e-05", "is 8.0", "0.5 is left"] {
      #expect(text.contains(part))
    }
  }

  static let auditErrors: [FLRecordsError.Audit] = [
    .minimumGroupSize(found: 71), .otherMinimumGroupSize(path: path, recorded: 71, given: 83),
    .sessionMinimum(round: 5, found: 71, minimum: 83),
    .groupTooSmall(round: 5, found: 71, minimum: 83), .repeatedParticipant(round: 5, client: 71),
    .participantCount(round: 5, participants: 71, contributors: 83),
    .optedOut(round: 5, client: 71, line: 83), .otherRegister(round: 5, line: 71, lines: 83),
    .otherOverlapPolicy(path: path, recorded: .warn, given: .reject),
    .overlap(round: 5, earlier: 71, line: 83, differing: 1, minimum: 9),
  ]

  @Test("a refused entry is named, with what was expected and found", arguments: auditErrors)
  func audit(error: FLRecordsError.Audit) {
    let text = error.description
    switch error {
    case .otherOverlapPolicy: #expect(text.contains(Self.path) && text.contains("to warn"))
    default: #expect(text.contains("71"))
    }
    switch error {
    case .otherOverlapPolicy: break
    case .minimumGroupSize: #expect(text.contains("2 clients"))
    case .otherMinimumGroupSize: #expect(text.contains(Self.path) && text.contains("83"))
    case .repeatedParticipant: #expect(text.contains("round 5"))
    default: #expect(text.contains("round 5") && text.contains("83"))
    }
  }
}
