internal import SecAgg

extension ServerError: FailureConvertible {
  /// What a caller is told.
  var failure: Failure { Failure(status, culprit: culprit, description) }

  private var status: Status {
    switch self {
    case .malformed, .senderMismatch, .otherSession, .notAuthentic, .wrongRound, .stranger,
      .duplicate,
      .repeatedKey, .sharesNotForNeighbours, .vectorLength, .tooManyContributors,
      .answerNotForNeighbours, .wrongSecretKind:
      .messageRefused
    // Nothing observes the calls of this interface, so nothing cancels them.
    case .wrongPhase, .cancelled: .wrongRound
    case .noMessage: .noMessage
    case .tooFewClients, .disconnected, .unrecoverable: .tooFewClients
    case .sharesMissing: .moreAnswersNeeded
    case .sharesWrong, .keyAgreement, .sumInconsistent: .sumInconsistent
    case .notRestorable: .stateUnreadable
    }
  }
}
