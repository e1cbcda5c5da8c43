internal import FLMath
internal import SecAgg

/// The rounds that a client has answered in a task and the privacy that it has spent, with checks
/// of the next round.
struct ParticipationHistory: Sendable {
  /// The number of last sessions whose digests are kept.
  static let recentSessions = 16

  private(set) var rounds = AnsweredRounds()
  private(set) var recent: [AnsweredSession] = []
  /// `nil` without a budget.
  var account: PrivacyAccount?

  init(account: PrivacyAccount?) {
    self.account = account
  }

  /// Throws if the round was answered, for any session.
  func checkUnanswered(_ next: AnsweredSession) throws(FLRecordsError) {
    guard next.round >= 0 else { throw .participation(.round(found: next.round)) }
    guard rounds.contains(next.round) else { return }
    throw .participation(
      refusal(of: next) ?? .alreadyAnswered(round: next.round, session: next.session))
  }

  /// Throws unless exactly this session was answered in its round.
  func checkAnswered(_ next: AnsweredSession) throws(FLRecordsError) {
    guard rounds.contains(next.round) else { throw .participation(.notAnswered(round: next.round)) }
    if let reason = refusal(of: next) { throw .participation(reason) }
  }

  /// Returns the difference between a session and the one that was answered in its round; `nil` if
  /// they are the same.
  private func refusal(of next: AnsweredSession) -> FLRecordsError.Participation? {
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

  /// Returns the account after a round's event.
  func accountAfter(
    _ event: PrivacyEvent?, round: Int
  ) throws(FLRecordsError) -> PrivacyAccount? {
    switch (account, event) {
    case (nil, nil): return nil
    case (nil, .some): throw .participation(.budgetMissing(round: round))
    case (.some, nil): throw .participation(.eventMissing(round: round))
    case (.some(let account), .some(let event)):
      return try account.after([event])
    }
  }

  /// Counts a round as answered for a session. Check first that it was not answered.
  mutating func take(_ answered: AnsweredSession) {
    rounds.insert(answered.round)
    recent.append(answered)
    if recent.count > Self.recentSessions { recent.removeFirst() }
  }

  /// Counts a round as answered for an unknown session.
  mutating func take(round: Int) {
    rounds.insert(round)
    recent.removeAll { $0.round == round }
  }
}

/// The session for which a round was answered.
struct AnsweredSession: Hashable, Sendable {
  let round: Int
  /// The digest of the session's parameters.
  let session: Digest
  let context: Digest
}

/// The rounds that a client has answered, as ranges of numbers.
///
/// The memory is bounded: if there are more than ``mostRanges`` ranges, the two lowest become one,
/// and the rounds between them count as answered. So a client can lose a round that it skipped long
/// ago, but never answers a round twice. The result depends only on the order of the insertions, so
/// a reader of the file gets the same ranges as its writer.
struct AnsweredRounds: Sendable, Hashable {
  /// The largest number of ranges.
  static let mostRanges = 1 << 12

  /// In ascending order; between two of them is at least one round.
  private(set) var ranges: [ClosedRange<Int>] = []

  /// Returns whether a round counts as answered.
  ///
  /// - Complexity: O(log ranges).
  func contains(_ round: Int) -> Bool {
    let index = indexOfRange(endingAtOrAfter: round)
    return index < ranges.count && ranges[index].contains(round)
  }

  /// Adds a round, which is at least 0.
  ///
  /// - Returns: `false` if the round counted as answered before.
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
