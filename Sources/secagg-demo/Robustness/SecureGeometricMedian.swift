import FLMath
import SecAgg

/// The geometric median by a few secure weighted sums over all clients, without buckets (RFA, Pillutla
/// et al. 2022): each sum is a step of `SmoothedWeiszfeld`, whose contributions are bounded by 1.
struct SecureGeometricMedian: Sendable {
  let steps: Int
  let weiszfeld: SmoothedWeiszfeld
  let secure: SecureFedAvg
  let seeds: SimulationSeeds

  init(
    dimension: Int, clients: Int, steps: Int, smoothing: Double, seeds: SimulationSeeds
  ) throws {
    self.steps = steps
    self.seeds = seeds
    weiszfeld = try SmoothedWeiszfeld(smoothing: smoothing)
    // Shares are as small as smoothing / distance, so they need more bits than updates do.
    secure = try SecureFedAvg(
      parameterCount: dimension + 1, clippingBound: 1, maximumWeight: 1,
      maximumContributors: clients, minimumValueBits: 40)
  }

  /// The point after all steps from the origin, the model as it is: no attacker has a say in where it
  /// starts.
  func aggregate(
    _ updates: [[Double]], model: ParameterVector, round: Int
  ) async throws -> (point: [Double], sumsEqual: Bool) {
    var point = [Double](repeating: 0, count: secure.parameterCount - 1)
    var sumsEqual = true
    for step in 0..<steps {
      let inputs = try updates.enumerated().map { client, update in
        let part = try weiszfeld.contribution(of: update, at: point)
        var generator = seeds.generator(
          .rounding, round: round * steps + step, client: client + 1)
        return try secure.encode(
          ClientUpdate(delta: part.difference + [part.share], weight: 1), using: &generator)
      }
      let sum = try await SecureSum.run(
        inputs, layout: secure.layout, minimumContributors: inputs.count, degree: 20,
        context: secure.applicationContext(
          model: model, round: round, task: "geometric median, step \(step)"))
      if sum.sumsEqual == false { sumsEqual = false }
      guard let aggregate = sum.aggregate else { break }
      // Means in place of sums: the step is a ratio of the two.
      let mean = try secure.decode(aggregate).mean
      point = try weiszfeld.step(
        from: point, differences: Array(mean.dropLast()), shares: mean.last ?? 0)
    }
    return (point, sumsEqual)
  }
}
