internal import RealModule

/// What rounding a vector to whole numbers can do to its norms (Kairouz, Liu and Steinke 2021,
/// proposition 22 and section 4.1).
enum RoundedNorm {
  /// A bound of the Euclidean norm after stochastic rounding, which holds with a probability of at
  /// least 1 - `bias`; for a bias of 0, always.
  static func euclidean(norm: Double, dimension: Int, bias: Double) -> Double {
    let dimension = Double(dimension)
    let always = norm + dimension.squareRoot()
    guard bias > 0 else { return always }
    let deviation = (2 * Double.log(1 / bias)).squareRoot()
    let squared =
      norm * norm + dimension / 4 + deviation * (norm + dimension.squareRoot() / 2)
    return min(always, squared.squareRoot())
  }

  /// A bound of the sum of magnitudes of whole numbers of that Euclidean norm.
  static func manhattan(euclidean: Double, dimension: Int) -> Double {
    euclidean * min(Double(dimension).squareRoot(), euclidean)
  }
}
