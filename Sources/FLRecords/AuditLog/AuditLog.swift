public import FLMath

/// A log on disk of the clients in each released sum. It is append-only, and has ids and digests
/// but never values.
///
/// It is written like the ``PrivacyLedger``: JSON lines chained by digests, a head beside the file,
/// a lock while it is open, and every call returns when its line is on disk. A crash has the same
/// results, and the same damage is noticed. ``repair(at:minimumGroupSize:)`` replaces a torn line;
/// record its content again afterwards.
///
/// It is also the register of the clients that have opted out. In a round, take ``optOuts``, select
/// from `Candidates` without its clients, and call ``record(_:selectedWith:)`` with the same
/// register when the sum is known.
///
/// It also prevents sums that can be subtracted from each other. By default it rejects a sum whose
/// clients differ from those of an earlier sum by fewer than the minimum group size, see
/// `ReleasedCohorts`. It allows sums of exactly the same clients. Call
/// ``possibleOverlap(of:minimumContributors:)`` before a session, and ``overlap(of:)`` between the
/// last input and the request for shares. A rejection after that comes too late: the server already
/// knows the sum.
public struct AuditLog: ~Copyable, Sendable {
  private var file: ChainedFile
  private var rules: AuditRules

  /// Opens a log, or begins one if there is neither the file nor its head.
  ///
  /// - Parameters:
  ///   - path: the log; its head is beside it, with `.head` behind the name.
  ///   - minimumGroupSize: the smallest number of clients in a sum, at least 2; of an existing log,
  ///     exactly its own.
  ///   - overlaps: the policy for sums that have nearly the same clients. By default, a new log
  ///     rejects them, and an existing log keeps its policy. If given, it must be the policy of the
  ///     existing log. Logs from before this setting existed warn.
  ///   - participation: how often and how soon a client may be in a sum, for a training with
  ///     `CorrelatedNoise`. It must be the rule of an existing log. The log then belongs to that
  ///     training, and its rounds count from 0 without gaps: see `ParticipationSchedule`.
  /// - Throws: ``FLRecordsError``.
  /// - Complexity: O(bytes of the log), multiplied by the number of different groups of clients if
  ///   the log rejects overlaps. It needs memory for the opt-outs and for those groups.
  public init(
    at path: String, minimumGroupSize: Int, overlaps: OverlapPolicy? = nil,
    participation: ParticipationRule? = nil
  ) throws(FLRecordsError) {
    _ = try AuditRules(
      minimumGroupSize: minimumGroupSize, overlaps: .reject, participation: participation)
    let header = RecordHeader(
      format: AuditSettings.format, version: AuditSettings.version,
      settings: AuditSettings(
        minimumGroupSize: minimumGroupSize, overlaps: overlaps ?? .reject,
        participation: participation))
    try ChainedFile.createIfAbsent(path, first: RecordCoding.encode(header, for: path))
    let reader = try ChainReader(path, for: .appending)
    var replay = try Self.replay(reader, minimumGroupSize: minimumGroupSize)
    let recorded = replay.rules.overlaps
    if let overlaps, overlaps != recorded {
      throw .audit(.otherOverlapPolicy(path: path, recorded: recorded, given: overlaps))
    }
    let rule = replay.rules.participation?.rule
    guard rule == participation else {
      throw .audit(.otherParticipation(path: path, recorded: rule, given: participation))
    }
    while try replay.next() != nil {}
    let rules = replay.rules
    file = try replay.finish().makeAppendable()
    self.rules = rules
  }

  private static func replay(
    _ reader: consuming ChainReader, minimumGroupSize: Int
  ) throws(FLRecordsError) -> AuditReplay {
    let path = reader.path
    let replay = try AuditReplay(reader)
    let recorded = replay.rules.minimumGroupSize
    guard recorded == minimumGroupSize else {
      throw .audit(.otherMinimumGroupSize(path: path, recorded: recorded, given: minimumGroupSize))
    }
    return replay
  }

  /// The smallest number of clients in a sum.
  public var minimumGroupSize: Int { rules.minimumGroupSize }

  /// The policy for sums that have nearly the same clients.
  public var overlaps: OverlapPolicy { rules.overlaps }

  /// The rounds of each client; `nil` without a participation rule. Select a round's clients from
  /// the eligible ones.
  public var participation: ParticipationSchedule<UInt32>? { rules.participation }

  /// The clients that have opted out so far.
  public var optOuts: OptOutRegister { rules.register }

