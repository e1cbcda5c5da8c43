import FLMath
import FLReport
import SimulatedSessions

/// The results of a comparison of algorithms.
package struct ComparisonRecord: Encodable, Sendable {
  /// What the runs have in common.
  package struct Settings: Encodable, Sendable {
    var clients: Int
    var rounds: Int
    var dropout: Double
    var model: String
    var clippingBound: Double
    /// Bound of a coordinate of an update, weighted, that is quantised; of a rotated one a quarter.
    var quantizationBound: Double
    var valueBits: Int
    package var training: ClientTrainingSettings

    package init(
      clients: Int, rounds: Int, dropout: Double, model: String, clippingBound: Double,
      quantizationBound: Double, valueBits: Int, training: ClientTrainingSettings
    ) {
      self.clients = clients
      self.rounds = rounds
      self.dropout = dropout
      self.model = model
      self.clippingBound = clippingBound
      self.quantizationBound = quantizationBound
      self.valueBits = valueBits
      self.training = training
    }
  }

  /// One algorithm or one compression, round by round.
  struct Run: Encodable, Sendable {
    var algorithm: String
    var name: String
    /// Test accuracy after each round.
    var accuracies: [Double] = []
    /// Bytes that a client had sent and received by the end of each round, on average.
    var bytesPerClient: [Double] = []
    /// Of these, the ones sent.
    var bytesUpPerClient: [Double] = []
    /// Bytes that a client sent in a round, on average.
    var bytesUpPerRound = 0.0
    /// Bytes that it received.
    var bytesDownPerRound = 0.0
    /// Rounds whose sum was released.
    var roundsApplied = 0
    /// Whether every released sum equals the plaintext sum of the same integers.
    var sumsEqual = true

    var finalAccuracy: Double { accuracies.last ?? .nan }

    /// Adds a round.
    ///
    /// - Parameters:
    ///   - parameters: the numbers that the server sent down beside the session, 8 bytes each.
    ///   - accuracy: test accuracy after the round.
    mutating func add(_ sum: SecureSum, clients: Int, parameters: Int, accuracy: Double) {
      let up = Double(sum.bytesUp) / Double(clients)
      let down = Double(sum.bytesDown) / Double(clients) + Double(8 * parameters)
      accuracies.append(accuracy)
      bytesUpPerClient.append((bytesUpPerClient.last ?? 0) + up)
      bytesPerClient.append((bytesPerClient.last ?? 0) + up + down)
      let rounds = Double(accuracies.count)
      bytesUpPerRound += (up - bytesUpPerRound) / rounds
      bytesDownPerRound += (down - bytesDownPerRound) / rounds
    }

    /// The first round with at least this accuracy.
    func firstRound(reaching accuracy: Double) -> Int? {
      accuracies.firstIndex { $0 >= accuracy }.map { $0 + 1 }
    }
  }

  var settings: Settings
  var runs: [Run] = []
  /// FedAvg with compressed updates.
  var compressed: [Run] = []
  /// Models for clients' own data; nil if none were asked for.
  var personalization: PersonalizationRecord?

  /// Whether every released sum, of whatever run, was right.
  package var sumsEqual: Bool {
    (runs + compressed).allSatisfy(\.sumsEqual)
      && (personalization?.methods ?? []).allSatisfy(\.sumsEqual)
  }
}

/// The algorithms that are compared, with settings that suit the digits.
package enum AlgorithmOption: String, CaseIterable, Sendable {
  case fedavg
  case fedprox
  case fedavgm
  case fedadam
  case fedyogi
  case fednova
  case feddyn
  case scaffold
  case feddc
  case qfedavg

  /// Name and settings, as the report has them.
  var title: String {
    switch self {
    case .fedavg: "FedAvg"
    case .fedprox: "FedProx 0.1"
    case .fedavgm: "FedAvgM 0.9"
    case .fedadam: "FedAdam 0.05"
    case .fedyogi: "FedYogi 0.05"
    case .fednova: "FedNova"
    case .feddyn: "FedDyn 0.01"
    case .scaffold: "SCAFFOLD II"
    case .feddc: "FedDC 0.01"
    case .qfedavg: "q-FedAvg 0.1"
    }
  }

  var colour: ChartColour {
    switch self {
    case .fedavg: .curve1
    case .fedprox: .curve2
    case .fedavgm: .curve3
    case .fedadam: .curve4
    case .fedyogi: .curve5
    case .fednova: .curve6
    case .feddyn: .curve7
    case .scaffold: .curve8
    case .feddc: .curve9
    case .qfedavg: .curve10
    }
  }

  /// Whether a client weighs as much as it has examples; otherwise all weigh the same.
  var weighsByExamples: Bool { self != .feddyn }

  /// The algorithm before its first round.
  ///
  /// - Parameters:
  ///   - examples: the examples of all clients together.
  ///   - maximumSteps: the largest number of local steps of a client.
  func algorithm(
    from model: ParameterVector, clients: Int, examples: Int, maximumSteps: Int
  ) throws -> any FederatedAlgorithm {
    let state = ServerState(model: model)
    return switch self {
    case .fedavg: try FederatedAveraging(state: state)
    case .fedprox: try FedProx(state: state, proximalWeight: 0.1)
    case .fedavgm: try FedAvgM(state: state, momentum: 0.9)
    case .fedadam: try FedOpt.fedAdam(state: state, serverLearningRate: 0.05)
    case .fedyogi: try FedOpt.fedYogi(state: state, serverLearningRate: 0.05)
    case .fednova: try FedNova(state: state, maximumSteps: maximumSteps)
    case .feddyn: try FedDyn(state: state, regularisation: 0.01, population: clients)
    case .scaffold:
      try Scaffold(
        state: state, option: .meanGradientOfPath, populationWeight: UInt64(examples),
        weighting: .examples)
    case .feddc:
      try FedDC(
        state: state, regularisation: 0.01, populationWeight: UInt64(examples),
        weighting: .examples)
    case .qfedavg: try QFedAvg(state: state, fairness: 0.1, weighting: .examples)
    }
  }
}

/// How updates are compressed before they are summed, with settings that suit the digits.
package enum CompressionOption: String, CaseIterable, Sendable {
  case quantized
  case rotated
  case randomK = "random-k"

  /// Bits of a code of the quantised update.
  static let quantizedBits = 8
  /// Bits of a code of the update that was rotated before.
  static let rotatedBits = 6
  /// The share of the coordinates that random-k sends.
  static let sentShare = 0.1

  /// Name and settings, as the report has them.
  var title: String {
    switch self {
    case .quantized: "FedAvg, \(Self.quantizedBits) bits"
    case .rotated: "FedAvg, rotated, \(Self.rotatedBits) bits"
    case .randomK: "FedAvg, random-k 10 %"
    }
  }

  var colour: ChartColour {
    switch self {
    case .quantized: .curve3
    case .rotated: .curve4
    case .randomK: .curve8
    }
  }
}
