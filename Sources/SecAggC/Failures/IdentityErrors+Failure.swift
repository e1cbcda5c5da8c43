internal import SecAgg

extension IdentityError: FailureConvertible {
  /// What a caller is told.
  var failure: Failure {
    switch self {
    case .wrongLength: Failure(.invalidArgument, description)
    case .noGuardedMemory: Failure(.noResources, description)
    }
  }
}

extension PinnedIdentitiesError: FailureConvertible {
  /// What a caller is told.
  var failure: Failure { Failure(.invalidArgument, description) }
}