  /// The clients of the sums so far, for a selection that avoids overlaps.
  public var released: ReleasedCohorts<UInt32> { rules.released }

  /// Returns the first recorded sum whose clients differ from these contributors by too few; `nil`
  /// if the sum may be released.
  ///
  /// - Complexity: that of `ReleasedCohorts.overlap(of:)`.
  public func overlap(of contributors: [UInt32]) -> OverlappingSum? {
    rules.overlap(of: contributors)
  }

  /// Returns the first recorded sum from which a session's sum can differ by too few clients,
  /// depending on the dropouts; `nil` if no dropouts can cause that.
  ///
  /// - Parameters:
  ///   - selected: the clients that are asked to take part.
  ///   - minimumContributors: the smallest number of contributors for which the session releases a
  ///     sum.
  /// - Complexity: that of `ReleasedCohorts.possibleOverlap(of:minimumContributors:)`.
  public func possibleOverlap(
    of selected: [UInt32], minimumContributors: Int
  ) -> OverlappingSum? {
    rules.possibleOverlap(of: selected, minimumContributors: minimumContributors)
  }

  /// Records a sum that was released.
  ///
  /// - Parameter optOuts: the register from which the round's candidates were made. A client that
  ///   opts out during the round is excluded from the next round.
  /// - Returns: in a log that warns, the earlier sum with nearly the same clients, if there is one.
  ///   The line before the sum's line records it.
  /// - Throws: ``FLRecordsError`` before anything is written if the group is too small, a client had
  ///   opted out or took part too often or too soon, or an earlier sum has nearly the same clients
  ///   and the log rejects that; ``FLRecordsError/file(_:)`` if writing fails.
  @discardableResult
  public mutating func record(
    _ sum: ReleasedSum, selectedWith optOuts: OptOutRegister
  ) throws(FLRecordsError) -> OverlappingSum? {
    let entry = AuditEntry.released(
      sum: sum, optOutsAsOfLine: optOuts.line, optedOut: optOuts.clients.count)
    try rules.check(entry)
    let overlap = overlaps == .warn ? overlap(of: sum.participants) : nil
    if let overlap {
      try append(.overlapping(line: overlap.line, differing: overlap.differing))
    }
    try append(entry)
    return overlap
  }

  /// Records that a client has opted out. It does nothing if the client had opted out before.
  ///
  /// - Throws: ``FLRecordsError/file(_:)``. Exclude the client nevertheless.
  public mutating func optOut(_ client: UInt32) throws(FLRecordsError) {
    guard !optOuts.clients.contains(client) else { return }
    try append(.optedOut(client: client))
  }

  /// Records that a client that had opted out takes part again. It does nothing if the client had
  /// not opted out.
  ///
  /// - Throws: ``FLRecordsError/file(_:)``.
  public mutating func optIn(_ client: UInt32) throws(FLRecordsError) {
    guard optOuts.clients.contains(client) else { return }
    try append(.optedIn(client: client))
  }

  /// Writes an entry that the rules allow.
  private mutating func append(_ entry: AuditEntry) throws(FLRecordsError) {
    let record = AuditRecord(time: Clock.secondsSince1970(), entry: entry)
    try file.append(RecordCoding.encode(record, for: file.path))
    rules.take(entry, line: file.position.lines)
  }

  /// Replaces the torn last line of a log by a record that there was one.
  ///
  /// The call that wrote the line had not returned. Record its content again, above all an opt-out.
  /// An interrupted repair can be repeated.
  ///
  /// - Throws: ``FLRecordsError``; ``FLRecordsError/File/nothingToRepair(path:)`` if the last line is
  ///   complete. Only a torn last line is repaired.
  public static func repair(at path: String, minimumGroupSize: Int) throws(FLRecordsError) {
    let reader = try ChainReader(path, for: .repairing)
    try replaceTorn(replay(reader, minimumGroupSize: minimumGroupSize).finish())
  }

  private static func replaceTorn(_ reader: consuming ChainReader) throws(FLRecordsError) {
    let torn = try reader.tornBytes()
    let record = AuditRecord(time: Clock.secondsSince1970(), entry: .repaired(bytes: torn))
    let bytes = try RecordCoding.encode(record, for: reader.path)
    try reader.replaceTorn(torn, by: bytes)
  }
}

