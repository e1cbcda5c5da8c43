public import FLMath

/// Why an update cannot be encoded, or an aggregate not be decoded.
public enum SecureFedAvgError: Error, Hashable, Sendable {
  /// The number of parameters is outside what a vector can hold.
  case parameterCount(found: Int)
  /// The largest weight must be at least 1 and its sum fit 64 bits.
  case maximumWeight(found: UInt64)
  /// The clipping bound is not a finite, positive number.
  case clipping(ClippingError)
  /// The number of counters is negative, or they do not fit one vector with the parameters.
  case counterCount(found: Int)
  /// A client's counters are not as many as the settings say.
  case counters(found: Int, expected: Int)
  /// A client's counter has more bits than an element.
  case counter(index: Int, maximum: UInt64)
  /// The lanes cannot hold values of the demanded width for so many contributors.
  case lanes(LaneLayoutError)
  /// Encoding or decoding numbers failed.
  case fixedPoint(FixedPointError)
  /// The update has another number of parameters than the model.
  case updateLength(found: Int, expected: Int)
  /// A client's weight exceeds the largest weight of the session.
  case weight(found: UInt64, maximum: UInt64)
  /// The aggregate was made with another layout.
  case layoutMismatch
  /// The contributors' weights add up to more than so many honest ones can have.
  case totalWeight(maximum: UInt64)
  /// The counts of clipped coordinates and clients are not those of so many honest contributors.
  case clippingCounts(contributors: Int)
  /// The decoded mean is not one that FedAvg accepts, for example of total weight 0.
  case mean(WeightedMeanError)
}

extension SecureFedAvgError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .parameterCount(let found):
      "a model has at least 1 parameter and fits one vector, found \(found) parameters"
    case .maximumWeight(let found):
      "the largest weight must be at least 1 and its sum over all contributors fit 64 bits, "
        + "found \(found)"
    case .clipping(let error): "\(error)"
    case .counterCount(let found):
      "counters must be 0 or more and fit one vector with the parameters, found \(found)"
    case .counters(let found, let expected):
      "expected \(expected) counters, found \(found)"
    case .counter(let index, let maximum):
      "counter \(index) is above \(maximum); divide it into several"
    case .lanes(let error): "\(error)"
    case .fixedPoint(let error): "\(error)"
    case .updateLength(let found, let expected):
      "the update has \(found) parameters, the model \(expected)"
    case .weight(let found, let maximum):
      "the client's weight is \(found), the session allows at most \(maximum); lower the weight"
    case .layoutMismatch:
      "the aggregate has another layout; decode it with the settings that it was encoded with"
    case .totalWeight(let maximum):
      "the weights add up to more than \(maximum), so a contributor lied; discard the round"
    case .clippingCounts(let contributors):
      "expected each of \(contributors) contributors in one class of magnitudes, and no more cut-off "
        + "coordinates than there are; a contributor lied, so discard the counts"
    case .mean(let error): "\(error)"
    }
  }
}
