/// How much a client counts in the mean.
public enum Weighting: Sendable, Hashable {
  /// By its number of examples.
  case examples
  /// As much as any other.
  case uniform

  /// The weight of a client with this many examples.
  public func weight(examples: Int) -> UInt64 {
    switch self {
    case .examples: UInt64(max(0, examples))
    case .uniform: 1
    }
  }
}
