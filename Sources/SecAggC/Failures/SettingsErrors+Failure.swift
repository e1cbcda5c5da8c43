internal import FLMath
internal import SecAgg

extension SessionParametersError: FailureConvertible {
  /// What a caller is told.
  var failure: Failure { Failure(.invalidParameters, description) }
}

extension SessionAssumptionsError: FailureConvertible {
  /// What a caller is told.
  var failure: Failure { Failure(.invalidParameters, description) }
}

extension RecommendationError: FailureConvertible {
  /// What a caller is told.
  var failure: Failure { Failure(.invalidParameters, description) }
}

extension SecureFedAvgError: FailureConvertible {
  /// What a caller is told: settings, an update and a sum can each be at fault.
  var failure: Failure { Failure(status, description) }

  private var status: Status {
    switch self {
    case .parameterCount, .maximumWeight, .counterCount, .lanes: .invalidParameters
    case .clipping(.invalidBound): .invalidParameters
    case .clipping(.nonFinite): .invalidUpdate
    case .fixedPoint(let error):
      switch error {
      case .invalidBits, .invalidBound: .invalidParameters
      case .nonFinite: .invalidUpdate
      case .invalidContributors, .sumOutOfRange: .sumInconsistent
      }
    case .updateLength, .weight, .counters, .counter: .invalidUpdate
    case .layoutMismatch: .invalidArgument
    case .totalWeight, .mean, .clippingCounts: .sumInconsistent
    }
  }
}
