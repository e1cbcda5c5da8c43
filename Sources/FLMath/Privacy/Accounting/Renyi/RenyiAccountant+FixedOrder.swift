internal import RealModule

extension RenyiAccountant {
  /// Creates an accountant with the one order that suits a budget best, so that events may be chosen
  /// adaptively.
  ///
  /// - Parameters:
  ///   - epsilon: the epsilon of the budget, finite and above 0.
  ///   - delta: the delta of the budget, above 0 and below 1.
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` if a number is outside its range.
  public init(
    relation: NeighbouringRelation, filterForEpsilon epsilon: Double, delta: Double
  ) throws(PrivacyAccountingError) {
    try self.init(
      relation: relation, orders: [Self.order(forEpsilon: epsilon, delta: delta)],
      fractionalOrders: .exact)
  }

  /// The order that gives the least epsilon for a divergence that is a line and spends the budget exactly, from
  /// 1.02 to 2^20. It depends on the budget alone.
  ///
  /// The conversion of `RenyiConversion` is optimal for rho times the order where
  /// rho = -log(delta order) / (order - 1)^2. Its epsilon falls as that order increases.
  ///
  /// - Throws: ``PrivacyAccountingError/invalid(_:)`` unless epsilon is finite and above 0, and delta above 0 and
  ///   below 1.
  public static func order(
    forEpsilon epsilon: Double, delta: Double
  ) throws(PrivacyAccountingError) -> Double {
    guard epsilon > 0, epsilon.isFinite else {
      throw .invalid(.outOfRange(.epsilon, found: epsilon))
    }
    guard delta > 0, delta < 1 else { throw .invalid(.outOfRange(.delta, found: delta)) }
    return MonotoneSearch.smallest(above: 1.02, below: 0x1p20, tolerance: 0x1p-40) { order in
      let excess = order - 1
      let logarithm = max(0, -Double.log(delta) - Double.log(order))
      let spent =
        logarithm * (2 * order - 1) / (excess * excess) + Double.log(onePlus: -1 / order)
      return spent <= epsilon
    }
  }
}
