import FLMath
import Testing

/// Models that q-FedAvg, averaging with its weights, and FedDC go through on the least-squares problems, computed in Python.
struct FurtherTrajectories: Decodable {
  struct Run: Decodable {
    let parameter: Double
    let participants: [[Int]]
    let steps: [Int]
    let models: [[Double]]

    /// Plays the rounds and compares every model.
    func expectSame(
      _ algorithm: some FederatedAlgorithm, on trajectories: TrajectoryReference,
      location: SourceLocation = #_sourceLocation
    ) throws {
      var run = TrajectoryRun(algorithm, try trajectories.objectives())
      for (round, model) in models.enumerated() {
        try run.round(of: participants[round], steps: { steps[$0] })
        let difference = largestDifference(run.algorithm.model.values, model)
        #expect(
          difference < 1e-10, "\(parameter), round \(round + 1): \(difference)",
          sourceLocation: location)
      }
    }
  }

  let q_fedavg: [Run]
  let q_weights: [Run]
  let feddc: [Run]

  static func read() throws -> FurtherTrajectories {
    try ReferenceFile.decode(FurtherTrajectories.self, from: "further_trajectories.json")
  }
}
