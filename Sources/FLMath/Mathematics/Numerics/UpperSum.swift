internal import RealModule

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
