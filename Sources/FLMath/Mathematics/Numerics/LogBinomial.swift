internal import RealModule

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
