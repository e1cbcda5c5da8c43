internal import RealModule

/// Adds up Renyi divergences, order by order (Mironov 2017, "Renyi Differential Privacy").
///
/// It has a bound for every kind of event, and never understates, whatever the orders: sums are rounded up, and
/// bounds of the rounding errors are added. For many rounds of Gaussian or discrete
/// Gaussian noise ``PrivacyLossAccountant`` is tighter, typically by a tenth.
public struct RenyiAccountant: PrivacyAccountant {
  /// The relation for which the guarantee holds.
  public let relation: NeighbouringRelation

  /// The orders, each above 1.
  public let orders: [Double]

  /// How divergences at orders that are not whole are evaluated.
  public let fractionalOrders: FractionalOrders

  /// The divergence composed so far at each order.
  public private(set) var divergences: [Double]

  /// 1.1, 1.2, ... 10.9, 11, 12, ... 63, 128, 256, 512 and 1024, as dp-accounting has them.
  public static let defaultOrders: [Double] =
    (1...99).map { 1 + Double($0) / 10 } + (11...63).map(Double.init) + [128, 256, 512, 1024]

  /// Starts with nothing spent.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless there is an order and all are above 1
  ///   and at most 2^20.
  public init(
    relation: NeighbouringRelation, orders: [Double] = Self.defaultOrders,
    fractionalOrders: FractionalOrders = .magnitudes
  ) throws(FLMathError) {
    guard !orders.isEmpty else { throw .privacy(.outOfRange(.order, found: .nan)) }
    for order in orders where !(order > 1 && order <= 0x1p20) {
      throw .privacy(.outOfRange(.order, found: order))
    }
    self.relation = relation
    self.orders = orders
    self.fractionalOrders = fractionalOrders
    divergences = orders.map { _ in 0 }
  }

  /// Adds the cost of an event: of every event but Poisson samples under replacement and samples without replacement under addition.
  ///
  /// - Throws: ``FLMathError/Accounting/unsupported(_:)`` for any other; nothing is added.
  /// - Complexity: O(orders x largest order).
  public mutating func compose(_ event: PrivacyEvent) throws(FLMathError) {
    try requireOwnRelation(event)
    let once = try RenyiDivergences(event: event, fractionalOrders: fractionalOrders)
      .ofOneRelease(at: orders)
    for index in divergences.indices {
      let cost = Double(event.repetitions) * once[index]
      divergences[index] = (divergences[index] + cost).nextUp.nextUp
    }
  }

  /// An epsilon for which everything composed so far is (epsilon, `delta`)-differentially private.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless delta is from 0 to 1.
  public func epsilon(delta: Double) throws(FLMathError) -> Double {
    try optimum(delta: delta).epsilon
  }

  /// Whether there is one order: the sum of divergences at a fixed order is a filter (Feldman and Zrnic 2021,
  /// "Individual Privacy Accounting via a Rényi Filter"). The best of several orders is not.
  public func isFilter(for event: PrivacyEvent) -> Bool { orders.count == 1 }

  /// The least epsilon that any order gives, and that order.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless delta is from 0 to 1.
  public func optimum(
    delta: Double
  ) throws(FLMathError) -> (epsilon: Double, order: Double) {
    try FLMathError.Privacy.requireDelta(delta)
    var best = (epsilon: Double.infinity, order: orders[0])
    for (order, divergence) in zip(orders, divergences) {
      let epsilon = RenyiConversion.epsilon(order: order, divergence: divergence, delta: delta)
      if epsilon < best.epsilon { best = (epsilon, order) }
    }
    return best
  }

  /// A delta for which everything composed so far is (`epsilon`, delta)-differentially private.
  ///
  /// - Throws: ``FLMathError/privacy(_:)`` unless epsilon is at least 0.
  public func delta(epsilon: Double) throws(FLMathError) -> Double {
    try FLMathError.Privacy.requireEpsilon(epsilon)
    var least = 1.0
    for (order, divergence) in zip(orders, divergences) {
      least = min(
        least, RenyiConversion.delta(order: order, divergence: divergence, epsilon: epsilon))
    }
    return least
  }
}

extension RenyiAccountant {
  /// Creates an accountant with the one order that suits planned events best, so that other events may follow
  /// in the light of results: ``isFilter(for:)``.
  ///
  /// If the events come as planned, the epsilon is the same as with all default orders.
  ///
  /// - Parameters:
  ///   - planned: all that is going to be released; at least one event.
  ///   - delta: the delta of the budget, from 0 to 1.
  /// - Throws: ``FLMathError/privacy(_:)`` if there is no event or a number is outside its range, and
  ///   as ``compose(_:)``.
  public init(
    relation: NeighbouringRelation, planned: [PrivacyEvent], delta: Double
  ) throws(FLMathError) {
    guard !planned.isEmpty else { throw .privacy(.outOfRange(.repetitions, found: 0)) }
    var accountant = try RenyiAccountant(relation: relation)
    try accountant.compose(planned)
    try self.init(relation: relation, orders: [accountant.optimum(delta: delta).order])
  }
}

