import ArgumentParser

/// The models that clients are evaluated with on their own held-out data, with settings that suit the digits.
enum PersonalizationOption: String, ExpressibleByArgument, CaseIterable, Sendable {
  case fedavg
  case fineTuned = "fine-tuned"
  case fairWeights = "q-weights"
  case ditto
  case ifca
  case alone

  /// The exponent of a client's loss in its weight.
  static let fairness = 1.0
  /// How strongly a personal model is drawn to the global one.
  static let dittoWeight = 0.1

  /// Name and settings, as the report has them.
  func title(_ settings: PersonalizationRecord.Settings) -> String {
    switch self {
    case .fedavg: "FedAvg"
    case .fineTuned:
      "FedAvg, \(Quantity.counted(settings.fineTuningSteps, "step")) of fine-tuning"
    case .fairWeights: "FedAvg, q-fair weights, q = 1"
    case .ditto: "Ditto 0.1"
    case .ifca: "IFCA, \(Quantity.counted(settings.clusters, "cluster"))"
    case .alone: "each client alone"
    }
  }

  var colour: ChartColour {
    switch self {
    case .fedavg: .curve1
    case .fineTuned: .curve3
    case .fairWeights: .curve10
    case .ditto: .curve4
    case .ifca: .curve8
    case .alone: .curve6
    }
  }
}
