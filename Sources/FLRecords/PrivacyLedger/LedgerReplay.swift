internal import FLMath

/// Reads a ledger from its first line to its last.
///
/// Equal events are added up before they are composed: what a round costs is computed once for all
/// rounds of its kind.
struct LedgerReplay {
  private(set) var account: PrivacyAccount
  private var kinds: [PrivacyEvent] = []
  private var indices: [PrivacyEvent: Int] = [:]

  /// Reads all lines, and composes their events.
  ///
  /// - Throws: ``PrivacyLedgerError``.
  init(
    _ reader: inout ChainReader, budget: PrivacyBudget, accountant: some PrivacyAccountant
  ) throws(PrivacyLedgerError) {
    let settings: LedgerSettings
    do throws(RecordFileError) {
      settings = try RecordHeader<LedgerSettings>.read(
        &reader, format: LedgerSettings.format, version: LedgerSettings.version,
        oldest: LedgerSettings.oldestVersion)
    } catch {
      throw .file(error)
    }
    let path = reader.path
    guard settings.relation == accountant.relation else {
      throw .otherRelation(
        path: path, recorded: settings.relation, given: accountant.relation)
    }
    let name = PrivacyAccount.name(of: accountant)
    guard settings.accountant == name else {
      throw .otherAccountant(path: path, recorded: settings.accountant, given: name)
    }
    account = try PrivacyAccount(budget: settings.budget, accountant: accountant)
    guard account.order == settings.order else {
      throw .otherOrder(path: path, recorded: settings.order, given: account.order)
    }
    do throws(RecordFileError) {
      while let line = try reader.next() { try take(line, of: path) }
    } catch {
      throw .file(error)
    }
    guard account.budget == budget else {
      throw .otherBudget(path: path, recorded: account.budget, given: budget)
    }
    account = try account.after(kinds)
  }

  private mutating func take(_ line: ChainLine, of path: String) throws(RecordFileError) {
    switch try RecordCoding.decode(LedgerRecord.self, from: line, of: path) {
    case .spent(_, let event, _), .repaired(_, let event, _):
      do throws(PrivacyParameterError) {
        try add(event)
      } catch {
        throw .damaged(path: path, line: line.position.lines, .content(error.description))
      }
    case .raised(let epsilon):
      do throws(PrivacyLedgerError) {
        try account.raiseBudget(to: epsilon)
      } catch {
        throw .damaged(path: path, line: line.position.lines, .content(error.description))
      }
    }
  }

  private mutating func add(_ event: PrivacyEvent) throws(PrivacyParameterError) {
    let kind = try event.repeated(1)
    guard let index = indices[kind] else {
      indices[kind] = kinds.count
      kinds.append(event)
      return
    }
    let (sum, overflow) = kinds[index].repetitions.addingReportingOverflow(event.repetitions)
    kinds[index] = try event.repeated(overflow ? .max : sum)
  }
}
