/// The largest number of threads on which a robust rule computes.
///
/// Without a limit, rules use all active processors. The result is the same, bit for bit, on any number of
/// threads.
///
/// ```swift
/// let aggregate = try ThreadLimit.$current.withValue(2) { try rule.aggregate(updates) }
/// ```
public enum ThreadLimit {
  /// The limit for calls in this task, the caller's own thread included; `nil` for all active
  /// processors. A number below 1 counts as 1.
  @TaskLocal public static var current: Int?
}
