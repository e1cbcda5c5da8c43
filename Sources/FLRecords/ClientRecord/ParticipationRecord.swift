public import FLMath
public import SecAgg

/// The rounds of a task that a client has answered, on the client's disk: it answers each at most once,
/// and within its own privacy budget.
///
/// A server that runs a round twice gets two noisy sums of a client's update for the price of one. Only the
/// client can prevent that. Call ``admit(round:context:in:spending:)`` before the update is encoded: it
/// records the round and its event, and returns when both are on disk.
///
/// ```swift
/// var record = try ParticipationRecord(
///   at: path, task: "digits", budget: budget, accountant: RenyiAccountant(relation: .zeroOut))
/// // In each round, when the session has reached the masked input:
/// let vector = try record.encode(
///   update, by: averaging, model: model, round: round, in: parameters)
/// ```
///
/// A task has one file, and a small file beside it (`.head`) that has the number of lines. The
/// application names the tasks and the files, never the server: a new file is a new budget. End a
/// task by deleting both files, and only if nobody can ask for its rounds again.
///
/// Rounds may come in any order. A round that a server has to repeat needs a new number, and costs again.
/// So do rounds that use one update in several sums. Without a budget nothing limits the number of rounds:
/// a server can ask for the same model again under a new number.
///
/// If the process ends or the power fails
///
/// - before the line is written: the round is not answered, and nothing was encoded;
/// - while it is written: opening throws ``FLRecordsError/File/tornWrite(path:line:bytes:)``.
///   ``repair(at:task:budget:accountant:countingAsAnswered:spending:)`` replaces the line by one that
///   counts a round as answered and an event as spent;
/// - after it, before the head is replaced: opening finds one complete line more than the head says, and
///   counts the round as answered and its event as spent;
/// - after that, before the masked input is stored or sent: the same. The client misses the round;
/// - after the masked input is stored: the client wakes it (`MaskedInputRound.init(resuming:)`), asks
///   ``checkResumable(round:context:in:)`` and sends it again.
///
/// On creation the file gets its name when its first line is on disk. The head follows. If the
/// process ends in between, opening throws ``FLRecordsError/File/headMissing(path:)``, and the file can
/// be deleted.
///
/// Damaged, missing, exchanged and repeated lines are rejected, and so are a missing file and a
/// missing head. The record cannot notice that both files were deleted or replaced by an old copy.
/// Exclude the files from backups that the device restores automatically.
public struct ParticipationRecord: ~Copyable, Sendable {
  /// The task.
  public let task: String

  private var file: ChainedFile
  private var history: ParticipationHistory

  /// Opens the record of a task without differential privacy, or creates it if neither the file nor
  /// its head exists.
  ///
  /// - Parameters:
  ///   - path: the file; its head is beside it, with `.head` behind the name.
  ///   - task: the application's name of the task; of an existing record, exactly its own.
  /// - Throws: ``FLRecordsError``; ``FLRecordsError/File/locked(path:)`` if it is open elsewhere.
  /// - Complexity: O(lines).
  public init(at path: String, task: String) throws(FLRecordsError) {
    try self.init(at: path, task: task, budget: nil, anyAccountant: nil)
  }

  /// Opens the record of a task with a privacy budget, or creates it if neither the file nor its
  /// head exists.
  ///
  /// - Parameters:
  ///   - path: the file; its head is beside it, with `.head` behind the name.
  ///   - task: the application's name of the task; of an existing record, exactly its own.
  ///   - budget: the budget of the client in this task; of an existing record, exactly its own.
  ///   - accountant: an accountant without composed events, with the relation of the task's events.
  ///     An existing record needs the same kind, relation and order. The rules for the kinds of
  ///     events are those of a ``PrivacyLedger``.
  /// - Throws: ``FLRecordsError``; ``FLRecordsError/File/locked(path:)`` if it is open elsewhere.
  /// - Complexity: O(lines), and the cost of composing each kind of event once.
  public init(
    at path: String, task: String, budget: PrivacyBudget, accountant: some PrivacyAccountant
  ) throws(FLRecordsError) {
    try self.init(at: path, task: task, budget: budget, anyAccountant: accountant)
  }

  private init(
    at path: String, task: String, budget: PrivacyBudget?, anyAccountant: (any PrivacyAccountant)?
  ) throws(FLRecordsError) {
    var privacy: AccountSettings?
    if let budget, let anyAccountant {
      // This throws before a file is created.
      privacy = try AccountSettings(budget: budget, accountant: anyAccountant)
    }
    let header = RecordHeader(
      format: ParticipationSettings.format, version: ParticipationSettings.version,
      settings: ParticipationSettings(task: task, privacy: privacy))
    try ChainedFile.createIfAbsent(path, first: RecordCoding.encode(header, for: path))
    var reader = try ChainReader(path, for: .appending)
    let replay = try ParticipationReplay(
      &reader, task: task, budget: budget, accountant: anyAccountant)
    file = try reader.makeAppendable()
    history = replay.history
    self.task = task
  }

  /// The budget of the client in this task; `nil` without differential privacy.
  public var budget: PrivacyBudget? { history.account?.budget }

  /// The epsilon, at the budget's delta, of all rounds in the record; `nil` without a budget. Above the
  /// budget only after a repair.
  public var epsilonSpent: Double? { history.account?.epsilonSpent }

  /// Returns whether a round counts as answered.
  ///
  /// The record keeps 4,096 ranges of rounds. If there are more, rounds between the lowest count as
  /// answered too.
  ///
  /// - Complexity: O(log rounds).
  public func hasAnswered(_ round: Int) -> Bool { history.rounds.contains(round) }

