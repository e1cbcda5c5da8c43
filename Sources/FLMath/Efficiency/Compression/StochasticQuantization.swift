/// Every coordinate as one of 2^bits evenly spaced numbers of a range that is the same for all
/// clients, rounded up or down at random so that the expected code is the number itself.
///
/// Suresh et al. 2017, "Distributed Mean Estimation with Limited Communication", section 2.2, with
/// fixed ends in place of a client's own extremes: so codes of clients add up. Numbers beyond the
/// range get the code of its end; clip before. Codes of few bits err less after a
/// ``HadamardRotation``, which makes coordinates alike.
public struct StochasticQuantization: LinearCompressor, Hashable {
  /// The number of elements of an update.
  public let dimension: Int

  /// The number that code 0 stands for.
  public let lower: Double

  /// The number that the largest code stands for.
  public let upper: Double

  /// The number of bits of a code.
  public let bitsPerElement: Int

  /// The largest code.
  public var largestCode: UInt64 { (1 << UInt64(bitsPerElement)) - 1 }

  /// The distance of neighbouring numbers.
  public var step: Double { (upper - lower) / Double(largestCode) }

  /// One code for each coordinate.
  public var messageCount: Int { dimension }

  /// Codes of `bitsPerElement` bits for the range from `lower` to `upper`.
  ///
  /// - Throws: ``CompressionError`` unless the dimension is at least 1, bits are from 1 to 52, and the
  ///   bounds are finite, in ascending order, and have a step that `Double` can represent.
  public init(
    dimension: Int, lower: Double, upper: Double, bitsPerElement: Int
  ) throws(CompressionError) {
    guard bitsPerElement >= 1, bitsPerElement <= 52 else {
      throw .invalidBits(maximum: 52, found: bitsPerElement)
    }
    self.dimension = try CompressionError.validated(dimension: dimension)
    self.lower = lower
    self.upper = upper
    self.bitsPerElement = bitsPerElement
    guard lower.isFinite, upper.isFinite, lower < upper, step.isNormal, (1 / step).isNormal else {
      throw .invalidRange(lower: lower, upper: upper)
    }
  }

  /// The codes of an update.
  public func compress(
    _ update: [Double], using generator: inout some RandomNumberGenerator
  ) throws(CompressionError) -> [UInt64] {
    try requireUsable(update)
    let (step, largest) = (step, largestCode)
    var codes = [UInt64](repeating: 0, count: dimension)
    for index in codes.indices {
      let position = (min(max(update[index], lower), upper) - lower) / step
      let below = UInt64(position)
      let roundsUp: UInt64 = generator.uniformUnit() < position - Double(below) ? 1 : 0
      codes[index] = min(largest, below + roundsUp)
    }
    return codes
  }

  /// The sum of the numbers whose codes add up to `sum`.
  public func decompressSum(
    _ sum: [UInt64], contributors: Int
  ) throws(CompressionError) -> [Double] {
    try requireMessageCount(sum)
    let most = Int(clamping: UInt64.max / largestCode)
    guard contributors >= 1, contributors <= most else {
      throw .invalidContributors(maximum: most, found: contributors)
    }
    let maximum = UInt64(contributors) * largestCode
    let (step, offset) = (step, Double(contributors) * lower)
    var numbers = [Double](repeating: 0, count: dimension)
    for index in numbers.indices {
      guard sum[index] <= maximum else {
        throw .sumOutOfRange(index: index, maximum: maximum, found: sum[index])
      }
      numbers[index] = offset + Double(sum[index]) * step
    }
    return try Self.requireFinite(numbers)
  }

  /// `bitsPerElement` for each coordinate. Under secure aggregation a code also needs room for the
  /// sum.
  public func bits(of message: [UInt64]) -> Int {
    message.count * bitsPerElement
  }
}
