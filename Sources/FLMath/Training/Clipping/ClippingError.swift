/// Why a vector cannot be clipped.
public enum ClippingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bound is not a finite number above 0.
  case invalidBound(Double)
  /// An element is NaN or infinite, so that no factor brings it within the bound.
  case nonFinite(index: Int, found: Double)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .invalidBound(let found):
      "Expected a finite clipping bound above 0, got \(found); choose one by the size of updates."
    case .nonFinite(let index, let found):
      "Expected finite elements to clip, but the one at index \(index) is \(found); "
        + "the training has probably diverged: discard the update."
    }
  }
}
