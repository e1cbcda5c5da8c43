extension RandomNumberGenerator {
  /// Whether a uniform number from 0 to 1 is below exp(-`numerator` / `denominator`), when the first
  /// bits of its binary fraction have been drawn already.
  ///
  /// Exact: the further bits are drawn, and the exponential computed, only as far as the comparison
  /// needs them. Mostly that is not at all far; the effort of n words has a probability below 2^-62n.
  ///
  /// - Parameters:
  ///   - zeros: how many bits of the fraction come first, all 0.
  ///   - prefix: the bits that follow.
  ///   - prefixBits: their number, at most 64.
  mutating func uniformIsBelowExponential(
    zeros: Int, prefix: UInt64, prefixBits: Int, _ numerator: UInt128, over denominator: UInt128
  ) -> Bool {
    var drawn = [UInt64](repeating: 0, count: zeros / 64)
    // Up to 63 further zeros and the prefix, topped up to whole words.
    let known = zeros % 64 + prefixBits
    var head = UInt128(prefix) << UInt128(128 - known)
    if known < 64 {
      head |= UInt128(next() >> UInt64(known)) << 64
    } else if known > 64 {
      head |= UInt128(next() >> UInt64(known - 64))
    }
    drawn.append(UInt64(truncatingIfNeeded: head >> 64))
    if known > 64 { drawn.append(UInt64(truncatingIfNeeded: head)) }
    while true {
      drawn.append(next())
      let words = drawn.count
      let uniform = BinaryFraction(fraction: drawn)
      let exponential = ExponentialEnclosure(numerator, over: denominator, words: words)
      // The uniform number is at least `uniform`, and above it by less than a unit.
      if !(exponential.lower < uniform + .units(1, fractionWords: words)) { return true }
      if !(uniform < exponential.upper) { return false }
    }
  }
}
