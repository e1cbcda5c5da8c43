import FLMath
import SecAgg

/// Client-level differential privacy without a trusted server: every client adds a share of the noise,
/// and the secure sum holds no more than the noisy sum (Kairouz, Liu and Steinke 2021).
struct DistributedNoiseAveraging: RoundAveraging {
  let averaging: PrivateFedAvg

  var layout: VectorLayout { averaging.layout }

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
}
