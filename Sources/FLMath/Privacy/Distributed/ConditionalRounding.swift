/// Rounding to whole numbers, up or down at random so that the mean is kept, repeated until the
/// Euclidean norm is within a bound (Kairouz, Liu and Steinke 2021, section 4.1, algorithm 1).
///
/// The bound is what the privacy of the whole rests on, so it is checked on the result.
struct ConditionalRounding {
  /// The largest Euclidean norm of a result.
  let bound: Double

  /// After so many repetitions, each of which fails with at most the rounding bias, everything is
  /// rounded towards zero, which is always within the bound.
  private static let attempts = 256

  func rounded(
    _ groups: [SIMD8<Double>], using generator: inout some RandomNumberGenerator
  ) -> [Int64] {
    var result = [Int64](repeating: 0, count: groups.count * WalshHadamard.groupSize)
    // Sums of squares are rounded, by less than this.
    let limit = bound * bound * (1 - 0x1p-40)
    for _ in 0..<Self.attempts
    where Self.round(groups, into: &result, using: &generator) <= limit {
      return result
    }
    for (index, group) in groups.enumerated() {
      for lane in 0..<WalshHadamard.groupSize {
        result[index * WalshHadamard.groupSize + lane] = Int64(group[lane])
      }
    }
    return result
  }

  /// Rounds once.
  ///
  /// - Returns: the sum of the squares.
  private static func round(
    _ groups: [SIMD8<Double>], into result: inout [Int64],
    using generator: inout some RandomNumberGenerator
  ) -> Double {
    var squares = SIMD8<Double>.zero
    for index in groups.indices {
      let uniform = SIMD8<UInt64>(
        generator.next(), generator.next(), generator.next(), generator.next(),
        generator.next(), generator.next(), generator.next(), generator.next())
      let base = index &* WalshHadamard.groupSize
      let group = groups[index]
      var rounded = SIMD8<Double>.zero
      for lane in 0..<WalshHadamard.groupSize {
        let value = group[lane]
        let magnitude = value.magnitude
        let below = Int64(magnitude)
        let fraction = magnitude - Double(below)
        let unit = Double(uniform[lane] >> 11) * 0x1p-53
        // The sign bit of the difference is 1 exactly if unit < fraction: no branch to mispredict.
        let up = Int64(bitPattern: (unit - fraction).bitPattern >> 63)
        let sign = Int64(bitPattern: value.bitPattern) >> 63
        let whole = ((below &+ up) ^ sign) &- sign
        result[base &+ lane] = whole
        rounded[lane] = Double(whole)
      }
      squares += rounded * rounded
    }
    return squares.sum()
  }
}
