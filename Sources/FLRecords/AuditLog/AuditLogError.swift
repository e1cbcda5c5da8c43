public import FLMath

/// Why an audit log refuses.
public enum AuditLogError: Error, Hashable, Sendable {
  /// The minimum group size must be at least 2.
  case minimumGroupSize(found: Int)
  /// The log was begun with another minimum group size.
  case otherMinimumGroupSize(path: String, recorded: Int, given: Int)
  /// The log was begun with another policy for overlapping sums.
  case otherOverlapPolicy(path: String, recorded: OverlapPolicy, given: OverlapPolicy)
  /// A session allowed smaller groups than the log does.
  case sessionMinimum(round: Int, found: Int, minimum: Int)
  /// Fewer clients are in a sum than must be.
  case groupTooSmall(round: Int, found: Int, minimum: Int)
  /// A client is named twice.
  case repeatedParticipant(round: Int, client: UInt32)
  /// There are not as many clients as contributors of the session.
  case participantCount(round: Int, participants: Int, contributors: Int)
  /// A client took part that had opted out before the selection, at that line.
  case optedOut(round: Int, client: UInt32, line: Int)
  /// The sum has nearly the same clients as an earlier one, that of the line: fewer than the minimum
  /// group size are in one of both only.
  case overlap(round: Int, earlier: Int, line: Int, differing: Int, minimum: Int)
  /// A client is in the sums of too many rounds, or again too soon.
  case participation(round: Int, client: UInt32, ParticipationError)
  /// Rounds count from 0 without gaps in a log with a participation rule.
  case roundGap(round: Int, last: Int?)
  /// The log was begun with another participation rule, or one of both has none.
  case otherParticipation(path: String, recorded: ParticipationRule?, given: ParticipationRule?)
  /// The register of opt-outs is not one of this log.
  case otherRegister(round: Int, line: Int, lines: Int)
  /// The file cannot be read or written.
  case file(RecordFileError)
}

extension AuditLogError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .minimumGroupSize(let found):
      "a group has at least 2 clients, found a minimum of \(found); the sum of one is its update"
    case .otherMinimumGroupSize(let path, let recorded, let given):
      "\(path) was begun with a minimum group size of \(recorded), not \(given); open it with its "
        + "own, or begin another log"
    case .otherOverlapPolicy(let path, let recorded, let given):
      "\(path) was begun to \(recorded.rawValue) overlapping sums, not to \(given.rawValue) them; open "
        + "it with its own policy, or begin another log"
    case .sessionMinimum(let round, let found, let minimum):
      "round \(round): the session released sums of \(found) clients, the log demands \(minimum); "
        + "raise the session's minimumContributors"
    case .groupTooSmall(let round, let found, let minimum):
      "round \(round): the sum of \(found) clients, where at least \(minimum) must be; discard it"
    case .repeatedParticipant(let round, let client):
      "round \(round): client \(client) is named twice; name each once"
    case .participantCount(let round, let participants, let contributors):
      "round \(round): \(participants) clients for \(contributors) contributors of the session; name "
        + "exactly those whose input is in the sum"
    case .optedOut(let round, let client, let line):
      "round \(round): client \(client) took part, although it had opted out at line \(line), before "
        + "the selection; discard the sum, and select from Candidates with the log's opt-outs"
    case .overlap(let round, let earlier, let line, let differing, let minimum):
      "round \(round): expected at least \(minimum) clients in one only of this sum and that of round "
        + "\(earlier) (line \(line)), found \(differing); the difference of the sums is about those, so "
        + "discard this one, and ask possibleOverlap before the next session"
    case .participation(let round, let client, let error):
      "round \(round): client \(client): \(error) Discard the sum, and select from the eligible clients."
    case .roundGap(let round, let last):
      "Expected round \(last.map { "\($0) or \($0 + 1)" } ?? "0"), got \(round); number the rounds as their noise, "
        + "without those that released no sum."
    case .otherParticipation(let path, let recorded, let given):
      "Expected \(path) to have \(Self.text(of: given)), found \(Self.text(of: recorded)); open it with its "
        + "own, and begin a log for each training with correlated noise."
    case .otherRegister(let round, let line, let lines):
      "round \(round): selected with the opt-outs of line \(line) of a log of \(lines) lines; pass the "
        + "register that this log gave when the round was selected"
    case .file(let error): error.description
    }
  }

  private static func text(of rule: ParticipationRule?) -> String {
    guard let rule else { return "no participation rule" }
    return "a maximum of \(rule.maximum) rounds of a client with a minimum separation of "
      + "\(rule.minimumSeparation)"
  }

  /// Calls, and passes a refusal of the file on as one of the log.
  static func ofFile<Result: ~Copyable>(
    _ call: () throws(RecordFileError) -> Result
  ) throws(AuditLogError) -> Result {
    do throws(RecordFileError) { return try call() } catch { throw .file(error) }
  }
}
