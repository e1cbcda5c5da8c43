internal import FLMath

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
