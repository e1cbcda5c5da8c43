internal import RealModule

/// How evenly a Gaussian function covers the whole numbers, wherever it is centred.
enum IntegerSmoothing {
  /// The logarithm of the largest over the smallest sum of exp(-(k - c)^2 / (2 `variance`)) over all
  /// whole k, among all centres c: those of c = 0 and of c = 1/2. Near 4 exp(-2 pi^2 variance).
  ///
  /// By Poisson's summation formula and Jacobi's triple product it is the sum over odd n of
  /// 4 artanh(q^n), with q = exp(-2 pi^2 variance).
  ///
  /// - Parameter variance: above 0.
  static func logRatio(variance: Double) -> Double {
    guard variance >= 0.1 else {
      // There the sums themselves converge in a few terms, and the product does not.
      func term(_ distance: Double) -> Double { Double.exp(-distance / (2 * variance)) }
      let atZero = 1 + 2 * (term(1) + term(4))
      // The two nearest whole numbers are exp(-1 / (8 variance)), which may underflow, apart.
      let atHalf = 2 * (1 + term(2) + term(6))
      return Double.log(atZero / atHalf) + 1 / (8 * variance)
    }
    let exponent = 2 * Double.pi * Double.pi * variance
    var (sum, n) = (0.0, 1.0)
    while true {
      let term = 4 * Double.atanh(Double.exp(-exponent * n))
      if sum + term == sum { return sum }
      sum += term
      n += 2
    }
  }

  /// The variance for which ``logRatio(variance:)`` is `target`, a small number, to its first digits.
  static func variance(logRatio target: Double) -> Double {
    Double.log(4 / target) / (2 * Double.pi * Double.pi)
  }
}
