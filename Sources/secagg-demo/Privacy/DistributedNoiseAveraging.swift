import FLMath
import SecAgg

/// Client-level differential privacy without a trusted server: every client adds a share of the noise,
/// and the secure sum holds no more than the noisy sum (Kairouz, Liu and Steinke 2021).
struct DistributedNoiseAveraging: RoundAveraging {
  private(set) var averaging: PrivateFedAvg
  /// Moves the clipping bound by the clip bits in the sum; nil for a bound that stays.
  private(set) var clipping: AdaptiveClipping?

  /// Averaging as planned.
  ///
  /// - Throws: `PrivacyParameterError`.
  init(_ averaging: PrivateFedAvg, quantile: Double?) throws {
    self.averaging = averaging
    clipping = try quantile.map { quantile in
      // The rate of Andrew et al. 2021.
      try AdaptiveClipping(
        initialBound: averaging.settings.clippingBound, quantile: quantile, learningRate: 0.2)
    }
  }

  var layout: VectorLayout { averaging.layout }

  var clip: Double? { averaging.settings.clippingBound }

  func event() throws -> PrivacyEvent? { try averaging.event(rounds: 1) }

  func applicationContext(model: ParameterVector, round: Int, task: String) -> Digest {
    averaging.applicationContext(model: model, round: round, task: task)
  }

  func encode(
    _ update: ClientUpdate, of client: ClientID, round: Int, context: Digest,
    in session: SessionParameters
  ) throws -> PackedVector {
    try averaging.encode(update.delta, context: context, in: session)
  }

  func mean(of aggregate: UnmaskedAggregate, round: Int) throws -> WeightedMean {
    try averaging.decode(aggregate).mean
  }

  func following(_ aggregate: UnmaskedAggregate) throws -> Self {
    guard var clipping, let clipBitSum = try averaging.decode(aggregate).clipBitSum else {
      return self
    }
    try clipping.update(
      noisySum: clipBitSum, clients: Double(averaging.settings.expectedContributors))
    var settings = averaging.settings
    settings.clippingBound = clipping.bound
    var next = self
    next.averaging = try PrivateFedAvg(settings)
    next.clipping = clipping
    return next
  }
}
