internal import RealModule

/// From Renyi divergences to (epsilon, delta) (Canonne, Kamath and Steinke 2020, "The Discrete
/// Gaussian for Differential Privacy", proposition 12).
enum RenyiConversion {
  /// Below this order the bound is numerically unstable, and useless.
  private static let leastOrder = 1.01

  /// The epsilon that a divergence at one order gives.
  static func epsilon(order: Double, divergence: Double, delta: Double) -> Double {
    if delta == 0 { return divergence == 0 ? 0 : .infinity }
    // A divergence bounds the one of order 1, and by that the total variation distance is at most
    // sqrt(1 - exp(-divergence)) (Bretagnolle and Huber 1979).
    if delta * delta + Double.expMinusOne(-divergence) > 0 { return 0 }
    guard order > leastOrder, divergence < .infinity else { return .infinity }
    let epsilon =
      divergence + Double.log(onePlus: -1 / order) - Double.log(delta * order) / (order - 1)
    return max(0, epsilon)
  }

  /// The delta that a divergence at one order gives.
  static func delta(order: Double, divergence: Double, epsilon: Double) -> Double {
    if divergence == 0 { return 0 }
    var logDelta = Double.log(onePlus: -Double.exp(-divergence)) / 2
    if order > leastOrder, divergence < .infinity {
      let bound =
        (order - 1) * (divergence - epsilon + Double.log(onePlus: -1 / order))
        - Double.log(order)
      logDelta = min(logDelta, bound)
    }
    return min(1, Double.exp(logDelta))
  }
}
