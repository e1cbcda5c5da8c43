import FLMath
import Testing

/// Least-squares problems and the models that algorithms go through on them, computed in Python.
struct TrajectoryReference: Decodable {
  struct Round: Decodable {
    let w: [Double]
    let loss: Double
  }

  /// One algorithm's run, with the settings that it has.
  struct Trajectory: Decodable {
    let rounds: [Round]
    let participants: [[Int]]?
    let server_control: [[Double]]?
    let personal: [[[Double]]]?
  }

  let X: [[[Double]]]
  let Y: [[Double]]
  let w0: [Double]
  let algorithms: [String: Trajectory]

  init() throws {
    self = try ReferenceFile.decode(Self.self, from: "fl_trajectories.json")
  }

  private enum CodingKeys: CodingKey { case X, Y, w0, algorithms }

  /// The clients' problems.
  func objectives() throws -> [LeastSquaresObjective] {
    try zip(X, Y).map { try LeastSquaresObjective(features: $0, targets: $1) }
  }

  /// Where all algorithms start.
  func start() throws -> ServerState {
    let layout = try ParameterLayout([.init(name: "weights", shape: [w0.count])])
    return ServerState(model: try ParameterVector(layout: layout, values: w0))
  }
}

/// Runs an algorithm as a trajectory did.
struct TrajectoryRun<Algorithm: FederatedAlgorithm> {
  var algorithm: Algorithm
  var clients: [Algorithm.Client]
  var objectives: [LeastSquaresObjective]

  init(_ algorithm: Algorithm, _ objectives: [LeastSquaresObjective]) {
    self.algorithm = algorithm
    self.objectives = objectives
    clients = objectives.map { _ in algorithm.makeClient() }
  }

  /// One round of full-batch descent with a learning rate of 0.1.
  mutating func round(
    of participants: [Int], steps: (Int) -> Int,
    mean: (
      _ updates: [(contributor: UInt32, update: ClientUpdate)], _ layout: ContributionParts
    ) throws -> WeightedMean = { updates, _ in try WeightedMean.of(updates) }
  ) throws {
    let descent = try StochasticGradientDescent(learningRate: 0.1, batchSize: .max, epochs: 1)
    var generator = SimulationGenerator(seed: 1)
    let broadcast = algorithm.broadcast
    var updates: [(contributor: UInt32, update: ClientUpdate)] = []
    for client in participants {
      var training = LocalTraining(
        objectives[client], by: descent, work: .steps(steps(client)))
      let round = try clients[client].train(on: broadcast, with: &training, using: &generator)
      #expect(round.update.delta.count == algorithm.contribution.count)
      #expect(round.steps == steps(client))
      updates.append((UInt32(client), round.update))
      clients[client] = round.client
    }
    try algorithm.apply(mean(updates, algorithm.contribution))
  }
}
