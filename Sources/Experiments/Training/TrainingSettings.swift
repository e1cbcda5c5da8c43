package import FLMath
import SecAgg
import SimulatedSessions

/// The settings of a training run.
package struct TrainingSettings: Sendable {
  var data: DemoData.Name
  var threatModel: ThreatModelOption
  /// The clients of a round.
  package var clients: Int
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
  var privacy: PrivacySettings? = nil
  /// Clients that have opted out, from 1 to the number of all; `clients` are the others.
  var optedOut: Set<UInt32> = []
  /// Whether the same training is done in plain floating point beside it.
  var comparesWithPlain = true

  /// The number of cohorts of `clients` clients that take turns: all clients that have not opted out are as many
  /// times more.
  package var turns = 1

  package init(
    data: DemoData.Name, threatModel: ThreatModelOption, clients: Int, rounds: Int, dropout: Double,
    partition: Partition, partitionText: String, model: ModelOption, graph: GraphKind, degree: Int,
    threshold: Int, minimumContributors: Int, minimumValueBits: Int, clippingBound: Double,
    localEpochs: Int, batchSize: Int, learningRate: Double, seed: UInt64,
    privacy: PrivacySettings? = nil, optedOut: Set<UInt32> = [], comparesWithPlain: Bool = true,
    turns: Int = 1
  ) {
    self.data = data
    self.threatModel = threatModel
    self.clients = clients
    self.rounds = rounds
    self.dropout = dropout
    self.partition = partition
    self.partitionText = partitionText
    self.model = model
    self.graph = graph
    self.degree = degree
    self.threshold = threshold
    self.minimumContributors = minimumContributors
    self.minimumValueBits = minimumValueBits
    self.clippingBound = clippingBound
    self.localEpochs = localEpochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.seed = seed
    self.privacy = privacy
    self.optedOut = optedOut
    self.comparesWithPlain = comparesWithPlain
    self.turns = turns
  }

  /// The rounds in which one client takes part at the most.
  var participations: Int { (rounds + turns - 1) / turns }

  /// How many clients are in a sum, on average; it follows from the settings alone.
  var expectedContributors: Double {
    let absent = LeavingPoint.allCases.count { $0.isGone(in: .maskedInput) }
    return Double(clients) * (1 - Double(absent) * dropout)
  }
}

/// Fixed cohorts that take turns, and the rounds that are paid for.
///
/// Only the place of a client in the list decides its cohort. Without one client, all others would take part in the
/// same rounds: `addOrRemove` compares these two cases. Filling up a cohort with free clients would change the rounds of
/// many clients.
struct TurnTaking {
  private var schedule: ParticipationSchedule<Int>
  private let size: Int
  /// The rounds that released a sum.
  private(set) var finishedRounds = 0
  /// The round that was paid for last.
  private var paidRound: Int?

  /// - Parameters:
  ///   - cohort: the number of clients of a round; there are as many times more as `turns` says.
  ///   - rounds: the number of rounds of the training.
  init(cohort: Int, turns: Int, rounds: Int) throws(FLMathError) {
    schedule = ParticipationSchedule(
      rule: try ParticipationRule(
        maximum: (rounds + turns - 1) / turns, minimumSeparation: turns))
    size = cohort
  }

  /// The clients of the next round. A round that released no sum is repeated with its cohort.
  var cohort: [Int] {
    let turn = finishedRounds % schedule.rule.minimumSeparation
    return Array(turn * size..<(turn + 1) * size)
  }

  /// Counts a round that released a sum of these clients.
  mutating func finish(with contributors: [Int]) throws(FLMathError) {
    for client in contributors { try schedule.record(client, round: finishedRounds) }
    finishedRounds += 1
  }

  /// Whether the next round is paid for. Where cohorts take turns, a round costs those clients only that are in
  /// it, so that one payment is enough for one turn of all.
  ///
  /// - Parameter atOnce: whether the first payment is for all rounds.
  func isPaid(atOnce: Bool) -> Bool {
    guard let paidRound else { return false }
    return atOnce
      || finishedRounds < paidRound + schedule.rule.minimumSeparation
        && schedule.rule.minimumSeparation > 1
  }

  /// Pays for the next round.
  mutating func pay() {
    paidRound = finishedRounds
  }
}
