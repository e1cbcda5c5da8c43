public import SecAgg

extension FLRecordsError {
  /// Why a participation record refuses. Nothing was written, except where ``file(_:)`` says otherwise.
  public enum Participation: Hashable, Sendable {
    /// The record is another task's.
    case otherTask(path: String, recorded: String, given: String)
    /// The record was begun with another budget, has been raised since, or one of both has no budget.
    case otherBudget(path: String, recorded: PrivacyBudget?, given: PrivacyBudget?)
    /// The record has no budget that could be raised.
    case noBudget(path: String)
    /// Rounds are counted from 0.
    case round(found: Int)
    /// The session is for another context than the client's own.
    case sessionContext(round: Int, expected: Digest, found: Digest)
    /// The round was answered for this very session. Its message may be sent again, not made again.
    case alreadyAnswered(round: Int, session: Digest)
    /// The round was answered in another session, whose sum may have been released.
    case otherSession(round: Int, answered: Digest, offered: Digest)
    /// The round was answered for another model, or other settings.
    case otherContext(round: Int, answered: Digest, offered: Digest)
    /// The round was answered too long ago, or repaired, so that its session is not known any more.
    case answeredEarlier(round: Int)
    /// The round was not answered, so there is nothing to resume.
    case notAnswered(round: Int)
    /// The record has a budget, and the round has no event.
    case eventMissing(round: Int)
    /// The round has an event, and the record has no budget.
    case budgetMissing(round: Int)
  }
}

extension FLRecordsError.Participation: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .otherTask(let path, let recorded, let given):
      "Expected \(path) to be the record of the task \(given), found that of \(recorded). Give each task a "
        + "file of its own."
    case .otherBudget(let path, let recorded, let given):
      "Expected \(path) to have \(Self.text(of: given)), found \(Self.text(of: recorded)). Open it with "
        + "its own, and call raiseBudget if you mean to raise it."
    case .noBudget(let path):
      "Expected \(path) to have a budget, found none. Begin a record with a budget."
    case .round(let found):
      "Expected a round of at least 0, got \(found). Check the server's message."
    case .sessionContext(let round, let expected, let found):
      "Expected a session of the application context \(expected) for round \(round), got one of \(found). "
        + "Do not answer: check that client and server have the same model, round and settings."
    case .alreadyAnswered(let round, let session):
      "Expected a round that was not answered, got round \(round), which was answered in this session "
        + "\(session). Send the stored message again or miss the round; do not encode again."
    case .otherSession(let round, let answered, let offered):
      "Expected the session \(answered), in which round \(round) was answered, got the session \(offered). "
        + "Do not answer: a second sum of one round says more of this client. A server that has to repeat a "
        + "round gives it a new number."
    case .otherContext(let round, let answered, let offered):
      "Expected the application context \(answered), for which round \(round) was answered, got \(offered): "
        + "another model or other settings. Do not answer, and find out why the server offers two."
    case .answeredEarlier(let round):
      "Expected a round that was not answered, got round \(round), which was answered or skipped long ago. "
        + "Do not answer; a server that has to repeat a round gives it a new number."
    case .notAnswered(let round):
      "Expected a round that was answered, got round \(round), which was not. Call admit before you encode."
    case .eventMissing(let round):
      "Expected the privacy event of round \(round), got none, and the record has a budget. Pass the event "
        + "of the noise that clients add."
    case .budgetMissing(let round):
      "Expected no privacy event for round \(round), got one, and the record has no budget. Open a record "
        + "with a budget and an accountant."
    }
  }

  private static func text(of budget: PrivacyBudget?) -> String {
    guard let budget else { return "no budget" }
    return "the budget epsilon \(budget.epsilon) at delta \(budget.delta)"
  }
}
