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

/// What a mechanism is audited for.
struct AuditedClaim: Sendable {
  var epsilon: Double
  var delta: Double
  var relation: NeighbouringRelation
  var rounds: Int

  /// A hair less than the claim: a sum of rounds must not exceed it by rounding.
  var target: Double { epsilon * (1 - 1e-9) }

  /// How precise the noise is, relative to the least that suffices.
  static let tolerance = 1e-7
}
