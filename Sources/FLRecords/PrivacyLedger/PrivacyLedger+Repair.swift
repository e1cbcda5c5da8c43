public import FLMath

extension PrivacyLedger {
  /// Replaces the torn last line of a ledger by a record that its round is spent.
  ///
  /// Its noise was not drawn, since spending did not return; the event counts all the same, even if
  /// that exceeds the budget. Interrupted, the repair can be repeated.
  ///
  /// - Parameters:
  ///   - event: what the round was going to spend. If it is not known for sure, the most expensive of
  ///     those it may have been.
  ///   - round: the number of the round.
  /// - Throws: ``PrivacyLedgerError``; ``RecordFileError/nothingToRepair(path:)`` if the last line is
  ///   complete. Nothing but a torn last line is repaired.
  public static func repair(
    at path: String, budget: PrivacyBudget, accountant: some PrivacyAccountant,
    countingAsSpent event: PrivacyEvent, for round: Int
  ) throws(PrivacyLedgerError) {
    var reader = try PrivacyLedgerError.ofFile { () throws(RecordFileError) in
      try ChainReader(path, for: .repairing)
    }
    let account = try LedgerReplay(&reader, budget: budget, accountant: accountant).account
    // Refused before anything is written: a ledger whose events cannot be composed cannot be opened.
    _ = try account.after([event])
    do throws(RecordFileError) {
      let torn = try reader.tornBytes()
      let record = LedgerRecord.repaired(round: round, event: event, bytes: torn)
      try reader.replaceTorn(torn, by: RecordCoding.encode(record, for: path))
    } catch {
      throw .file(error)
    }
  }
}
