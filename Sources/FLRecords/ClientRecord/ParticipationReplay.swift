public import FLMath
internal import SecAgg

extension ParticipationRecord {
  /// Replaces the torn last line of a record without a budget by one that a round is answered.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - task: the task of the record.
  ///   - round: the round that was being admitted. Nothing was encoded for it, so if it is not known for
  ///     sure, the round that the client is asked for now.
  /// - Throws: ``ParticipationRecordError``; ``RecordFileError/nothingToRepair(path:)`` if the last line is
  ///   complete. Nothing but a torn last line is repaired.
  public static func repair(
    at path: String, task: String, countingAsAnswered round: Int
  ) throws(ParticipationRecordError) {
    try repair(
      at: path, task: task, budget: nil, anyAccountant: nil, answered: round, event: nil)
  }

  /// Replaces the torn last line of a record with a budget by one that a round is answered and its event
  /// is spent, even if that exceeds the budget. Interrupted, the repair can be repeated.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - task: the task of the record.
  ///   - budget: the budget of the record.
  ///   - accountant: as on opening.
  ///   - round: the round that was being admitted. Nothing was encoded for it, so if it is not known for
  ///     sure, the round that the client is asked for now.
  ///   - event: what that round was going to spend. If it is not known for sure, the most expensive of
  ///     those it may have been.
  /// - Throws: ``ParticipationRecordError``; ``RecordFileError/nothingToRepair(path:)`` if the last line is
  ///   complete. Nothing but a torn last line is repaired.
  public static func repair(
    at path: String, task: String, budget: PrivacyBudget, accountant: some PrivacyAccountant,
    countingAsAnswered round: Int, spending event: PrivacyEvent
  ) throws(ParticipationRecordError) {
    try repair(
      at: path, task: task, budget: budget, anyAccountant: accountant, answered: round,
      event: event)
  }

  private static func repair(
    at path: String, task: String, budget: PrivacyBudget?, anyAccountant: (any PrivacyAccountant)?,
    answered round: Int, event: PrivacyEvent?
  ) throws(ParticipationRecordError) {
    guard round >= 0 else { throw .round(found: round) }
    var reader = try ParticipationRecordError.ofFile { () throws(RecordFileError) in
      try ChainReader(path, for: .repairing)
    }
    let history = try ParticipationReplay(
      &reader, task: task, budget: budget, accountant: anyAccountant
    ).history
    // Refused before anything is written: a record whose events cannot be composed cannot be opened.
    _ = try history.accountAfter(event, round: round)
    do throws(RecordFileError) {
      let torn = try reader.tornBytes()
      let entry = ParticipationEntry.repaired(round: round, event: event, bytes: torn)
      try reader.replaceTorn(torn, by: RecordCoding.encode(entry, for: path))
    } catch {
      throw .file(error)
    }
  }
}

/// Reads a participation record from its first line to its last.
struct ParticipationReplay {
  private(set) var history: ParticipationHistory
  private var spent = EventTally()

  /// Reads all lines, and composes their events.
  init(
    _ reader: inout ChainReader, task: String, budget: PrivacyBudget?,
    accountant: (any PrivacyAccountant)?
  ) throws(ParticipationRecordError) {
    let path = reader.path
    let settings: ParticipationSettings
    do throws(RecordFileError) {
      settings = try RecordHeader<ParticipationSettings>.read(
        &reader, format: ParticipationSettings.format, version: ParticipationSettings.version)
    } catch {
      throw .file(error)
    }
    guard settings.task == task else {
      throw .otherTask(path: path, recorded: settings.task, given: task)
    }
    history = ParticipationHistory(
      account: try Self.account(settings, of: path, budget: budget, accountant: accountant))
    do throws(RecordFileError) {
      while let line = try reader.next() { try take(line, of: path) }
    } catch {
      throw .file(error)
    }
    guard history.account?.budget == budget else {
      throw .otherBudget(path: path, recorded: history.account?.budget, given: budget)
    }
    if let account = history.account {
      history.account = try ParticipationRecordError.ofAccount { () throws(PrivacyLedgerError) in
        try account.after(spent.events)
      }
    }
  }

  /// The account that the record was begun with, if the accountant is of its kind.
  private static func account(
    _ settings: ParticipationSettings, of path: String, budget: PrivacyBudget?,
    accountant: (any PrivacyAccountant)?
  ) throws(ParticipationRecordError) -> PrivacyAccount? {
    guard let privacy = settings.privacy, let accountant else {
      guard settings.privacy == nil, budget == nil else {
        throw .otherBudget(path: path, recorded: settings.privacy?.budget, given: budget)
      }
      return nil
    }
    return try ParticipationRecordError.ofAccount { () throws(PrivacyLedgerError) in
      try privacy.account(with: accountant, of: path)
    }
  }

  private mutating func take(_ line: ChainLine, of path: String) throws(RecordFileError) {
    let reason: String?
    switch try RecordCoding.decode(ParticipationEntry.self, from: line, of: path) {
    case .answered(let round, let session, let context, let event, _):
      reason = takeAnswer(round: round, session: session, context: context) ?? add(event)
    case .raised(let epsilon):
      reason = raiseBudget(to: epsilon)
    case .repaired(let round, let event, _):
      history.take(round: round)
      reason = round < 0 ? "round \(round) is negative" : add(event)
    }
    if let reason {
      throw .damaged(path: path, line: line.position.lines, .content(reason))
    }
  }

  /// Takes a round; the reason why it cannot be one.
  private mutating func takeAnswer(round: Int, session: String, context: String) -> String? {
    guard let session = Digest(hexadecimal: session.utf8),
      let context = Digest(hexadecimal: context.utf8)
    else { return "a digest has 64 hexadecimal digits" }
    guard round >= 0, !history.rounds.contains(round) else {
      return "round \(round) is negative or answered twice"
    }
    history.take(AnsweredSession(round: round, session: session, context: context))
    return nil
  }

  /// Counts an event; the reason why it cannot be one of this record.
  private mutating func add(_ event: PrivacyEvent?) -> String? {
    guard (event == nil) == (history.account == nil) else {
      return "a record has events if it has a budget, and else none"
    }
    guard let event else { return nil }
    do throws(PrivacyParameterError) {
      try spent.add(event)
      return nil
    } catch {
      return error.description
    }
  }

  /// Raises the budget; the reason why that is not one.
  private mutating func raiseBudget(to epsilon: Double) -> String? {
    guard var account = history.account else {
      return "a record without a budget has none to raise"
    }
    do throws(PrivacyLedgerError) {
      try account.raiseBudget(to: epsilon)
    } catch {
      return error.description
    }
    history.account = account
    return nil
  }
}

/// What the first line of a participation record says.
struct ParticipationSettings: Codable, Hashable, Sendable {
  static let format = "participation record"
  static let version = 1

  let task: String
  /// `nil` in a record without a budget.
  let privacy: AccountSettings?
}

/// What the other lines of a participation record say.
enum ParticipationEntry: Codable, Hashable, Sendable {
  /// The client encodes for this session after this line. In a record with a budget: what the round
  /// spends, and the epsilon after it as far as it was known then.
  case answered(
    round: Int, session: String, context: String, event: PrivacyEvent?, epsilon: Double?)
  /// From here on the budget has this epsilon.
  case raised(epsilon: Double)
  /// In place of a torn line of so many bytes. The round counts as answered and the event as spent, even
  /// above the budget.
  case repaired(round: Int, event: PrivacyEvent?, bytes: Int)
}
