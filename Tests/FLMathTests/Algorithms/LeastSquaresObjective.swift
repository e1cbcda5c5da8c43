import FLMath

/// Linear least squares, `1 / (2 n) * ||X w - y||^2`: the clients of the reference trajectories.
struct LeastSquaresObjective: LocalObjective {
  let features: [[Double]]
  let targets: [Double]
  let layout: ParameterLayout

  init(features: [[Double]], targets: [Double]) throws {
    self.features = features
    self.targets = targets
    layout = try ParameterLayout([.init(name: "weights", shape: [features[0].count])])
  }

  var exampleCount: Int { targets.count }

  func lossAndGradient(
    at parameters: [Double], batch: ArraySlice<Int>, gradient: inout [Double]
  ) throws(FLMathError) -> Double {
    for index in gradient.indices { gradient[index] = 0 }
    var loss = 0.0
    for example in batch {
      let row = features[example]
      let residual = zip(row, parameters).reduce(-targets[example]) { $0 + $1.0 * $1.1 }
      loss += residual * residual / 2
      for index in row.indices { gradient[index] += residual * row[index] }
    }
    for index in gradient.indices { gradient[index] /= Double(batch.count) }
    return loss / Double(batch.count)
  }
}
