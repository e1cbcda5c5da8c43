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

/// For which session a round was answered.
struct AnsweredSession: Hashable, Sendable {
  let round: Int
  /// The digest of the session's parameters.
  let session: Digest
  let context: Digest
}

/// The numbers of the rounds that a client has answered, as ranges.
///
/// The memory is bounded: if there are more than ``mostRanges`` ranges, the two lowest become one, and
/// the rounds between them count as answered. So a client can miss a round that it skipped long ago,
/// but never answers one twice. The outcome depends on the order of the insertions alone, so reading a
/// file gives what its writer had.
struct AnsweredRounds: Sendable, Hashable {
  /// The largest number of ranges.
  static let mostRanges = 1 << 12

  /// In ascending order; between two of them is at least one round.
  private(set) var ranges: [ClosedRange<Int>] = []

  /// Whether a round counts as answered.
  ///
  /// - Complexity: O(log ranges).
  func contains(_ round: Int) -> Bool {
    let index = indexOfRange(endingAtOrAfter: round)
    return index < ranges.count && ranges[index].contains(round)
  }

  /// Adds a round, which is at least 0.
  ///
  /// - Returns: `false` if it was there already.
  /// - Complexity: O(log ranges), and a move of the ranges behind it.
  @discardableResult
  mutating func insert(_ round: Int) -> Bool {
    let index = indexOfRange(endingAtOrAfter: round)
    let isBelowNext = index < ranges.count
    if isBelowNext, ranges[index].contains(round) { return false }
    // The next range begins above the round, so nothing overflows.
    let touchesNext = isBelowNext && ranges[index].lowerBound - 1 == round
    let touchesPrevious = index > 0 && ranges[index - 1].upperBound == round - 1
    switch (touchesPrevious, touchesNext) {
    case (true, true):
      ranges[index - 1] = ranges[index - 1].lowerBound...ranges[index].upperBound
      ranges.remove(at: index)
    case (true, false): ranges[index - 1] = ranges[index - 1].lowerBound...round
    case (false, true): ranges[index] = round...ranges[index].upperBound
    case (false, false): ranges.insert(round...round, at: index)
    }
    if ranges.count > Self.mostRanges {
      ranges[1] = ranges[0].lowerBound...ranges[1].upperBound
      ranges.removeFirst()
    }
    return true
  }

  /// Bisects for the first range that does not end before the round.
  private func indexOfRange(endingAtOrAfter round: Int) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = low + (high - low) / 2
      if ranges[middle].upperBound < round { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
