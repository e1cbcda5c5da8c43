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
