internal import SecAgg

extension ClientError: FailureConvertible {
  /// What a caller is told. Mistakes of the program are found before they reach the session, so that the rest is
  /// the server's doing or the policy's.
  var failure: Failure {
    switch self {
    case .idOutsideCohort, .identityNeeded, .directoryNeeded, .notInThreatModel, .layoutMismatch:
      Failure(.invalidArgument, description)
    case .inputNotNeeded: Failure(.wrongRound, description)
    case .notRestorable, .notUnsealed: Failure(.stateUnreadable, description)
    default: Failure(.sessionRefused, description)
    }
  }
}
