public import FLMath

/// Why a private average cannot be set up, or an update not be encoded, or an aggregate not be decoded.
public enum PrivateFedAvgError: Error, Hashable, Sendable {
  /// A setting is out of its range, or the settings do not go together.
  case parameters(PrivacyParameterError)
  /// The number that the sum is divided by is not from 1 to the size of the cohort.
  case expectedContributors(found: Int, atMost: Int)
  /// The session's vectors are not laid out for these settings.
  case sessionLayout
  /// The session has more clients than were assumed, and so perhaps more corrupt ones.
  case cohortSize(found: Int, atMost: Int)
  /// The session releases sums of fewer contributors, with less noise, than was assumed.
  case minimumContributors(found: Int, atLeast: Int)
  /// The session is of another task, round, model or other settings.
  case applicationContext
  /// The update has another number of parameters than the model.
  case updateLength(found: Int, expected: Int)
  /// The update is not finite.
  case clipping(ClippingError)
  /// The aggregate was made with another layout.
  case aggregateLayout
  /// The aggregate has fewer contributors, and less noise, than was assumed.
  case contributors(found: Int, atLeast: Int)
  /// The decoded mean is not one that a federated algorithm accepts.
  case mean(WeightedMeanError)
}

extension PrivateFedAvgError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .parameters(let error): "\(error)"
    case .expectedContributors(let found, let atMost):
      "the sum is divided by a number of clients from 1 to the cohort's \(atMost), found \(found)"
    case .sessionLayout:
      "the session has another layout than the private average; do not take part"
    case .cohortSize(let found, let atMost):
      "the session has a cohort of up to \(found), the noise is computed for at most \(atMost); "
        + "do not take part"
    case .minimumContributors(let found, let atLeast):
      "the session releases sums of \(found) contributors, the noise is computed for at least "
        + "\(atLeast); do not take part"
    case .applicationContext:
      "the session is of another task, round, model or of other privacy settings; do not take part"
    case .updateLength(let found, let expected):
      "the update has \(found) parameters, the model \(expected)"
    case .clipping(let error): "\(error)"
    case .aggregateLayout:
      "the aggregate has another layout; decode it with the settings that it was encoded with"
    case .contributors(let found, let atLeast):
      "the aggregate has \(found) contributors, the noise is computed for at least \(atLeast); "
        + "discard it"
    case .mean(let error): "\(error)"
    }
  }
}
