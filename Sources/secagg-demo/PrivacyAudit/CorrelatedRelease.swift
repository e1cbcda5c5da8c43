import FLMath
import SecAgg

/// The server's correlated noise on the sums of a run, as ``CentralNoiseAveraging`` releases it to clients that
/// take turns.
struct CorrelatedRelease: AuditedRelease {
  /// The cohorts that take turns.
  static let turns = 3

  private let central: CentralRelease
  private let noise: CorrelatedNoise
  private let columns: [[Double]]
  private let parameters: Int

  /// Finds the noise for the claim.
  init(_ claim: AuditedClaim, clients: Int, parameters: Int) throws {
    self.parameters = parameters
    central = try CentralRelease(claim, clients: clients, parameters: parameters)
    let participation = try ParticipationRule(
      maximum: (claim.rounds + Self.turns - 1) / Self.turns, minimumSeparation: Self.turns)
    let strategy = try BandedStrategy.optimal(
      bands: min(Self.turns, claim.rounds), rounds: claim.rounds, participation: participation,
      error: .largest)
    columns = strategy.columns
    let mechanism = try GaussianMechanism.calibrated(
      epsilon: claim.target, delta: claim.delta, sensitivity: 1)
    noise = try CorrelatedNoise(
      .banded(strategy), rounds: claim.rounds, participation: participation,
      relation: claim.relation, clip: CentralRelease.sensitivity(central.secure),
      noiseMultiplier: mechanism.standardDeviation)
  }

  /// The canary takes part as often as it may. C times the sums has independent noise, so that the best attack is
  /// the inner product with C times the canary's contributions.
  func scores(using generator: inout SimulationGenerator) throws -> MembershipScores {
    var memberNoise = try CorrelatedNoiseStream(noise, dimension: parameters)
    var nonMemberNoise = try CorrelatedNoiseStream(noise, dimension: parameters)
    var released: [(member: Double, nonMember: Double)] = []
    var contributions: [Double] = []
    for round in 0..<noise.rounds {
      let takesPart = round % Self.turns == 0
      let others = try central.sumOfOthers()
      var (member, nonMember) =
        takesPart ? try central.sums(using: &generator) : (others, others)
      try memberNoise.addNoise(to: &member, using: &generator)
      try nonMemberNoise.addNoise(to: &nonMember, using: &generator)
      released.append((member[0], nonMember[0]))
      contributions.append(takesPart ? 1 : 0)
    }
    let filter = strategyTimes(contributions)
    func score(_ sums: [Double]) -> Double {
      zip(filter, strategyTimes(sums)).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return MembershipScores(
      member: score(released.map(\.member)), nonMember: score(released.map(\.nonMember)))
  }

  /// C times a vector of the rounds.
  private func strategyTimes(_ vector: [Double]) -> [Double] {
    var product = [Double](repeating: 0, count: vector.count)
    for (column, elements) in columns.enumerated() {
      for (index, element) in elements.enumerated() {
        product[column + index] += element * vector[column]
      }
    }
    return product
  }
}
