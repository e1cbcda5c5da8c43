internal import FLMath

/// What a line of an audit log says.
public enum AuditEntry: Sendable, Hashable, Codable {
  /// A sum was released. Whoever had opted out up to the line `optOutsAsOfLine`, `optedOut` clients,
  /// was not selected.
  case released(sum: ReleasedSum, optOutsAsOfLine: Int, optedOut: Int)
  /// The sum that is recorded next has nearly the same clients as that of an earlier line: so many are
  /// in one of both only, fewer than the minimum group size.
  case overlapping(line: Int, differing: Int)
  /// A client takes part in no selection from here on.
  case optedOut(client: UInt32)
  /// A client that had opted out may be selected again.
  case optedIn(client: UInt32)
  /// In place of a torn line of so many bytes, whose writing had not returned.
  case repaired(bytes: Int)
}

/// A line of an audit log.
public struct AuditLine: Sendable, Hashable {
  /// Counted from 1; the first is the log's header.
  public let line: Int
  /// When it was written, by the writer's clock, in seconds since 1970 (UTC).
  public let time: Int64
  /// What it says.
  public let entry: AuditEntry
}

/// What an audit log's first line says.
struct AuditSettings: Codable, Hashable, Sendable {
  static let format = "audit log"
  static let version = 1

  let minimumGroupSize: Int
  /// Absent in logs of before there was the setting.
  let overlaps: OverlapPolicy?
  /// Absent where nothing bounds the rounds of a client.
  let participation: ParticipationRule?
}

/// What an audit log does with a sum whose clients differ from those of an earlier one by fewer than the
/// minimum group size: the difference of the two sums is about those few.
public enum OverlapPolicy: String, Codable, Hashable, Sendable {
  /// Rejects it.
  case reject
  /// Records that it does, and then the sum.
  case warn
}

/// What the other lines hold.
struct AuditRecord: Codable, Hashable, Sendable {
  let time: Int64
  let entry: AuditEntry
}
