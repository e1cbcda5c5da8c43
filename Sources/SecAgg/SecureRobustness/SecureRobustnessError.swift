public import FLMath

/// Why robust aggregation by secure sums refuses.
public enum SecureRobustnessError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The privacy floor is below 2: the sum of one client is its update.
  case privacyFloor(found: Int)
  /// A bucket has fewer clients than the sum of which may be seen.
  case belowPrivacyFloor(floor: Int, found: Int)
  /// A sum has fewer clients in it than may be seen.
  case tooFewClients(floor: Int, found: Int)
  /// There is not one sum, or none, for each bucket of the plan.
  case sumCount(expected: Int, found: Int)
  /// No session released a sum.
  case noSums
  /// The clients' weights do not add up, so one of them did not send what it should.
  case weights(expected: UInt64, found: UInt64)
  /// The mean is beyond what clients may send, so one of them did not clip.
  case beyondBound(Double)
  /// The sums of a step towards the geometric median are not of clients who followed it.
  case impossibleStep
  /// The robust rule refuses the means that are left.
  case rule(RobustAggregationError)
  /// Encoding or decoding failed.
  case encoding(SecureFedAvgError)
  /// There is no such session.
  case session(SessionParametersError)

  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .privacyFloor(let found):
      "expected a privacy floor of at least 2 clients, found \(found); the sum of one is its update"
    case .belowPrivacyFloor(let floor, let found):
      "expected buckets of at least \(floor) clients, the privacy floor, found \(found); make the "
        + "plan with the same floor"
    case .tooFewClients(let floor, let found):
      "expected at least \(floor) clients in a sum, found \(found); discard it"
    case .sumCount(let expected, let found):
      "expected a sum, or nil, for each of \(expected) buckets, found \(found); pass them in the "
        + "order of the plan"
    case .noSums:
      "expected the sum of some bucket, found none; leave the model as it is"
    case .weights(let expected, let found):
      "expected clients of weight 1, \(expected) together, found \(found); one of them lied: leave "
        + "the bucket out"
    case .beyondBound(let bound):
      "expected a mean within \(bound) in every coordinate, found more; a client did not clip: leave "
        + "the bucket out"
    case .impossibleStep:
      "expected sums that clients can have made who followed the step, found others; leave the model "
        + "as it is"
    case .rule(let error): error.description
    case .encoding(let error): error.description
    case .session(let error): error.description
    }
  }

  /// Whether no honest clients make such a sum.
  var isDishonesty: Bool {
    switch self {
    case .weights, .beyondBound, .encoding(.fixedPoint), .encoding(.totalWeight), .encoding(.mean):
      true
    default: false
    }
  }
}
