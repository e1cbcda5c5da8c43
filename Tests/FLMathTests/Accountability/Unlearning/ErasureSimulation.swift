import FLMath

/// Softmax regression on the breast-cancer data among ten clients, the last of which has all its
/// labels flipped: what erasure is compared on.
struct ErasureSimulation {
  static let poisoned: UInt32 = 10

  let model: SoftmaxRegression
  let clients: [UInt32: Dataset]
  let test: Dataset

  init() throws {
    let data = try DemoData.breastCancer()
    let scaling = try FeatureScaling(fittedTo: data.training)
    let training = try scaling.applied(to: data.training)
    test = try scaling.applied(to: data.test)
    model = try SoftmaxRegression(featureCount: training.featureCount, classCount: 2)
    var generator = SimulationGenerator(seed: 21)
    let parts = try Partition.iid.indices(of: training, clients: 10, using: &generator)
    var clients: [UInt32: Dataset] = [:]
    for (position, part) in parts.enumerated() {
      let id = UInt32(position + 1)
      let own = try training.subset(part)
      clients[id] = id == Self.poisoned ? try LabelFlip.all.applied(to: own) : own
    }
    self.clients = clients
  }

  var initial: ParameterVector { .zeros(model.layout) }

  struct UnknownClient: Error {}

  /// A client's update in a round. Its randomness follows from client and round, so that a round
  /// that is replayed is the same.
  func update(
    from global: ParameterVector, client: UInt32, round: Int, epochs: Int = 5
  ) throws -> ClientUpdate {
    guard let data = clients[client] else { throw UnknownClient() }
    let training = try StochasticGradientDescent(
      learningRate: 0.1, batchSize: 16, epochs: epochs)
    var generator = SimulationGenerator(seed: UInt64(round) << 32 | UInt64(client))
    let local = try training.train(model, from: global, on: data, using: &generator)
    return try ClientUpdate(from: global, to: local, weight: UInt64(data.count))
  }

  func round(_ model: inout ParameterVector, _ number: Int, _ clients: [UInt32]) throws {
    let updates = try clients.map {
      (contributor: $0, update: try update(from: model, client: $0, round: number))
    }
    model = try Self.moved(model, by: WeightedMean.of(updates))
  }

  static func moved(
    _ model: ParameterVector, by mean: WeightedMean
  ) throws -> ParameterVector {
    try ParameterVector(
      layout: model.layout, values: zip(model.values, mean.mean).map { $0 + $1 })
  }

  static func distance(_ left: ParameterVector, _ right: ParameterVector) -> Double {
    var squares = 0.0
    for (one, other) in zip(left.values, right.values) {
      squares += (one - other) * (one - other)
    }
    return squares.squareRoot()
  }
}