/// How Renyi divergences of Poisson-sampled Gaussians are evaluated at orders that are not whole.
public enum FractionalOrders: String, Sendable, Hashable, Codable {
  /// The alternating series of Mironov, Talwar and Zhang 2019, section 3.3, each term by its
  /// magnitude. An upper bound, up to tens of per cent above the divergence at orders below 2 and
  /// soon indistinguishable from it above; orders at which the series converges too slowly are left
  /// out. Google's dp-accounting 0.6 does the same, so that its figures can be compared.
  case magnitudes
  /// The divergence itself, by quadrature.
  case exact
}

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

/// The Renyi divergences of one release of an event, at given orders.
struct RenyiDivergences {
  let event: PrivacyEvent
  let fractionalOrders: FractionalOrders

  /// - Throws: ``FLMathError/Accounting/unsupported(_:)`` where no bound is known: Poisson sampling where a
  ///   record is replaced, sampling without replacement under the other relations.
  func ofOneRelease(at orders: [Double]) throws(FLMathError) -> [Double] {
    // More than the roundings that the bounds do not account for themselves.
    try evaluated(at: orders).map { ($0 * (1 + 2 * UpperSum.unit)).nextUp }
  }

  private func evaluated(at orders: [Double]) throws(FLMathError) -> [Double] {
    switch (event.sampling, event.relation) {
    case (.none, _), (.poisson(probability: 1), _):
      return orders.map(unsampled)
    case (.poisson(let probability), .addOrRemove), (.poisson(let probability), .zeroOut):
      // A sampled client that is absent, or whose update is 0: the pairs of distributions are the same,
      // since only noise of the server is sampled.
      guard case .gaussian(let multiplier) = event.mechanism else {
        throw .accounting(.unsupported(event))
      }
      let gaussian = PoissonSampledGaussian(probability: probability, noiseMultiplier: multiplier)
      return orders.map {
        gaussian.divergence(order: $0, fractionalOrders: fractionalOrders)
      }
    case (.withoutReplacement, .replace):
      let sampled = SampledWithoutReplacement(probability: event.sampling.probability)
      if case .gaussian(let multiplier) = event.mechanism {
        return sampled.gaussianDivergences(noiseMultiplier: multiplier, orders: orders)
      }
      return orders.map { sampled.divergence(order: $0, of: unsampled) }
    case (.poisson, .replace), (.withoutReplacement, .addOrRemove),
      (.withoutReplacement, .zeroOut):
      throw .accounting(.unsupported(event))
    }
  }

  /// The divergence without sampling.
  private func unsampled(_ order: Double) -> Double {
    switch event.mechanism {
    case .gaussian(let multiplier):
      return order / (2 * multiplier * multiplier)
    case .discreteGaussianSum(let l1Ratio, let l2Ratio, _, let tau, let dimension):
      return Self.discreteGaussianSum(
        order: order, l1Ratio: l1Ratio, l2Ratio: l2Ratio, tau: tau, dimension: Double(dimension))
    case .skellam(let l1, let l2, let variance):
      return Self.skellam(order: order, l1: l1, l2: l2, variance: variance)
    }
  }

  /// Kairouz, Liu and Steinke 2021, "The Distributed Discrete Gaussian Mechanism for Federated
  /// Learning with Secure Aggregation", theorem 9 and corollary 12: the least of three bounds.
  static func discreteGaussianSum(
    order: Double, l1Ratio: Double, l2Ratio: Double, tau: Double, dimension: Double
  ) -> Double {
    let euclidean = l2Ratio + dimension.squareRoot() * tau
    return min(
      order / 2 * l2Ratio * l2Ratio + tau * dimension,
      order / 2 * (l2Ratio * l2Ratio + 2 * l1Ratio * tau + tau * tau * dimension),
      order / 2 * euclidean * euclidean)
  }

  /// Agarwal, Kairouz and Liu 2021, "The Skellam Mechanism for Differentially Private Federated
  /// Learning", theorem 3.5, for whole orders.
  private static func skellamAtWholeOrder(
    _ order: Double, l1: Double, l2: Double, variance: Double
  ) -> Double {
    let quadratic = ((2 * order - 1) * l2 * l2 + 6 * l1) / (4 * variance * variance)
    return order * l2 * l2 / (2 * variance) + min(quadratic, 3 * l1 / (2 * variance))
  }

  /// The theorem at whole orders, interpolated between them.
  static func skellam(order: Double, l1: Double, l2: Double, variance: Double) -> Double {
    if order == order.rounded() {
      return skellamAtWholeOrder(order, l1: l1, l2: l2, variance: variance)
    }
    return RenyiInterpolation.divergence(at: order) { whole in
      let order = Double(whole)
      return (order - 1) * skellamAtWholeOrder(order, l1: l1, l2: l2, variance: variance)
    }
  }
}