extension FLRecordsError {
  /// The reason why an audit log rejects a call.
  public enum Audit: Hashable, Sendable {
    /// The minimum group size must be at least 2.
    case minimumGroupSize(found: Int)
    /// The log was created with another minimum group size.
    case otherMinimumGroupSize(path: String, recorded: Int, given: Int)
    /// The log was created with another policy for overlapping sums.
    case otherOverlapPolicy(path: String, recorded: OverlapPolicy, given: OverlapPolicy)
    /// A session allowed smaller groups than the log.
    case sessionMinimum(round: Int, found: Int, minimum: Int)
    /// A sum has fewer clients than the minimum.
    case groupTooSmall(round: Int, found: Int, minimum: Int)
    /// The same client is given twice.
    case repeatedParticipant(round: Int, client: UInt32)
    /// The number of clients is not the number of contributors of the session.
    case participantCount(round: Int, participants: Int, contributors: Int)
    /// A client took part although it had opted out before the selection, at that line.
    case optedOut(round: Int, client: UInt32, line: Int)
    /// The sum has nearly the same clients as an earlier sum, at that line: fewer clients than the
    /// minimum group size are in only one of the two.
    case overlap(round: Int, earlier: Int, line: Int, differing: Int, minimum: Int)
    /// A client is in the sums of too many rounds, or of two rounds that are too close.
    case participation(round: Int, client: UInt32, FLMathError)
    /// Rounds count from 0 without gaps in a log with a participation rule.
    case roundGap(round: Int, last: Int?)
    /// The log was created with another participation rule, or only one of the two has a rule.
    case otherParticipation(path: String, recorded: ParticipationRule?, given: ParticipationRule?)
    /// The register of opt-outs does not belong to this log.
    case otherRegister(round: Int, line: Int, lines: Int)
  }
}

extension FLRecordsError.Audit: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .minimumGroupSize(let found):
      "Expected a minimum group size of at least 2 clients, got \(found). The sum of one "
        + "client is its update."
    case .otherMinimumGroupSize(let path, let recorded, let given):
      "Expected the minimum group size of \(path), \(recorded), got \(given). Open the log "
        + "with its own, or start another log."
    case .otherOverlapPolicy(let path, let recorded, let given):
      "Expected the policy of \(path) to \(recorded.rawValue) overlapping sums, got the "
        + "policy to \(given.rawValue) them. Open the log with its own policy, or start another "
        + "log."
    case .sessionMinimum(let round, let found, let minimum):
      "Expected sums of at least \(minimum) clients from the session of round \(round), got "
        + "a minimum of \(found). Raise the minimumContributors of the session."
    case .groupTooSmall(let round, let found, let minimum):
      "Expected a sum of at least \(minimum) clients in round \(round), got a sum of "
        + "\(found). Discard the sum."
    case .repeatedParticipant(let round, let client):
      "Expected each client once in round \(round), got client \(client) twice. Name each "
        + "client once."
    case .participantCount(let round, let participants, let contributors):
      "Expected the \(contributors) contributors of the session in round \(round), got "
        + "\(participants) clients. Name exactly the clients whose input is in the sum."
    case .optedOut(let round, let client, let line):
      "Expected no client in round \(round) that opted out before the selection, got client "
        + "\(client), which opted out at line \(line). Discard the sum, and select from "
        + "Candidates with the opt-outs of the log."
    case .overlap(let round, let earlier, let line, let differing, let minimum):
      "Expected at least \(minimum) clients in only one of the sums of round \(round) and "
        + "round \(earlier) (line \(line)), got \(differing). The difference of the sums is "
        + "about those clients: discard this sum, and call possibleOverlap before the next "
        + "session."
    case .participation(let round, let client, let error):
      "Expected clients that may take part in round \(round), got client \(client). \(error) "
        + "Discard the sum, and select from the eligible clients."
    case .roundGap(let round, let last):
      "Expected round \(last.map { "\($0) or \($0 + 1)" } ?? "0"), got \(round); number the rounds as their noise, "
        + "without those that released no sum."
    case .otherParticipation(let path, let recorded, let given):
      "Expected \(path) to have \(Self.text(of: given)), found \(Self.text(of: recorded)); open it with its "
        + "own, and begin a log for each training with correlated noise."
    case .otherRegister(let round, let line, let lines):
      "Expected the opt-outs of this log of \(lines) lines in round \(round), got those of "
        + "line \(line). Pass the register that this log gave when the round was selected."
    }
  }

  private static func text(of rule: ParticipationRule?) -> String {
    guard let rule else { return "no participation rule" }
    return "a maximum of \(rule.maximum) rounds of a client with a minimum separation of "
      + "\(rule.minimumSeparation)"
  }
}
