import FLMath
import SecAgg

extension RobustnessRun {
  /// Three steps of the geometric median over all clients; nil if a step had no sum, or an impossible
  /// one.
  func median(
    of sent: [[Double]], model: ParameterVector, round: Int, _ cell: inout RobustnessRecord.Cell
  ) async throws -> WeightedMean? {
    var point = geometricMedian.start
    var contributors: [UInt32] = []
    for step in 0..<RobustnessRecord.weiszfeldSteps {
      let inputs = try sent.enumerated().map { client, update in
        var generator = population.seeds.generator(
          .rounding, round: round * RobustnessRecord.weiszfeldSteps + step, client: client + 1)
        return try geometricMedian.encode(
          ClientUpdate(delta: update, weight: 1), at: point, using: &generator)
      }
      let sum = try await SecureSum.run(
        inputs, layout: geometricMedian.layout, minimumContributors: settings.clients / 2 + 1,
        graph: graph, leaving: leaving(in: round),
        context: geometricMedian.applicationContext(
          model: model, round: round, point: point, task: "robust"))
      if sum.sumsEqual == false { cell.sumsEqual = false }
      guard let aggregate = sum.aggregate else { return nil }
      contributors = aggregate.contributors.map(\.rawValue)
      let next = try Self.unlessLeftOut { () throws(SecureRobustnessError) in
        try geometricMedian.step(from: point, by: aggregate)
      }
      guard let next else { return nil }
      point = next
    }
    return try WeightedMean(
      mean: point, totalWeight: UInt64(contributors.count), contributors: contributors)
  }
}
