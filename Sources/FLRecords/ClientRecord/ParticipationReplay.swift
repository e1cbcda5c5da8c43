public import FLMath
internal import SecAgg

extension ParticipationRecord {
  /// Replaces the torn last line of a record without a budget by a record that a round is answered.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - task: the task of the record.
  ///   - round: the round of the interrupted `admit`. Nothing was encoded for it. If you are not
  ///     sure, pass the round that the server asks for now.
  /// - Throws: ``FLRecordsError``; ``FLRecordsError/File/nothingToRepair(path:)`` if the last
  ///   line is complete. Only a torn last line is repaired.
  public static func repair(
    at path: String, task: String, countingAsAnswered round: Int
  ) throws(FLRecordsError) {
    try repair(
      at: path, task: task, budget: nil, anyAccountant: nil, answered: round, event: nil)
  }

  /// Replaces the torn last line of a record with a budget by a record that a round is answered and
  /// its event is spent, even above the budget. An interrupted repair can be repeated.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - task: the task of the record.
  ///   - budget: the budget of the record.
  ///   - accountant: as on opening.
  ///   - round: the round of the interrupted `admit`. Nothing was encoded for it. If you are not
  ///     sure, pass the round that the server asks for now.
  ///   - event: the event that the round was about to spend. If you are not sure, pass the most
  ///     expensive candidate.
  /// - Throws: ``FLRecordsError``; ``FLRecordsError/File/nothingToRepair(path:)`` if the last
  ///   line is complete. Only a torn last line is repaired.
  public static func repair(
    at path: String, task: String, budget: PrivacyBudget, accountant: some PrivacyAccountant,
    countingAsAnswered round: Int, spending event: PrivacyEvent
  ) throws(FLRecordsError) {
    try repair(
      at: path, task: task, budget: budget, anyAccountant: accountant, answered: round,
      event: event)
  }

  private static func repair(
    at path: String, task: String, budget: PrivacyBudget?, anyAccountant: (any PrivacyAccountant)?,
    answered round: Int, event: PrivacyEvent?
  ) throws(FLRecordsError) {
    guard round >= 0 else { throw .participation(.round(found: round)) }
    var reader = try ChainReader(path, for: .repairing)
    let history = try ParticipationReplay(
      &reader, task: task, budget: budget, accountant: anyAccountant
    ).history
    // This throws before anything is written: a record with events that cannot be composed cannot
    // be opened.
    _ = try history.accountAfter(event, round: round)
    let torn = try reader.tornBytes()
    let entry = ParticipationEntry.repaired(round: round, event: event, bytes: torn)
    try reader.replaceTorn(torn, by: RecordCoding.encode(entry, for: path))
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
  ) throws(FLRecordsError) {
    let path = reader.path
    let settings = try RecordHeader<ParticipationSettings>.read(
      &reader, format: ParticipationSettings.format, version: ParticipationSettings.version)
    guard settings.task == task else {
      throw .participation(.otherTask(path: path, recorded: settings.task, given: task))
    }
    history = ParticipationHistory(
      account: try Self.account(settings, of: path, budget: budget, accountant: accountant))
    while let line = try reader.next() { try take(line, of: path) }
    guard history.account?.budget == budget else {
      throw .participation(
        .otherBudget(path: path, recorded: history.account?.budget, given: budget))
    }
    if let account = history.account {
      history.account = try account.after(spent.events)
    }
  }

  /// Returns the account that the record was created with, if the accountant has its kind.
  private static func account(
    _ settings: ParticipationSettings, of path: String, budget: PrivacyBudget?,
    accountant: (any PrivacyAccountant)?
  ) throws(FLRecordsError) -> PrivacyAccount? {
    guard let privacy = settings.privacy, let accountant else {
      guard settings.privacy == nil, budget == nil else {
        throw .participation(
          .otherBudget(path: path, recorded: settings.privacy?.budget, given: budget))
      }
      return nil
    }
    return try privacy.account(with: accountant, of: path)
  }

  private mutating func take(_ line: ChainLine, of path: String) throws(FLRecordsError) {
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
      throw .file(.damaged(path: path, line: line.position.lines, .content(reason)))
    }
  }

  /// Counts a round as answered. Returns the reason if that is impossible.
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

  /// Counts an event. Returns the reason if it cannot be in this record.
  private mutating func add(_ event: PrivacyEvent?) -> String? {
    guard (event == nil) == (history.account == nil) else {
      return "a record has events if it has a budget, and else none"
    }
    guard let event else { return nil }
    do throws(FLMathError) {
      try spent.add(event)
      return nil
    } catch {
      return error.description
    }
  }

  /// Raises the budget. Returns the reason if that is impossible.
  private mutating func raiseBudget(to epsilon: Double) -> String? {
    guard var account = history.account else {
      return "a record without a budget has none to raise"
    }
    do throws(FLRecordsError) {
      try account.raiseBudget(to: epsilon)
    } catch {
      return error.description
    }
    history.account = account
    return nil
  }
}

/// The content of the first line of a participation record.
struct ParticipationSettings: Codable, Hashable, Sendable {
  static let format = "participation record"
  static let version = 1

  let task: String
  /// `nil` in a record without a budget.
  let privacy: AccountSettings?
}

/// The content of the other lines of a participation record.
enum ParticipationEntry: Codable, Hashable, Sendable {
  /// The client encodes for this session after this line. A record with a budget also has the event
  /// that the round spends, and the epsilon after it, as computed at that time.
  case answered(
    round: Int, session: String, context: String, event: PrivacyEvent?, epsilon: Double?)
  /// From here on the budget has this epsilon.
  case raised(epsilon: Double)
  /// A repair replaced a torn line of so many bytes. The round counts as answered and the event as
  /// spent, even above the budget.
  case repaired(round: Int, event: PrivacyEvent?, bytes: Int)
}
