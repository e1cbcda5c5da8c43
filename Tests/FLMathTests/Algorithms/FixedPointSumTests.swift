import FLMath
import Testing

@Suite("Algorithms from sums of integers, as a secure sum gives them")
struct FixedPointSumTests {
  /// The mean of updates by way of what a secure sum does: scale, clip, weigh, encode, add, decode.
  private func mean(
    _ updates: [(contributor: UInt32, update: ClientUpdate)], _ layout: ContributionParts,
    using generator: inout SimulationGenerator
  ) throws -> WeightedMean {
    // No update of these clients is larger than 8; five steps of 0.1 are their path.
    let scale = try ContributionScale(layout, update: 8, path: 0.5)
    let codec = try FixedPointCodec(bound: 1, bits: 50)
    let clipping = try LInfinityClipping(bound: 1)
    let largest = 15.0
    var sums = [UInt64](repeating: 0, count: layout.count)
    var totalWeight: UInt64 = 0
    for (_, update) in updates {
      var values = try scale.normalised(update).delta
      #expect(try clipping.clip(&values) == 0)
      var codes: [UInt64] = []
      try codec.encode(
        values.map { $0 * Double(update.weight) / largest }, into: &codes, using: &generator)
      for index in sums.indices { sums[index] += codes[index] }
      totalWeight += update.weight
    }
    let decoded = try codec.decodeSums(sums[...], contributors: updates.count)
    return try scale.restored(
      WeightedMean(
        mean: decoded.map { $0 * largest / Double(totalWeight) }, totalWeight: totalWeight,
        contributors: updates.map(\.contributor)))
  }

  static let algorithms: [String] = [
    "FedAvg", "FedProx", "FedAvgM", "FedYogi", "SCAFFOLD I", "SCAFFOLD II", "FedNova", "FedDyn",
    "FedBuff", "Ditto", "q-FedAvg", "FedDC", "IFCA",
  ]

  private func make(_ name: String, _ state: ServerState) throws -> any FederatedAlgorithm {
    switch name {
    case "FedAvg": try FederatedAveraging(state: state)
    case "FedProx": try FedProx(state: state, proximalWeight: 1)
    case "FedAvgM": try FedAvgM(state: state)
    case "FedYogi": try FedOpt.fedYogi(state: state, serverLearningRate: 0.1)
    case "SCAFFOLD I":
      try Scaffold(state: state, option: .gradientAtGlobalModel, populationWeight: 4)
    case "SCAFFOLD II":
      try Scaffold(
        state: state, option: .meanGradientOfPath, populationWeight: 42, weighting: .examples)
    case "FedNova": try FedNova(state: state, maximumSteps: 8)
    case "FedDyn": try FedDyn(state: state, regularisation: 1, population: 4)
    case "FedDC": try FedDC(state: state, regularisation: 0.1, populationWeight: 4)
    case "q-FedAvg": try QFedAvg(state: state, fairness: 1)
    case "IFCA":
      try IFCA(
        models: [
          state.model,
          ParameterVector(layout: state.model.layout, values: state.model.values.map { 1 - $0 }),
        ], minimumClients: 1, maximumExamples: 15)
    case "FedBuff": try FedBuff(state: state, bufferSize: 2)
    default: try Ditto(state: state, personalWeight: 1)
    }
  }

  @Test("The sum is all that is needed", arguments: algorithms)
  func sums(name: String) throws {
    let reference = try TrajectoryReference()
    try compare(make(name, reference.start()), reference)
  }

  /// Plays the same rounds by plain means and by sums.
  private func compare<Algorithm: FederatedAlgorithm>(
    _ algorithm: Algorithm, _ reference: TrajectoryReference
  ) throws {
    var plain = TrajectoryRun(algorithm, try reference.objectives())
    var summed = plain
    var generator = SimulationGenerator(seed: 1)
    for participants in [[0, 1], [2, 3], [1, 3], [0, 1, 2, 3], [2]] {
      let steps = { (client: Int) in [2, 5, 8, 3][client] }
      try plain.round(of: participants, steps: steps)
      try summed.round(of: participants, steps: steps) {
        try mean($0, $1, using: &generator)
      }
      for (found, expected) in zip(
        summed.algorithm.model.values, plain.algorithm.model.values)
      {
        #expect(abs(found - expected) < 1e-10)
      }
    }
    #expect(plain.algorithm.model != algorithm.model)
  }
}
