public import FLMath

/// What a private round gives.
public struct PrivateMean: Sendable, Hashable {
  /// The noisy sum of the updates divided by ``PrivateFedAvg/Settings/expectedContributors``, which is
  /// its total weight: a public number, however many contributed. Any `FederatedAlgorithm` takes it.
  public let mean: WeightedMean

  /// The noisy sum of the clip bits, 1/2 for every update that was within the bound and -1/2 for every
  /// other, for `AdaptiveClipping.update(noisySum:clients:)`; `nil` without clip bits.
  public let clipBitSum: Double?
}
