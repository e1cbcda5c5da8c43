import FLMath

/// A run of a mechanism, released with a canary and without it.
protocol AuditedRelease: Sendable {
  /// The membership scores of two runs of all rounds of the claim.
  func scores(using generator: inout SimulationGenerator) throws -> MembershipScores
}

/// The scores of a run, or of a round of it. Those of rounds with independent noise add up.
struct MembershipScores: Sendable {
  /// Of the sums that the canary is in.
  var member: Double
  /// Of the sums without it.
  var nonMember: Double

  /// The scores of rounds with independent noise.
  static func sum(
    ofRounds rounds: Int, _ round: () throws -> MembershipScores
  ) rethrows -> MembershipScores {
    var total = MembershipScores(member: 0, nonMember: 0)
    for _ in 0..<rounds {
      let round = try round()
      total.member += round.member
      total.nonMember += round.nonMember
    }
    return total
  }
}

/// The privacy claim that an audit tests.
struct AuditedClaim: Sendable {
  var epsilon: Double
  var delta: Double
  var relation: NeighbouringRelation
  var rounds: Int

  /// Slightly less than the claim, so that a sum of rounds does not exceed it by rounding.
  var target: Double { epsilon * (1 - 1e-9) }

  /// How precise the noise is, relative to the least that suffices.
  static let tolerance = 1e-7
}

/// The ways to add noise that are audited.
enum AuditedMechanism: String, Encodable, Sendable, CaseIterable {
  /// The server adds Gaussian noise to the sum.
  case centralGaussian
  /// The server adds Gaussian noise to the sums, which is correlated over the rounds of the run.
  case correlatedGaussian
  /// Every client adds a share of discrete Gaussian noise.
  case discreteGaussian
  /// Every client adds a share of Skellam noise.
  case skellam
  /// Every client adds a share of discrete Gaussian noise to its update and its clip bit.
  case adaptiveClipping

  var title: String {
    switch self {
    case .centralGaussian: "central Gaussian"
    case .correlatedGaussian: "central, correlated"
    case .discreteGaussian: "distributed discrete Gaussian"
    case .skellam: "distributed Skellam"
    case .adaptiveClipping: "distributed, adaptive clipping"
    }
  }

  /// The relations under which the mechanism is audited.
  func relations(assuming assumption: AuditAssumption) -> [NeighbouringRelation] {
    switch (self, assumption) {
    case (.centralGaussian, _), (.correlatedGaussian, _): [.addOrRemove, .replace]
    case (_, .claimed): [.zeroOut, .replace]
    case (_, .addOrRemove): [.addOrRemove]
    }
  }

  /// Whether the releases are as private as those of a Gaussian mechanism, but for what the accountant adds:
  /// then a much larger bound is right.
  func isGaussian(under relation: NeighbouringRelation) -> Bool {
    switch self {
    case .centralGaussian, .correlatedGaussian: true
    case .discreteGaussian, .adaptiveClipping: relation != .addOrRemove
    case .skellam: false
    }
  }
}

/// The assumption about the client in which neighbouring runs differ.
package enum AuditAssumption: String, Encodable, Sendable, CaseIterable {
  /// What the library claims: where clients share the noise, the client stays and adds its share.
  case claimed
  /// That the client is removed, although it takes its share of the noise with it. The claim is false then.
  case addOrRemove = "add-or-remove"
}
