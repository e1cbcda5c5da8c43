public import SecAgg

/// Reads an audit log from its first line to its last and verifies each line before handing it out.
///
/// The log may be open: the reader takes no lock, and reads up to the line that the head named when
/// the reader was created. It needs memory for one line, for the opt-outs and for the different
/// groups of clients.
public struct AuditLogReader: ~Copyable, Sendable {
  private var replay: AuditReplay

  /// Opens a log for reading.
  ///
  /// - Throws: ``FLRecordsError/file(_:)``.
  public init(at path: String) throws(FLRecordsError) {
    replay = try AuditReplay(
      ChainReader(path, for: .reading))
  }

  /// The smallest number of clients in a sum.
  public var minimumGroupSize: Int { replay.rules.minimumGroupSize }

  /// The policy for sums that have nearly the same clients.
  public var overlaps: OverlapPolicy { replay.rules.overlaps }

  /// Returns the next line; `nil` after the last.
  ///
  /// - Throws: ``FLRecordsError/file(_:)`` at the first line that was changed, or that breaks the
  ///   log's own rules. Lines returned before are right.
  public mutating func next() throws(FLRecordsError) -> AuditLine? {
    try replay.next()
  }

  /// Reads the rest of the log for one client: its rounds, which its erasure (unlearning) needs,
  /// and its opt-outs.
  ///
  /// - Throws: as ``next()``. A damaged log has no partial result.
  public consuming func history(of client: UInt32) throws(FLRecordsError) -> ClientHistory {
    var history = ClientHistory(client: client)
    while let line = try next() { history.take(line) }
    return history
  }
}

/// The entries of an audit log about one client.
public struct ClientHistory: Sendable, Hashable {
  /// An opt-out of the client, or its end.
  public struct Change: Sendable, Hashable {
    /// Whether the client has opted out from here on.
    public let isOptedOut: Bool
    /// The line of the entry.
    public let line: Int
    /// The time of writing, in seconds since 1970 (UTC).
    public let time: Int64
    /// The round of the last sum recorded before, with or without the client.
    public let lastRound: Int?
  }

  /// The client, by the application's id.
  public let client: UInt32
  /// The rounds in which the client's update is in a sum, in the order of the log, each once.
  public private(set) var rounds: [Int] = []
  /// The digest of the model from which the client's first round started. Training without the
  /// client starts from there. `nil` if the client never took part.
  public private(set) var modelBeforeFirstRound: Digest?
  /// The opt-outs of the client and their ends, in order.
  public private(set) var changes: [Change] = []

  private var lastRound: Int?

  init(client: UInt32) {
    self.client = client
  }

  mutating func take(_ line: AuditLine) {
    switch line.entry {
    case .released(let sum, _, _):
      lastRound = sum.round
      guard sum.contains(client) else { return }
      if modelBeforeFirstRound == nil { modelBeforeFirstRound = sum.model }
      if !rounds.contains(sum.round) { rounds.append(sum.round) }
    case .optedOut(client): change(to: true, line)
    case .optedIn(client): change(to: false, line)
    case .overlapping, .optedOut, .optedIn, .repaired: return
    }
  }

  private mutating func change(to isOptedOut: Bool, _ line: AuditLine) {
    changes.append(
      Change(isOptedOut: isOptedOut, line: line.line, time: line.time, lastRound: lastRound))
  }
}

/// Reads an audit log line by line and checks every entry against the rules.
struct AuditReplay: ~Copyable {
  private var reader: ChainReader
  private(set) var rules: AuditRules

  /// Reads the first line.
  init(_ reader: consuming ChainReader) throws(FLRecordsError) {
    let settings = try RecordHeader<AuditSettings>.read(
      &reader, format: AuditSettings.format, version: AuditSettings.version)
    rules = try AuditRules(
      minimumGroupSize: settings.minimumGroupSize,
      // A log from before this setting existed can have sums of any clients.
      overlaps: settings.overlaps ?? .warn, participation: settings.participation)
    self.reader = reader
  }

  /// Returns the next line; `nil` after the last.
  mutating func next() throws(FLRecordsError) -> AuditLine? {
    let path = reader.path
    guard let line = try reader.next() else { return nil }
    let record = try RecordCoding.decode(AuditRecord.self, from: line, of: path)
    let number = line.position.lines
    do throws(FLRecordsError) {
      try rules.check(record.entry)
    } catch {
      throw .file(.damaged(path: path, line: number, .content(error.description)))
    }
    rules.take(record.entry, line: number)
    return AuditLine(line: number, time: record.time, entry: record.entry)
  }

  /// Reads all remaining lines and returns the reader.
  consuming func finish() throws(FLRecordsError) -> ChainReader {
    while try next() != nil {}
    return reader
  }
}
