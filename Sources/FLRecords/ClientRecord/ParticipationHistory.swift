internal import FLMath
internal import SecAgg

/// What a client has answered and spent in a task, and what it may answer.
struct ParticipationHistory: Sendable {
  /// The number of the last sessions that are known by their digests.
  static let recentSessions = 16

  private(set) var rounds = AnsweredRounds()
  private(set) var recent: [AnsweredSession] = []
  /// `nil` without a budget.
  var account: PrivacyAccount?

  init(account: PrivacyAccount?) {
    self.account = account
  }

  /// Refuses a round that was answered, whatever for.
  func checkUnanswered(_ next: AnsweredSession) throws(ParticipationRecordError) {
    guard next.round >= 0 else { throw .round(found: next.round) }
    guard rounds.contains(next.round) else { return }
    throw refusal(of: next)
      ?? .alreadyAnswered(round: next.round, session: next.session)
  }

  /// Refuses a session unless exactly this one was answered in its round.
  func checkAnswered(_ next: AnsweredSession) throws(ParticipationRecordError) {
    guard rounds.contains(next.round) else { throw .notAnswered(round: next.round) }
    if let refusal = refusal(of: next) { throw refusal }
  }

  /// In what a session differs from the one that was answered in its round; `nil` if it is that one.
  private func refusal(of next: AnsweredSession) -> ParticipationRecordError? {
    guard let answered = recent.last(where: { $0.round == next.round }) else {
      return .answeredEarlier(round: next.round)
    }
    if answered.context != next.context {
      return .otherContext(
        round: next.round, answered: answered.context, offered: next.context)
    }
    if answered.session != next.session {
      return .otherSession(
        round: next.round, answered: answered.session, offered: next.session)
    }
    return nil
  }

  /// The account after a round's event.
  func accountAfter(
    _ event: PrivacyEvent?, round: Int
  ) throws(ParticipationRecordError) -> PrivacyAccount? {
    switch (account, event) {
    case (nil, nil): return nil
    case (nil, .some): throw .budgetMissing(round: round)
    case (.some, nil): throw .eventMissing(round: round)
    case (.some(let account), .some(let event)):
      return try ParticipationRecordError.ofAccount { () throws(PrivacyLedgerError) in
        try account.after([event])
      }
    }
  }

  /// Counts a round as answered for a session, after a check that it was not.
  mutating func take(_ answered: AnsweredSession) {
    rounds.insert(answered.round)
    recent.append(answered)
    if recent.count > Self.recentSessions { recent.removeFirst() }
  }

  /// Counts a round as answered for a session that is not known.
  mutating func take(round: Int) {
    rounds.insert(round)
    recent.removeAll { $0.round == round }
  }
}
