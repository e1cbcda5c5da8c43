import ArgumentParser
import FLMath

/// The algorithms that are compared, with settings that suit the digits.
enum AlgorithmOption: String, ExpressibleByArgument, CaseIterable, Sendable {
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
