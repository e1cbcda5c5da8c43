/// What a role has used.
struct RoleCost: Sendable {
  /// CPU time since it was last asked for.
  var milliseconds = 0.0
  /// Wall-clock time since it was last asked for.
  var wallMilliseconds = 0.0
  /// The largest resident memory of the role's process so far; 0 where the role shares its process
  /// with others.
  var peakBytes = 0

  /// What was used before and after.
  static func + (before: RoleCost, after: RoleCost) -> RoleCost {
    RoleCost(
      milliseconds: before.milliseconds + after.milliseconds,
      wallMilliseconds: before.wallMilliseconds + after.wallMilliseconds,
      peakBytes: max(before.peakBytes, after.peakBytes))
  }
}
