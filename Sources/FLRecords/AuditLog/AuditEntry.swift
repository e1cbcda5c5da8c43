/// What a line of an audit log says.
public enum AuditEntry: Sendable, Hashable, Codable {
  /// A sum was released. Whoever had opted out up to the line `optOutsAsOfLine`, `optedOut` clients,
  /// was not selected.
  case released(sum: ReleasedSum, optOutsAsOfLine: Int, optedOut: Int)
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
}

/// What the other lines hold.
struct AuditRecord: Codable, Hashable, Sendable {
  let time: Int64
  let entry: AuditEntry
}
