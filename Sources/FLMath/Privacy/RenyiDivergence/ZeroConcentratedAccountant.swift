internal import RealModule

/// Adds up rho of zero-concentrated differential privacy: a Renyi divergence of at most rho times
/// the order, at every order (Bun and Steinke 2016, "Concentrated Differential Privacy").
///
/// For mechanisms without sampling whose divergence is such a line; orders are then not a grid but
/// optimised continuously.
public struct ZeroConcentratedAccountant: PrivacyAccountant {
  /// The relation for which the guarantee holds.
  public let relation: NeighbouringRelation

  /// The sum of what was composed.
  public private(set) var rho = 0.0

  /// Starts with nothing spent.
  public init(relation: NeighbouringRelation) {
    self.relation = relation
  }

  /// Adds a rho that was derived elsewhere.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless it is finite and at least 0.
  public mutating func compose(rho: Double) throws(FLMathError) {
    guard rho >= 0, rho.isFinite else { throw .privacy(.outOfRange(.rho, found: rho)) }
    if rho > 0 { self.rho = (self.rho + rho).nextUp }
  }

  /// Adds the cost of an event: of releases without sampling whose divergence is a line: Gaussian and discrete Gaussian noise.
  ///
  /// - Throws: ``FLMathError/Accounting/unsupported(_:)`` for any other; nothing is added.
  /// - Complexity: O(1).
  public mutating func compose(_ event: PrivacyEvent) throws(FLMathError) {
    try requireOwnRelation(event)
    guard event.sampling.probability == 1, let once = Self.rho(of: event.mechanism) else {
      throw .accounting(.unsupported(event))
    }
    try compose(rho: Double(event.repetitions) * once * (1 + UpperSum.unit))
  }

  /// An epsilon for which everything composed so far is (epsilon, `delta`)-differentially private.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless delta is from 0 to 1.
  public func epsilon(delta: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.requireDelta(delta)
    if rho == 0 || delta == 1 { return 0 }
    if delta == 0 { return .infinity }
    let order = Self.optimalOrder { order in
      // The derivative of the bound in the order, by (order - 1)^2.
      let excess = order - 1
      return rho * excess * excess + Double.log(delta * order)
    }
    return RenyiConversion.epsilon(order: order, divergence: rho * order, delta: delta)
  }

  /// A delta for which everything composed so far is (`epsilon`, delta)-differentially private.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless epsilon is at least 0.
  public func delta(epsilon: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.requireEpsilon(epsilon)
    if rho == 0 { return 0 }
    let order = Self.optimalOrder { order in
      rho * (2 * order - 1) - epsilon + Double.log(onePlus: -1 / order)
    }
    return RenyiConversion.delta(order: order, divergence: rho * order, epsilon: epsilon)
  }

  /// Where `slope`, which increases, is 0, from 1.01 on.
  private static func optimalOrder(slope: (Double) -> Double) -> Double {
    let least = 1.01
    if slope(least) >= 0 { return least.nextUp }
    var high = 2.0
    while slope(high) < 0, high < 0x1p500 { high *= 2 }
    return MonotoneSearch.smallest(above: least, below: high, tolerance: 0x1p-50) {
      slope($0) >= 0
    }
  }

  /// Returns true. If the sum of rho stays within a bound, the sum of divergences stays within a bound at each
  /// order, and both are the same whatever the choice (Feldman and Zrnic 2021, "Individual Privacy Accounting
  /// via a Rényi Filter" at each order; Whitehouse, Ramdas, Rogers and Wu 2023, "Fully Adaptive
  /// Composition in Differential Privacy").
  public func isFilter(for event: PrivacyEvent) -> Bool { true }

  private static func rho(of mechanism: PrivacyEvent.Mechanism) -> Double? {
    switch mechanism {
    case .gaussian(let multiplier):
      return 1 / (2 * multiplier * multiplier)
    case .discreteGaussianSum(let l1Ratio, let l2Ratio, _, let tau, let dimension):
      // The second and third bound are lines through 0; the first is not, unless tau is 0.
      let dimension = Double(dimension)
      let euclidean = l2Ratio + dimension.squareRoot() * tau
      return min(
        l2Ratio * l2Ratio + 2 * l1Ratio * tau + tau * tau * dimension, euclidean * euclidean) / 2
    case .skellam:
      return nil
    }
  }
}
