internal import RealModule

/// The Renyi divergences of one release of an event, at given orders.
struct RenyiDivergences {
  let event: PrivacyEvent
  let fractionalOrders: FractionalOrders

  /// - Throws: ``PrivacyAccountingError/unsupported(_:)`` where no bound is known: Poisson sampling where a
  ///   record is replaced, sampling without replacement under the other relations.
  func ofOneRelease(at orders: [Double]) throws(PrivacyAccountingError) -> [Double] {
    // More than the roundings that the bounds do not account for themselves.
    try evaluated(at: orders).map { ($0 * (1 + 2 * UpperSum.unit)).nextUp }
  }

  private func evaluated(at orders: [Double]) throws(PrivacyAccountingError) -> [Double] {
    switch (event.sampling, event.relation) {
    case (.none, _), (.poisson(probability: 1), _):
      return orders.map(unsampled)
    case (.poisson(let probability), .addOrRemove), (.poisson(let probability), .zeroOut):
      // A sampled client that is absent, or whose update is 0: the pairs of distributions are the same,
      // since only noise of the server is sampled.
      guard case .gaussian(let multiplier) = event.mechanism else { throw .unsupported(event) }
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
      throw .unsupported(event)
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