  /// Records that the client answers a round, and returns when the record is on disk. Encode the
  /// update only after that.
  ///
  /// The round then counts as answered and its event as spent, also after a later failure.
  ///
  /// - Parameters:
  ///   - round: the number of the round, from which the context is computed.
  ///   - context: the application context that the client computed from the model that it trained.
  ///   - session: the parameters that the server sent.
  ///   - event: the event of the round; `nil` for a record without a budget.
  /// - Throws: before anything is written
  ///   ``FLRecordsError/Participation/otherSession(round:answered:offered:)`` and its like if the round
  ///   was answered, ``FLRecordsError/Participation/sessionContext(round:expected:found:)`` if the
  ///   session has another context, ``FLRecordsError/ledger(_:)`` if the event exceeds
  ///   the budget or has no bound. ``FLRecordsError/file(_:)`` if writing fails. The
  ///   round may be recorded then: do not answer, and open the record again.
  /// - Complexity: O(log rounds), the cost of composing the event, and two writes to disk.
  public mutating func admit(
    round: Int, context: Digest, in session: SessionParameters, spending event: PrivacyEvent? = nil
  ) throws(FLRecordsError) {
    let next = try Self.session(round: round, context: context, in: session)
    try history.checkUnanswered(next)
    let account = try history.accountAfter(event, round: round)
    if let before = history.account, let after = account, !after.isWithinBudget {
      throw .ledger(
        .exceedsBudget(
          round: round, spent: before.epsilonSpent, after: after.epsilonSpent,
          budget: before.budget))
    }
    try append(
      .answered(
        round: round, session: next.session.description, context: context.description,
        event: event, epsilon: account?.epsilonSpent))
    history.take(next)
    history.account = account
  }

  /// Checks that a stored masked input may be sent again: its session is the one for which the round was
  /// admitted. Nothing is recorded.
  ///
  /// The message must be the one that was stored, byte for byte. Two encodings of one update have
  /// independent noise.
  ///
  /// - Parameters:
  ///   - round: the number of the round.
  ///   - context: the application context that the client computed.
  ///   - session: the parameters of the session.
  /// - Throws: ``FLRecordsError/Participation/notAnswered(round:)``,
  ///   ``FLRecordsError/Participation/otherSession(round:answered:offered:)``,
  ///   ``FLRecordsError/Participation/otherContext(round:answered:offered:)``, and
  ///   ``FLRecordsError/Participation/answeredEarlier(round:)`` for all but the last 16 sessions.
  /// - Complexity: O(log rounds).
  public func checkResumable(
    round: Int, context: Digest, in session: SessionParameters
  ) throws(FLRecordsError) {
    try history.checkAnswered(Self.session(round: round, context: context, in: session))
  }

  private static func session(
    round: Int, context: Digest, in session: SessionParameters
  ) throws(FLRecordsError) -> AnsweredSession {
    guard session.applicationContext == context else {
      throw .participation(
        .sessionContext(
          round: round, expected: context, found: session.applicationContext))
    }
    return AnsweredSession(round: round, session: session.digest, context: context)
  }

  /// Raises the budget's epsilon and records that in its own line. From then on, open the record
  /// with the raised budget.
  ///
  /// - Throws: ``FLRecordsError/ledger(_:)`` unless the epsilon is above the present one and
  ///   finite, ``FLRecordsError/Participation/noBudget(path:)``,
  ///   ``FLRecordsError/file(_:)``.
  public mutating func raiseBudget(to epsilon: Double) throws(FLRecordsError) {
    guard var account = history.account else { throw .participation(.noBudget(path: file.path)) }
    try account.raiseBudget(to: epsilon)
    try append(.raised(epsilon: epsilon))
    history.account = account
  }

  private mutating func append(_ entry: ParticipationEntry) throws(FLRecordsError) {
    try file.append(RecordCoding.encode(entry, for: file.path))
  }
}

extension ParticipationRecord {
  /// Admits a round of private averaging and encodes the client's update for it: computes context and event,
  /// calls ``admit(round:context:in:spending:)`` and then `PrivateFedAvg.encode`.
  ///
  /// - Parameters:
  ///   - delta: local model minus global model.
  ///   - averaging: the settings of the task. Their relation is that of the record's accountant.
  ///   - broadcast: the global model that the client trained, and the number of the round.
  ///   - session: the parameters that the server sent.
  /// - Returns: the vector for `ClientSession.mask`.
  /// - Throws: as ``admit(round:context:in:spending:)``; ``FLRecordsError/encoding(_:)``
  ///   if the session is less private than the settings or the update has another length or is not
  ///   finite. No noise has been drawn then, but the round counts as answered.
  /// - Complexity: the sum of both calls.
  public mutating func encode(
    _ delta: [Double], by averaging: PrivateFedAvg, of broadcast: Broadcast,
    in session: SessionParameters
  ) throws(FLRecordsError) -> PackedVector {
    let context = averaging.applicationContext(of: broadcast, task: task)
    let event: PrivacyEvent
    do throws(PrivateFedAvgError) {
      event = try averaging.event(rounds: 1)
    } catch {
      throw .encoding(error)
    }
    try admit(round: broadcast.round, context: context, in: session, spending: event)
    do throws(PrivateFedAvgError) {
      return try averaging.encode(delta, in: session)
    } catch {
      throw .encoding(error)
    }
  }
}
