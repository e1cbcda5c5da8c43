internal import RealModule

/// Tails of the standard normal distribution that keep their relative accuracy, however small.
enum NormalTail {
  /// exp(x^2) erfc(x) for x >= 0: erfc without the factor that underflows.
  static func scaledComplementaryError(_ x: Double) -> Double {
    if x < 4 { return Double.exp(x * x) * Double.erfc(x) }
    // The continued fraction 1 / (x + (1/2) / (x + 1 / (x + (3/2) / ...))); at 4 and beyond, 60
    // terms leave less than the last bit.
    var denominator = x
    var numerator = 30.0
    while numerator > 0 {
      denominator = x + numerator / denominator
      numerator -= 0.5
    }
    return 1 / (denominator * Double.pi.squareRoot())
  }

  /// log(P(Z > x)).
  static func logUpper(_ x: Double) -> Double {
    if x < -1 { return Double.log(onePlus: -upper(-x)) }
    if x < 5 { return Double.log(upper(x)) }
    return Double.log(scaledComplementaryError(x * 0.5.squareRoot()) / 2) - x * x / 2
  }

  /// P(Z > x).
  static func upper(_ x: Double) -> Double {
    0.5 * Double.erfc(x * 0.5.squareRoot())
  }

  /// The x for which P(Z > x) is `probability`, from 0 to 1/2 excluded.
  static func quantile(upper probability: Double) -> Double {
    let logProbability = Double.log(probability)
    return MonotoneSearch.smallest(above: 0x1p-60, below: 40, tolerance: 0x1p-52) {
      logUpper($0) <= logProbability
    }
  }

  /// P(low < Z <= high), from the tail in which both bounds are.
  static func between(_ low: Double, _ high: Double) -> Double {
    low >= 0 ? upper(low) - upper(high) : upper(-high) - upper(-low)
  }

  /// log(P(Z > a) - exp((b^2 - a^2) / 2) P(Z > b)) for a < b.
  ///
  /// With the Mills ratio M(x) = P(Z > x) / phi(x) this is log(phi(a) (M(a) - M(b))).
  static func logWeightedDifference(_ a: Double, gap: Double) -> Double {
    let b = a + gap
    if gap < 0.1 * max(1, a) {
      return -a * a / 2 - Double.log(2 * Double.pi) / 2
        + Double.log(millsDifference(a, gap: gap))
    }
    if a < 0 {
      // Here P(Z > b) may have been scaled beyond Double, so the weight stays a logarithm.
      let minuend = logUpper(a)
      let subtrahend = logUpper(b) + gap * (a + gap / 2)
      return minuend + Double.log(onePlus: -Double.exp(subtrahend - minuend))
    }
    let root = 0.5.squareRoot()
    let difference = scaledComplementaryError(a * root) - scaledComplementaryError(b * root)
    return Double.log(difference / 2) - a * a / 2
  }

  /// M(a) - M(a + gap), without the cancellation of the difference where the gap is small.
  ///
  /// M(x) is the integral of exp(-x t - t^2 / 2) over t > 0, so the difference is that of
  /// exp(-a t - t^2 / 2) (1 - exp(-gap t)). The substitution t = s exp(u - exp(-u)) makes the
  /// trapezoidal rule converge doubly exponentially (Takahasi and Mori 1974).
  private static func millsDifference(_ a: Double, gap: Double) -> Double {
    let scale = 1 / max(1, a)
    let step = 1.0 / 24
    var sum = 0.0
    for index in -110...110 {
      let u = Double(index) * step
      let decay = Double.exp(-u)
      let t = scale * Double.exp(u - decay)
      sum -= Double.exp(-a * t - t * t / 2) * Double.expMinusOne(-gap * t) * t * (1 + decay)
    }
    return sum * step
  }
}
