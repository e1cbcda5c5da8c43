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

/// The logarithms of the binomial coefficients of a whole number, one after the other, and how far rounding
/// can have moved them.
struct LogBinomial {
  private let n: Double
  private var k = 0.0
  private(set) var logarithm = 0.0
  private var error = 0.0

  /// Starts with the coefficient of 0.
  init(_ n: Int) {
    self.n = Double(n)
  }

  /// Goes on to the next coefficient.
  mutating func advance() {
    k += 1
    let ratio = Double.log((n - k + 1) / k)
    logarithm += ratio
    error += Double.ulpOfOne * (abs(logarithm) / 2 + 2 * abs(ratio) + 2)
  }

  /// The error as ``UpperSum`` takes it.
  var magnitude: Double { abs(logarithm) + error / UpperSum.unit }
}

/// A sum of positive numbers that are given by their logarithms, from above: it carries a bound of its
/// own rounding errors.
struct UpperSum {
  /// How many roundings a part of a logarithm counts for. The functions of the C library are within 2 units
  /// in the last place, and a part has up to three operations.
  static let unit = 8 * Double.ulpOfOne

  /// The sum and the bound of its error, both divided by exp(scale).
  private var scale = -Double.infinity
  private var sum = 0.0
  private var error = 0.0

  /// Adds exp(`logarithm`).
  ///
  /// - Parameter magnitude: the sum of the magnitudes of all that was added up to the logarithm: its error
  ///   is at most 8 units of rounding of that.
  mutating func add(_ logarithm: Double, magnitude: Double) {
    guard logarithm > -.infinity else { return }
    guard logarithm < .infinity, scale < .infinity else {
      (scale, sum, error) = (.infinity, 1, 0)
      return
    }
    if logarithm > scale {
      if scale > -.infinity {
        let factor = Double.exp(scale - logarithm)
        error = error * factor + sum * factor * Self.unit * (1 + logarithm - scale)
        sum *= factor
      }
      scale = logarithm
    }
    let term = Double.exp(logarithm - scale)
    error += term * Double.expMinusOne(Self.unit * (1 + magnitude + scale - logarithm))
    sum += term
    // A sum of two numbers is off by no more than the smaller one.
    error += min(term, sum * Double.ulpOfOne)
  }

  /// A number that is not below the logarithm of the sum; -infinity for an empty one.
  var logarithm: Double {
    guard sum > 0 else { return -.infinity }
    guard scale < .infinity else { return .infinity }
    let total = Double.log(sum + error * (1 + 0x1p-20))
    return scale + total + Self.unit * (1 + abs(scale) + abs(total))
  }

  /// A number that is not below log(1 + exp(`exponent`)).
  static func logarithmOfOnePlus(exponent: Double) -> Double {
    LogSum.addOne(exponent) * (1 + unit)
  }
}
