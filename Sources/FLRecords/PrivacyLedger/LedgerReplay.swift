internal import FLMath

/// Reads a ledger from its first line to its last.
struct LedgerReplay {
  private(set) var account: PrivacyAccount
  private var spent = EventTally()

  /// Reads all lines, and composes their events.
  ///
  /// - Throws: ``PrivacyLedgerError``.
  init(
    _ reader: inout ChainReader, budget: PrivacyBudget, accountant: some PrivacyAccountant
  ) throws(PrivacyLedgerError) {
    let settings: AccountSettings
    do throws(RecordFileError) {
      settings = try RecordHeader<AccountSettings>.read(
        &reader, format: LedgerRecord.format, version: LedgerRecord.version,
        oldest: LedgerRecord.oldestVersion)
    } catch {
      throw .file(error)
    }
    let path = reader.path
    account = try settings.account(with: accountant, of: path)
    do throws(RecordFileError) {
      while let line = try reader.next() { try take(line, of: path) }
    } catch {
      throw .file(error)
    }
    guard account.budget == budget else {
      throw .otherBudget(path: path, recorded: account.budget, given: budget)
    }
    account = try account.after(spent.events)
  }

  private mutating func take(_ line: ChainLine, of path: String) throws(RecordFileError) {
    switch try RecordCoding.decode(LedgerRecord.self, from: line, of: path) {
    case .spent(_, let event, _), .repaired(_, let event, _):
      do throws(PrivacyParameterError) {
        try spent.add(event)
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
}

/// What the lines of a ledger say, the first one apart.
enum LedgerRecord: Codable, Hashable, Sendable {
  static let format = "privacy ledger"
  static let version = 2
  /// Events of version 1 do not say their relation, and the order was chosen anew with each event.
  static let oldestVersion = 2

  /// An event of a round, and the epsilon after it as far as it was known then.
  case spent(round: Int, event: PrivacyEvent, epsilon: Double)
  /// From here on the budget has this epsilon.
  case raised(epsilon: Double)
  /// In place of a torn line of so many bytes. The event counts as spent, even above the budget.
  case repaired(round: Int, event: PrivacyEvent, bytes: Int)
}
