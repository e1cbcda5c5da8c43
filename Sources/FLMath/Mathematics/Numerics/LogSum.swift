internal import RealModule

/// Sums of numbers that are kept as their logarithms.
enum LogSum {
  /// log(exp(x) + exp(y)).
  static func add(_ x: Double, _ y: Double) -> Double {
    let (larger, smaller) = (max(x, y), min(x, y))
    guard smaller > -.infinity, larger < .infinity else { return larger }
    return larger + Double.log(onePlus: Double.exp(smaller - larger))
  }

  /// log(1 + exp(x)).
  static func addOne(_ x: Double) -> Double {
    x > 0 ? x + Double.log(onePlus: Double.exp(-x)) : Double.log(onePlus: Double.exp(x))
  }

  /// log(exp(x) - 1) for x > 0.
  static func subtractOne(_ x: Double) -> Double {
    x > 1 ? x + Double.log(onePlus: -Double.exp(-x)) : Double.log(Double.expMinusOne(x))
  }

  /// The logarithm of the binomial coefficient, or of its magnitude where `n` is not whole.
  static func binomial(_ n: Double, _ k: Double) -> Double {
    Double.logGamma(n + 1) - Double.logGamma(k + 1) - Double.logGamma(n - k + 1)
  }
}
