internal import FLMath
internal import SecAgg

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

/// For which session a round was answered.
struct AnsweredSession: Hashable, Sendable {
  let round: Int
  /// The digest of the session's parameters.
  let session: Digest
  let context: Digest
}
