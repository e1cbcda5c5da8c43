internal import FLMath

/// Reads a ledger from its first line to its last.
struct LedgerReplay {
  private(set) var account: PrivacyAccount
  private var spent = EventTally()

  /// Reads all lines, and composes their events.
  ///
  /// - Throws: ``FLRecordsError``.
  init(
    _ reader: inout ChainReader, budget: PrivacyBudget, accountant: some PrivacyAccountant
  ) throws(FLRecordsError) {
    let settings = try RecordHeader<AccountSettings>.read(
      &reader, format: LedgerRecord.format, version: LedgerRecord.version,
      oldest: LedgerRecord.oldestVersion)
    let path = reader.path
    account = try settings.account(with: accountant, of: path)
    while let line = try reader.next() { try take(line, of: path) }
    guard account.budget == budget else {
      throw .ledger(.otherBudget(path: path, recorded: account.budget, given: budget))
    }
    account = try account.after(spent.events)
  }

  private mutating func take(_ line: ChainLine, of path: String) throws(FLRecordsError) {
    switch try RecordCoding.decode(LedgerRecord.self, from: line, of: path) {
    case .spent(_, let event, _), .repaired(_, let event, _):
      do throws(FLMathError) {
        try spent.add(event)
      } catch {
        throw .file(.damaged(path: path, line: line.position.lines, .content(error.description)))
      }
    case .raised(let epsilon):
      do throws(FLRecordsError) {
        try account.raiseBudget(to: epsilon)
      } catch {
        throw .file(.damaged(path: path, line: line.position.lines, .content(error.description)))
      }
    }
  }
}

/// The content of a ledger's lines after the first.
enum LedgerRecord: Codable, Hashable, Sendable {
  static let format = "privacy ledger"
  static let version = 2
  /// Events of version 1 do not name their relation, and each event could change the order.
  static let oldestVersion = 2

  /// An event of a round, and the epsilon after it, as computed at that time.
  case spent(round: Int, event: PrivacyEvent, epsilon: Double)
  /// From here on the budget has this epsilon.
  case raised(epsilon: Double)
  /// A repair replaced a torn line of so many bytes. The event counts as spent, even above the
  /// budget.
  case repaired(round: Int, event: PrivacyEvent, bytes: Int)
}
