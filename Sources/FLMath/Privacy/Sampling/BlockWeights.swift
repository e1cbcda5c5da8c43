/// The whole parts of the weights of a discrete Gaussian's blocks.
enum BlockWeights {
  /// floor(2^`weightBits` exp(-(a m)^2 / (2 variance))) for a = 0, 1, ... as long as it is not 0, with
  /// m = 2^`blockBits`.
  ///
  /// Each weight is the one before times exp(-(2a + 1) c), c = m^2 / (2 variance), and that factor,
  /// too, comes from the one before. All are fractions of 128 bits that are cut off, so that the
  /// error is known; where it leaves the whole part open, the exponential is computed anew.
  static func table(
    numerator: UInt64, denominator: UInt64, blockBits: Int, weightBits: Int
  ) -> [UInt64] {
    let twice = 2 * UInt128(numerator)
    let square = UInt128(denominator) << UInt128(2 * blockBits)
    var weight = Enclosed(square, over: twice)
    var factor = weight
    let growth = Enclosed(2 * square, over: twice)
    var weights: [UInt64] = [1 << UInt64(weightBits)]
    var block: UInt128 = 1
    while true {
      let shift = UInt128(128 - weightBits)
      var whole = weight.lower >> shift
      if weight.upper >> shift != whole {
        whole = exactWeight(block * block * square, over: twice, weightBits: weightBits)
      }
      guard whole > 0 else { return weights }
      weights.append(UInt64(whole))
      factor = factor * growth
      weight = weight * factor
      block += 1
    }
  }

  private static func exactWeight(
    _ exponent: UInt128, over denominator: UInt128, weightBits: Int
  ) -> UInt128 {
    var words = 4
    while true {
      let enclosure = ExponentialEnclosure(exponent, over: denominator, words: words)
      let shift = UInt64(64 - weightBits)
      let (low, high) = (enclosure.lower.words[1] >> shift, enclosure.upper.words[1] >> shift)
      if low == high { return UInt128(low) }
      words += 2
    }
  }

  /// A number below 1 as a multiple of 2^-128, and by how many multiples it may be larger.
  private struct Enclosed {
    let lower: UInt128
    let width: UInt128

    var upper: UInt128 {
      let (sum, overflow) = lower.addingReportingOverflow(width)
      return overflow ? UInt128.max : sum
    }

    /// exp(-numerator / denominator).
    init(_ numerator: UInt128, over denominator: UInt128) {
      let enclosure = ExponentialEnclosure(numerator, over: denominator, words: 3)
      func leading(_ fraction: BinaryFraction) -> UInt128 {
        UInt128(fraction.words[1]) << 64 | UInt128(fraction.words[2])
      }
      lower = leading(enclosure.lower)
      width = leading(enclosure.upper) &- lower &+ 1
    }

    private init(lower: UInt128, width: UInt128) {
      self.lower = lower
      self.width = width
    }

    static func * (left: Enclosed, right: Enclosed) -> Enclosed {
      Enclosed(
        lower: left.lower.multipliedFullWidth(by: right.lower).high,
        width: left.width + right.width + 2)
    }
  }
}
