public import FLMath

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
