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
    case .clipping(.clipping(.nonFinite)), .fixedPoint(.fixedPoint(.nonFinite)): .invalidUpdate
    case .fixedPoint(.fixedPoint(.invalidContributors)), .fixedPoint(.fixedPoint(.sumOutOfRange)):
      .sumInconsistent
    case .clipping, .fixedPoint: .invalidParameters
    case .updateLength, .weight, .counters, .counter: .invalidUpdate
    case .layoutMismatch: .invalidArgument
    case .totalWeight, .mean, .clippingCounts: .sumInconsistent
    }
  }
}
