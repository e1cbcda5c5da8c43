// Exact coins, after Canonne, Kamath and Steinke 2020, "The Discrete Gaussian for Differential
// Privacy", algorithm 1. There is no floating point in any decision.

extension RandomNumberGenerator {
  /// A number below `bound`, each equally likely; `bound` is above 0.
  mutating func uniformWide(below bound: UInt128) -> UInt128 {
    if bound <= UInt128(UInt64.max) {
      return UInt128(uniformWord(below: UInt64(bound)))
    }
    // As many bits as the largest result has; at least half of all draws are within the bound.
    let mask = UInt128.max >> UInt128((bound - 1).leadingZeroBitCount)
    while true {
      let drawn = (UInt128(next()) << 64 | UInt128(next())) & mask
      if drawn < bound { return drawn }
    }
  }

  /// The same for one word: Lemire 2019, "Fast Random Integer Generation in an Interval".
  mutating func uniformWord(below bound: UInt64) -> UInt64 {
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let rejected = (0 &- bound) % bound
      while product.low < rejected {
        product = next().multipliedFullWidth(by: bound)
      }
    }
    return product.high
  }

  /// True with the probability `numerator / denominator`.
  mutating func bernoulli(_ numerator: UInt128, over denominator: UInt128) -> Bool {
    uniformWide(below: denominator) < numerator
  }

  /// True with the probability exp(-`numerator` / `denominator`).
  ///
  /// The denominator is at most 2^120. For an exponent above 1, whole powers of exp(-1) come first.
  mutating func bernoulliExponential(_ numerator: UInt128, over denominator: UInt128) -> Bool {
    var whole = numerator / denominator
    while whole > 0 {
      guard bernoulliExponentialBelowOne(1, over: 1) else { return false }
      whole -= 1
    }
    return bernoulliExponentialBelowOne(numerator % denominator, over: denominator)
  }

  /// The same for exponents from 0 to 1: the length of a run of coins of probability x / k is odd
  /// with the probability exp(-x).
  private mutating func bernoulliExponentialBelowOne(
    _ numerator: UInt128, over denominator: UInt128
  ) -> Bool {
    var k: UInt128 = 1
    while bernoulli(numerator, over: denominator * k) { k += 1 }
    return k % 2 == 1
  }
}
