/// Why numbers cannot be encoded, or sums of codes not be decoded.
public enum FixedPointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bound is not a finite number above 0, or so extreme that the step is beyond `Double`.
  case invalidBound(Double)
  /// The number of bits is not in 2...52.
  case invalidBits(Int)
  /// A number to encode is NaN or infinite.
  case nonFinite(index: Int, found: Double)
  /// The number of contributors of a sum is below 1 or so large that a sum is beyond 64 bits.
  case invalidContributors(maximum: Int, found: Int)
  /// A sum is larger than that many codes can make.
  case sumOutOfRange(index: Int, maximum: UInt64, found: UInt64)

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .invalidBound(let found):
      "Expected a finite bound above 0 with a representable step, got \(found); "
        + "use the clipping bound of the updates."
    case .invalidBits(let found):
      "Expected from 2 to 52 bits, got \(found); 16 to 24 suit model updates."
    case .nonFinite(let index, let found):
      "Expected finite numbers to encode, but the one at index \(index) is \(found); "
        + "the training has probably diverged: discard the update."
    case .invalidContributors(let maximum, let found):
      "Expected from 1 to \(maximum) contributors, got \(found); pass the number of codes added."
    case .sumOutOfRange(let index, let maximum, let found):
      "Expected sums of at most \(maximum), but the one at index \(index) is \(found); "
        + "the number of contributors or the codec is not the one it was encoded with."
    }
  }
}
