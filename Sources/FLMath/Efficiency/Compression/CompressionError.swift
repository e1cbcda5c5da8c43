/// Why a compressor cannot be made, or refuses an update or a message.
public enum CompressionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The dimension is out of its range.
  case invalidDimension(maximum: Int, found: Int)
  /// A vector has another number of elements.
  case dimensionMismatch(expected: Int, found: Int)
  /// An element is NaN or infinite.
  case nonFinite(index: Int, found: Double)
  /// The norm of an update is beyond 2^1000.
  case tooLong
  /// The number of bits of a code is out of its range.
  case invalidBits(maximum: Int, found: Int)
  /// The range of a quantisation is empty, not finite, or has no step that `Double` can represent.
  case invalidRange(lower: Double, upper: Double)
  /// The number of levels is out of its range.
  case invalidLevels(maximum: Int, found: Int)
  /// The number of coordinates to send is below 1 or above the dimension.
  case invalidCount(maximum: Int, found: Int)
  /// The number of contributors of a sum is below 1 or so large that sums are beyond 64 bits.
  case invalidContributors(maximum: Int, found: Int)
  /// A sum of codes is larger than that many codes can make.
  case sumOutOfRange(index: Int, maximum: UInt64, found: UInt64)
  /// A level of a message is beyond the compressor's.
  case levelOutOfRange(index: Int, maximum: Int, found: Int)
  /// The indices of a message are not in ascending order and below the dimension, each with a value.
  case invalidIndices

  /// The largest dimension of a compressor: 8 GiB of numbers.
  static let maximumDimension = 1 << 30

  /// Passes on a dimension that is in range.
  static func validated(dimension: Int) throws(CompressionError) -> Int {
    guard dimension >= 1, dimension <= maximumDimension else {
      throw .invalidDimension(maximum: maximumDimension, found: dimension)
    }
    return dimension
  }

  /// One sentence: what was expected, what came, what to do.
  public var description: String {
    switch self {
    case .invalidDimension(let maximum, let found):
      "Expected a dimension from 1 to \(maximum), got \(found); pass the number of parameters."
    case .dimensionMismatch(let expected, let found):
      "Expected \(expected) elements, got \(found); use one compressor at both ends."
    case .nonFinite(let index, let found):
      "Expected finite elements, but the one at index \(index) is \(found); discard the update."
    case .tooLong:
      "Expected a norm of at most 2^1000, got a longer vector; clip the update."
    case .invalidBits(let maximum, let found):
      "Expected from 1 to \(maximum) bits, got \(found); 8 lose little."
    case .invalidRange(let lower, let upper):
      "Expected finite bounds in ascending order, got \(lower) and \(upper); "
        + "use the clipping bound of the updates."
    case .invalidLevels(let maximum, let found):
      "Expected from 1 to \(maximum) levels, got \(found); "
        + "the square root of the dimension is usual."
    case .invalidCount(let maximum, let found):
      "Expected from 1 to \(maximum) coordinates to send, got \(found); 1 in 100 is usual."
    case .invalidContributors(let maximum, let found):
      "Expected from 1 to \(maximum) contributors, got \(found); pass the number of messages added."
    case .sumOutOfRange(let index, let maximum, let found):
      "Expected sums of at most \(maximum), but the one at index \(index) is \(found); "
        + "the number of contributors or the compressor is not the one it was made with."
    case .levelOutOfRange(let index, let maximum, let found):
      "Expected levels of magnitude \(maximum) at most, but the one at index \(index) is \(found); "
        + "discard the message."
    case .invalidIndices:
      "Expected ascending indices below the dimension, one for each value; discard the message."
    }
  }
}
