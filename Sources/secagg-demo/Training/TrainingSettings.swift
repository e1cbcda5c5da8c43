import FLMath
import SecAgg

/// Everything that a training run is told.
struct TrainingSettings: Sendable {
  var data: DemoData.Name
  var threatModel: ThreatModelOption
  /// The clients of a round.
  var clients: Int
  var rounds: Int
  var dropout: Double
  var partition: Partition
  var partitionText: String
  var model: ModelOption
  var graph: GraphKind
  var degree: Int
  var threshold: Int
  var minimumContributors: Int
  var minimumValueBits: Int
  var clippingBound: Double
  var localEpochs: Int
  var batchSize: Int
  var learningRate: Double
  var seed: UInt64
  /// Noise, and a budget for it; nil for none.
  var privacy: PrivacySettings?
  /// Clients that have opted out, from 1 to the number of all; `clients` are the others.
  var optedOut: Set<UInt32> = []
  /// Whether the same training is done in plain floating point beside it.
  var comparesWithPlain = true

  /// The number of cohorts of `clients` clients that take turns: all clients that have not opted out are as many
  /// times more.
  var turns = 1

  /// The rounds in which one client takes part at the most.
  var participations: Int { (rounds + turns - 1) / turns }

  /// How many clients are in a sum, on average; it follows from the settings alone.
  var expectedContributors: Double {
    let absent = LeavingPoint.allCases.count { $0.isGone(in: .maskedInput) }
    return Double(clients) * (1 - Double(absent) * dropout)
  }
}
