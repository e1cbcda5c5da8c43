import FLMath
import SecAgg

/// The server's Gaussian noise on a sum of fixed-point codes, as ``CentralNoiseAveraging`` releases it.
struct CentralRelease: AuditedRelease {
  private let secure: SecureFedAvg
  private let clients: Int
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
    relation = claim.relation
    let multiplier = try NoiseCalibration.noiseMultiplier(
      epsilon: claim.target, delta: claim.delta,
      accountant: PrivacyLossAccountant(relation: claim.relation),
      tolerance: AuditedClaim.tolerance
    ) { multiplier throws(PrivacyParameterError) in
      [
        try PrivacyEvent(
          .gaussian(noiseMultiplier: multiplier), relation: claim.relation, sampling: .none,
          repetitions: claim.rounds)
      ]
    }
    let sensitivity =
      claim.relation.sensitivityFactor
      * (1 + Double(parameters).squareRoot() * secure.codec.step)
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

  /// The score of the noisy sum of the codes of so many clients.
  private func score(
    _ codes: [UInt64], contributors: Int, using generator: inout SimulationGenerator
  ) throws -> Double {
    var sum = try secure.codec.decodeSums(
      codes[..<secure.parameterCount], contributors: contributors)
    noise.addNoise(to: &sum, using: &generator)
    return score.score(of: sum, canary: canary)
  }

  func scores(using generator: inout SimulationGenerator) throws -> RoundScores {
    var (with, without) = (others, others)
    try Self.add(canary, to: &with, secure: secure, using: &generator)
    if relation != .addOrRemove {
      let other = canary.map { relation == .replace ? -$0 : 0 }
      try Self.add(other, to: &without, secure: secure, using: &generator)
    }
    return RoundScores(
      member: try score(with, contributors: clients, using: &generator),
      nonMember: try score(
        without, contributors: relation == .addOrRemove ? clients - 1 : clients,
        using: &generator))
  }
}
