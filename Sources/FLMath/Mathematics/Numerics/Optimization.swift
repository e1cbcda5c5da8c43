/// Where a monotone condition begins to hold.
enum MonotoneSearch {
  /// The smallest x above `low` for which `holds` is true, to the relative `tolerance`; the number
  /// returned is one for which it holds.
  ///
  /// - Parameters:
  ///   - low: a number above 0 for which the condition need not be tried: the answer is above it.
  ///   - high: a number for which the condition holds.
  ///   - holds: false up to some number, true from there on.
  static func smallest<Failure: Error>(
    above low: Double, below high: Double, tolerance: Double,
    where holds: (Double) throws(Failure) -> Bool
  ) throws(Failure) -> Double {
    var (low, high) = (low, high)
    while high > low * (1 + tolerance) {
      // Far apart, the middle is that of the exponents.
      let middle =
        high > 2 * low && low > 0
        ? low.squareRoot() * high.squareRoot() : low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if try holds(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
