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

/// The logarithm of a binomial probability, accurate for large counts.
///
/// Differences of logarithms of factorials lose nine digits at a million: log(10^6!) is 1.3 * 10^7.
/// The saddle-point expansion (Loader 2000, "Fast and accurate computation of binomial
/// probabilities", section 3) has no such differences: its terms are near zero where the
/// probability is large.
enum BinomialLogarithm {
  /// The natural logarithm of the probability of `x` successes in `trials`, 0 <= x <= `trials`.
  ///
  /// - Parameters:
  ///   - success: the probability of a success, strictly between 0 and 1.
  ///   - failure: 1 - `success`, which the caller knows without rounding twice.
  static func probability(of x: Int, trials: Int, success: Double, failure: Double) -> Double {
    let (successes, failures, count) = (Double(x), Double(trials - x), Double(trials))
    if x == 0 { return count * logarithm(of: failure, complement: success) }
    if x == trials { return count * logarithm(of: success, complement: failure) }
    return stirlingError(trials) - stirlingError(x) - stirlingError(trials - x)
      - deviance(successes, mean: count * success) - deviance(failures, mean: count * failure)
      - Double.log(2 * Double.pi * successes * (failures / count)) / 2
  }

  /// log(`probability`), from whichever of it and its complement is the smaller.
  private static func logarithm(of probability: Double, complement: Double) -> Double {
    probability > 0.5 ? Double.log(onePlus: -complement) : Double.log(probability)
  }

  /// What Stirling's formula lacks: log(n!) - log(sqrt(2 pi n) (n/e)^n), for n >= 1.
  static func stirlingError(_ n: Int) -> Double {
    guard n > 15 else { return smallStirlingErrors[n] }
    // Stirling's series; the next term is below 2^-52 from n = 16 on.
    let inverse = 1 / Double(n)
    let square = inverse * inverse
    return inverse
      * (1.0 / 12 - square
        * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188))))
  }

  /// The same for n up to 15, whose factorials a `Double` holds exactly.
  private static let smallStirlingErrors: [Double] = {
    var errors = [0.0]
    var factorial = 1.0
    for n in 1...15 {
      let n = Double(n)
      factorial *= n
      errors.append(
        Double.log(factorial) - Double.log(2 * Double.pi * n) / 2 - n * Double.log(n) + n)
    }
    return errors
  }()

  /// x log(x / mean) + mean - x for positive x: how far `x` is from the mean.
  static func deviance(_ x: Double, mean: Double) -> Double {
    let difference = x - mean
    guard abs(difference) < 0.1 * (x + mean) else {
      return x * Double.log(x / mean) - difference
    }
    // log(x / mean) = 2 artanh(v). Its first term and the difference cancel but for
    // difference * v; the rest of the series is added to that.
    let v = difference / (x + mean)
    var sum = difference * v
    var power = 2 * x * v
    var odd = 3.0
    while true {
      power *= v * v
      let next = sum + power / odd
      if next == sum { return sum }
      sum = next
      odd += 2
    }
  }
}
