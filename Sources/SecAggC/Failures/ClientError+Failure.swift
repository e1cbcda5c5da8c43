internal import SecAgg

extension ClientError: FailureConvertible {
  /// What a caller is told. Calls that would end a client by a mistake of the program are refused
  /// before they reach it, so that what is left is the server's doing or the policy's.
  var failure: Failure {
    switch self {
    case .idOutsideCohort, .identityNeeded, .directoryNeeded:
      Failure(.invalidArgument, description)
    case .notResumable: Failure(.stateUnreadable, description)
    default: Failure(.sessionRefused, description)
    }
  }
}
