import FLMath

/// One round of a mechanism, released with a canary and without it.
protocol AuditedRelease: Sendable {
  /// The membership scores of two sums of one round. Scores of rounds add up.
  func scores(using generator: inout SimulationGenerator) throws -> RoundScores
}

/// The scores of one round.
struct RoundScores: Sendable {
  /// Of the sum that the canary is in.
  var member: Double
  /// Of the sum without it.
  var nonMember: Double

  static let zero = RoundScores(member: 0, nonMember: 0)

  static func += (total: inout RoundScores, round: RoundScores) {
    total.member += round.member
    total.nonMember += round.nonMember
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
