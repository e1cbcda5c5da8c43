internal import RealModule

/// Tails of the binomial distribution.
///
/// A tail is the sum of its terms, from the largest one on, so that it keeps about twelve digits however
/// small it is.
struct BinomialTail {
  /// The number of trials.
  let trials: Int
  /// The probability of a success, strictly between 0 and 1.
  let success: Double

  /// P(X >= `count`).
  ///
  /// - Complexity: O(1) far from the mean, O(standard deviation) near it.
  func atLeast(_ count: Int) -> Double {
    if count <= 0 { return 1 }
    if count > trials { return 0 }
    // On this side of the mean the other tail is the shorter sum, and not near 1.
    if Double(count) <= Double(trials) * success { return 1 - belowMean(count - 1) }
    let odds = success / (1 - success)
    let sum = Self.sum(terms: trials - count) { step in
      let x = count + step
      return Double(trials - x) / Double(x + 1) * odds
    }
    return probability(of: count) * sum
  }

  /// P(X <= `count`).
  ///
  /// - Complexity: as ``atLeast(_:)``.
  func atMost(_ count: Int) -> Double {
    if count < 0 { return 0 }
    if count >= trials { return 1 }
    if Double(count) >= Double(trials) * success { return 1 - atLeast(count + 1) }
    return belowMean(count)
  }

  /// P(X = `count`), 0 <= `count` <= `trials`.
  func probability(of count: Int) -> Double {
    Double.exp(
      BinomialLogarithm.probability(
        of: count, trials: trials, success: success, failure: 1 - success))
  }

  /// P(X <= `count`) for a count that is not above the mean.
  private func belowMean(_ count: Int) -> Double {
    let odds = (1 - success) / success
    let sum = Self.sum(terms: count) { step in
      let x = count - step
      return Double(x) / Double(trials - x + 1) * odds
    }
    return probability(of: count) * sum
  }

  /// 1 + r(0) + r(0) r(1) + ..., the ratios falling.
  private static func sum(terms: Int, ratio: (Int) -> Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for step in 0..<max(0, terms) {
      let ratio = ratio(step)
      term *= ratio
      sum += term
      // What is left is below a geometric series.
      if ratio < 1, term * ratio < sum * 0x1p-60 * (1 - ratio) { break }
    }
    return sum
  }
}
