/// A number that may turn out not to be one, such as the loss of a diverged model.
///
/// JSON has no NaN and no infinity, and `JSONEncoder` fails on them. A run that diverged is exactly
/// the one somebody wants to look at, so such a value is written as `null` and read back as NaN.
@propertyWrapper
struct FiniteOrNull: Codable, Sendable, Equatable {
  var wrappedValue: Double

  init(wrappedValue: Double) {
    self.wrappedValue = wrappedValue
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? .nan : try container.decode(Double.self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if wrappedValue.isFinite {
      try container.encode(wrappedValue)
    } else {
      try container.encodeNil()
    }
  }

  /// Two values that both mean "no number" count as equal, so that a record equals itself.
  static func == (left: Self, right: Self) -> Bool {
    left.wrappedValue == right.wrappedValue
      || (!left.wrappedValue.isFinite && !right.wrappedValue.isFinite)
  }
}
