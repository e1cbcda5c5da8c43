import FLMath
import SecAgg

/// The server's Gaussian noise on a sum of fixed-point codes, as ``CentralNoiseAveraging`` releases it.
struct CentralRelease: AuditedRelease {
  let secure: SecureFedAvg
  private let clients: Int
  private let rounds: Int
  private let relation: NeighbouringRelation
  private let noise: GaussianMechanism
  private let score: MembershipScore
  /// The sum of the codes of all other clients. Their updates are 0, which is on the grid, so that no
  /// rounding changes it.
  private let others: [UInt64]
  private let canary: [Double]

  /// Finds the noise for the claim.
  init(_ claim: AuditedClaim, clients: Int, parameters: Int) throws {
    secure = try SecureFedAvg(
      parameterCount: parameters, clippingBound: 1, normBound: 1, maximumWeight: 1,
      maximumContributors: clients)
    self.clients = clients
    rounds = claim.rounds
    relation = claim.relation
    let multiplier = try NoiseCalibration.noiseMultiplier(
      epsilon: claim.target, delta: claim.delta,
      accountant: PrivacyLossAccountant(relation: claim.relation),
      tolerance: AuditedClaim.tolerance
    ) { multiplier throws(FLMathError) in
      [
        try PrivacyEvent(
          .gaussian(noiseMultiplier: multiplier), relation: claim.relation, sampling: .none,
          repetitions: claim.rounds)
      ]
    }
    let sensitivity = claim.relation.sensitivityFactor * Self.sensitivity(secure)
    noise = try GaussianMechanism(
      standardDeviation: multiplier * sensitivity, sensitivity: sensitivity)
    score = try MembershipScore.mean(
      canarySquaredNorm: 1, otherMean: claim.relation == .replace ? -1 : 0,
      variance: noise.standardDeviation * noise.standardDeviation)
    canary = [1] + [Double](repeating: 0, count: parameters - 1)
    var others = [UInt64](repeating: 0, count: secure.layout.elementCount)
    var generator = SimulationGenerator(seed: 0)
    let nothing = [Double](repeating: 0, count: parameters)
    for _ in 1..<clients {
      try Self.add(nothing, to: &others, secure: secure, using: &generator)
    }
    self.others = others
  }

  private static func add(
    _ update: [Double], to sum: inout [UInt64], secure: SecureFedAvg,
    using generator: inout SimulationGenerator
  ) throws {
    let vector = try secure.encode(ClientUpdate(delta: update, weight: 1), using: &generator)
    for (index, code) in (vector.elements.unsigned ?? []).enumerated() { sum[index] += code }
  }

  func scores(using generator: inout SimulationGenerator) throws -> MembershipScores {
    try MembershipScores.sum(ofRounds: rounds) {
      var (member, nonMember) = try sums(using: &generator)
      noise.addNoise(to: &member, using: &generator)
      noise.addNoise(to: &nonMember, using: &generator)
      return MembershipScores(
        member: score.score(of: member, canary: canary),
        nonMember: score.score(of: nonMember, canary: canary))
    }
  }

  /// The sums of a round without noise, with the canary and without it.
  func sums(
    using generator: inout SimulationGenerator
  ) throws -> (member: [Double], nonMember: [Double]) {
    var (with, without) = (others, others)
    try Self.add(canary, to: &with, secure: secure, using: &generator)
    if relation != .addOrRemove {
      let other = canary.map { relation == .replace ? -$0 : 0 }
      try Self.add(other, to: &without, secure: secure, using: &generator)
    }
    return (
      try decode(with, contributors: clients),
      try decode(without, contributors: relation == .addOrRemove ? clients - 1 : clients)
    )
  }

  /// The sum of a round that the canary is not asked to take part in.
  func sumOfOthers() throws -> [Double] { try decode(others, contributors: clients - 1) }

  /// The sensitivity of a round: the norm of an update, and what rounding adds to it.
  static func sensitivity(_ secure: SecureFedAvg) -> Double {
    1 + Double(secure.parameterCount).squareRoot() * secure.codec.step
  }

  private func decode(_ codes: [UInt64], contributors: Int) throws -> [Double] {
    try secure.codec.decodeSums(codes[..<secure.parameterCount], contributors: contributors)
  }
}

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
