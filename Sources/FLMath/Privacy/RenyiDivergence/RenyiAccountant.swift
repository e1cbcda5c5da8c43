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
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless there is an order and all are above 1
  ///   and at most 2^20.
  public init(
    relation: NeighbouringRelation, orders: [Double] = Self.defaultOrders,
    fractionalOrders: FractionalOrders = .magnitudes
  ) throws(PrivacyAccountingError) {
    guard !orders.isEmpty else { throw .invalid(.outOfRange(.order, found: .nan)) }
    for order in orders where !(order > 1 && order <= 0x1p20) {
      throw .invalid(.outOfRange(.order, found: order))
    }
    self.relation = relation
    self.orders = orders
    self.fractionalOrders = fractionalOrders
    divergences = orders.map { _ in 0 }
  }

  /// Adds the cost of an event: of every event but Poisson samples under replacement and samples without replacement under addition.
  ///
  /// - Throws: ``PrivacyAccountingError/unsupported(_:)`` for any other; nothing is added.
  /// - Complexity: O(orders x largest order).
  public mutating func compose(_ event: PrivacyEvent) throws(PrivacyAccountingError) {
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
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless delta is from 0 to 1.
  public func epsilon(delta: Double) throws(PrivacyAccountingError) -> Double {
    try optimum(delta: delta).epsilon
  }

  /// Whether there is one order: the sum of divergences at a fixed order is a filter (Feldman and Zrnic 2021,
  /// "Individual Privacy Accounting via a Rényi Filter"). The best of several orders is not.
  public func isFilter(for event: PrivacyEvent) -> Bool { orders.count == 1 }

  /// The least epsilon that any order gives, and that order.
  ///
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless delta is from 0 to 1.
  public func optimum(
    delta: Double
  ) throws(PrivacyAccountingError) -> (epsilon: Double, order: Double) {
    try PrivacyAccountingError.requireDelta(delta)
    var best = (epsilon: Double.infinity, order: orders[0])
    for (order, divergence) in zip(orders, divergences) {
      let epsilon = RenyiConversion.epsilon(order: order, divergence: divergence, delta: delta)
      if epsilon < best.epsilon { best = (epsilon, order) }
    }
    return best
  }

  /// A delta for which everything composed so far is (`epsilon`, delta)-differentially private.
  ///
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless epsilon is at least 0.
  public func delta(epsilon: Double) throws(PrivacyAccountingError) -> Double {
    try PrivacyAccountingError.requireEpsilon(epsilon)
    var least = 1.0
    for (order, divergence) in zip(orders, divergences) {
      least = min(
        least, RenyiConversion.delta(order: order, divergence: divergence, epsilon: epsilon))
    }
    return least
  }
}
