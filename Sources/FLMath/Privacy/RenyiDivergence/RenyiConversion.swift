internal import RealModule

/// From Renyi divergences to (epsilon, delta) (Canonne, Kamath and Steinke 2020, "The Discrete
/// Gaussian for Differential Privacy", proposition 12).
enum RenyiConversion {
  /// Below this order the bound is useless: it is above that of the total variation distance.
  private static let leastOrder = 1.01

  /// More than the roundings of the few operations here, relative to the numbers that are added up.
  private static let rounding = 0x1p-50

  /// The epsilon that a divergence at one order gives.
  static func epsilon(order: Double, divergence: Double, delta: Double) -> Double {
    if delta == 0 { return divergence == 0 ? 0 : .infinity }
    // A divergence bounds the one of order 1, and by that the total variation distance is at most
    // sqrt(1 - exp(-divergence)) (Bretagnolle and Huber 1979).
    if delta * delta * (1 - rounding) + Double.expMinusOne(-divergence) > 0 { return 0 }
    guard order > leastOrder, divergence < .infinity else { return .infinity }
    let gain = Double.log(onePlus: -1 / order)
    let cost = -(Double.log(delta) + Double.log(order)) / (order - 1)
    let epsilon = divergence + gain + cost
    return max(0, epsilon + rounding * (divergence - gain + abs(cost)))
  }

  /// The delta that a divergence at one order gives.
  static func delta(order: Double, divergence: Double, epsilon: Double) -> Double {
    if divergence == 0 || epsilon == .infinity { return 0 }
    var logDelta = Double.log(-Double.expMinusOne(-divergence)) / 2
    if order > leastOrder, divergence < .infinity {
      let bound =
        (order - 1) * (divergence - epsilon + Double.log(onePlus: -1 / order))
        - Double.log(order)
      let roundings = rounding * ((order - 1) * (divergence + epsilon) + Double.log(order) + 4)
      logDelta = min(logDelta, bound + roundings)
    }
    return min(1, Double.exp(logDelta * (1 - rounding)).nextUp)
  }
}
