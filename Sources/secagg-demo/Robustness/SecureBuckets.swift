import FLMath
import SecAgg

/// Bucket means by secure aggregation: each bucket of a plan is a session of its own, so that a robust
/// rule sees means of buckets and nobody sees a single update.
struct SecureBuckets: Sendable {
  let dimension: Int
  let clippingBound: Double
  let valueBits: Int
  let seeds: SimulationSeeds

  /// What came of a round's sessions.
  struct Result: Sendable {
    /// The mean of each bucket whose sum was released.
    var means: [[Double]] = []
    var sumsEqual = true
    /// The largest difference of a coordinate from the mean of what the bucket's clients sent, clipped
    /// as the encoding does.
    var largestDifference = 0.0
  }

  /// The means of a plan's buckets.
  ///
  /// All of a bucket must contribute: the mean of fewer would be seen otherwise. A session has three
  /// parties at least, so the coordinator fills up a bucket of two with a party of its own that adds
  /// zero with weight 0. It learns what the server learns, the sum of two.
  ///
  /// - Parameter updates: what each client sends, by its position in the plan. What is beyond the
  ///   clipping bound cannot be encoded and is clipped, whoever sends it.
  func means(
    of updates: [[Double]], plan: BucketPlan, model: ParameterVector, round: Int
  ) async throws -> Result {
    var result = Result()
    for bucket in plan.buckets {
      let parties = max(3, bucket.count)
      let secure = try SecureFedAvg(
        parameterCount: dimension, clippingBound: clippingBound, maximumWeight: 1,
        maximumContributors: parties, minimumValueBits: valueBits)
      var inputs = try bucket.map { client in
        var generator = seeds.generator(.rounding, round: round, client: client + 1)
        return try secure.encode(
          ClientUpdate(delta: updates[client], weight: 1), using: &generator)
      }
      while inputs.count < parties {
        var generator = seeds.generator(.rounding, round: round)
        inputs.append(
          try secure.encode(
            ClientUpdate(delta: [Double](repeating: 0, count: dimension), weight: 0),
            using: &generator))
      }
      let sum = try await SecureSum.run(
        inputs, layout: secure.layout, minimumContributors: parties,
        context: secure.applicationContext(model: model, round: round, task: "bucket"))
      if sum.sumsEqual == false { result.sumsEqual = false }
      if let aggregate = sum.aggregate {
        let mean = try secure.decode(aggregate).mean
        for (index, value) in mean.enumerated() {
          let sent = bucket.reduce(0) {
            $0 + min(max(updates[$1][index], -clippingBound), clippingBound)
          }
          let difference = abs(value - sent / Double(bucket.count))
          result.largestDifference = max(result.largestDifference, difference)
        }
        result.means.append(mean)
      }
    }
    return result
  }
}
