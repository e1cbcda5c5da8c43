import FLMath
import Testing

@Suite("Federated averaging follows reference trajectories")
struct LeastSquaresTrajectoryTests {
  /// What client `client` sends after `steps` steps of gradient descent from `global`.
  private func localUpdate(
    client: Int, from global: ParameterVector, steps: Int
  ) throws -> ClientUpdate {
    let features = LeastSquaresReference.features[client]
    let targets = LeastSquaresReference.targets[client]
    var weights = global.values
    for _ in 0..<steps {
      var gradient = [0.0, 0.0, 0.0]
      for (row, target) in zip(features, targets) {
        let residual = zip(row, weights).map { $0 * $1 }.reduce(0, +) - target
        for index in row.indices {
          gradient[index] += residual * row[index] / Double(targets.count)
        }
      }
      for index in weights.indices {
        weights[index] -= 0.1 * gradient[index]
      }
    }
    let local = try ParameterVector(layout: global.layout, values: weights)
    return try ClientUpdate(from: global, to: local, weight: UInt64(targets.count))
  }

  private func applyRound(
    _ engine: inout FederatedAveraging, _ trajectory: LeastSquaresReference.Trajectory
  ) throws {
    let updates = try trajectory.participants[engine.round].map { client in
      (
        contributor: UInt32(client),
        update: try localUpdate(
          client: client, from: engine.model, steps: trajectory.localSteps[client])
      )
    }
    try engine.apply(.of(updates))
  }

  @Test("Every round's model agrees to 1e-10", arguments: LeastSquaresReference.all)
  func agrees(trajectory: LeastSquaresReference.Trajectory) throws {
    let layout = try ParameterLayout([.init(name: "weights", shape: [3])])
    var engine = try FederatedAveraging(model: .zeros(layout))
    for expected in trajectory.models {
      try applyRound(&engine, trajectory)
      for (found, expected) in zip(engine.model.values, expected) {
        #expect(abs(found - expected) < 1e-10, "round \(engine.round)")
      }
    }
    #expect(engine.round == trajectory.models.count)
  }

  @Test("Resuming from a checkpoint changes no bit", arguments: [0, 1, 4, 9])
  func resumes(interruption: Int) throws {
    let trajectory = LeastSquaresReference.twoClientsARound
    let layout = try ParameterLayout([.init(name: "weights", shape: [3])])
    var whole = try FederatedAveraging(model: .zeros(layout), serverLearningRate: 0.7)
    var interrupted = whole
    for round in trajectory.models.indices {
      if round == interruption { interrupted = try Codec.roundTrip(interrupted) }
      try applyRound(&whole, trajectory)
      try applyRound(&interrupted, trajectory)
    }
    #expect(whole.model.values.map(\.bitPattern) == interrupted.model.values.map(\.bitPattern))
    #expect(whole == interrupted)
  }
}
