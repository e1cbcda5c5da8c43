/// How many vectors a rule needs for each attacker that it is to withstand: with f attackers at
/// least `vectorsPerAttacker * f + additionalVectors`.
public struct AttackerTolerance: Sendable, Hashable {
  /// The slope: how many more vectors one more attacker takes; at least 1.
  public let vectorsPerAttacker: Int

  /// The vectors that are needed beside those; at least 1.
  public let additionalVectors: Int

  /// The share of attackers that the rule withstands among many vectors.
  public var breakdownPoint: Double { 1 / Double(vectorsPerAttacker) }

  /// The largest number of attackers that the rule withstands among so many vectors; -1 if there are
  /// too few vectors for the rule even without attackers.
  public func maximumAttackers(among vectors: Int) -> Int {
    vectors < additionalVectors ? -1 : (vectors - additionalVectors) / vectorsPerAttacker
  }

  func tolerates(attackers: Int, among vectors: Int) -> Bool {
    attackers <= maximumAttackers(among: vectors)
  }

  /// At least 2f + 1 vectors: attackers are a minority.
  static let majority = AttackerTolerance(vectorsPerAttacker: 2, additionalVectors: 1)

  /// Passes on a number of attackers that is not negative.
  static func validated(_ attackers: Int) throws(RobustAggregationError) -> Int {
    guard attackers >= 0 else { throw .invalidAttackers(attackers) }
    return attackers
  }
}
