public import SecAgg

/// Reads an audit log from its first line to its last and verifies each line before handing it out.
///
/// The log need not be closed: the reader takes no lock, and reads as far as the head said when it was
/// made. It needs memory for one line, for the opt-outs and for the different groups of clients.
public struct AuditLogReader: ~Copyable, Sendable {
  private var replay: AuditReplay

  /// Opens a log for reading.
  ///
  /// - Throws: ``AuditLogError/file(_:)``.
  public init(at path: String) throws(AuditLogError) {
    replay = try AuditReplay(
      AuditLogError.ofFile { () throws(RecordFileError) in try ChainReader(path, for: .reading) })
  }

  /// The smallest number of clients in a sum.
  public var minimumGroupSize: Int { replay.rules.minimumGroupSize }

  /// What the log does with sums that have nearly the same clients.
  public var overlaps: OverlapPolicy { replay.rules.overlaps }

  /// The next line; `nil` behind the last.
  ///
  /// - Throws: ``AuditLogError/file(_:)`` at the first line that is not as it was written, or that
  ///   breaks the log's own rules. Lines handed out before are right.
  public mutating func next() throws(AuditLogError) -> AuditLine? {
    try replay.next()
  }

  /// Reads the rest of the log for one client: the rounds that it took part in, as erasing it needs
  /// them, and when it opted out.
  ///
  /// - Throws: as ``next()``; there is no answer from a part of a damaged log.
  public consuming func history(of client: UInt32) throws(AuditLogError) -> ClientHistory {
    var history = ClientHistory(client: client)
    while let line = try next() { history.take(line) }
    return history
  }
}

/// What an audit log says of one client.
public struct ClientHistory: Sendable, Hashable {
  /// A client opted out, or in again.
  public struct Change: Sendable, Hashable {
    /// Whether it has opted out from here on.
    public let isOptedOut: Bool
    /// The line that says so.
    public let line: Int
    /// When it was written, in seconds since 1970 (UTC).
    public let time: Int64
    /// The round of the last sum recorded before, of whatever clients.
    public let lastRound: Int?
  }

  /// The client, by the application's id.
  public let client: UInt32
  /// The rounds in which its update is in a sum, in the order of the log; each once.
  public private(set) var rounds: [Int] = []
  /// The digest of the model that its first round started from: what is trained without the client
  /// starts from there. `nil` if it never took part.
  public private(set) var modelBeforeFirstRound: Digest?
  /// When it opted out, in, out, ...
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

/// Reads an audit log line by line and holds every entry to the rules.
struct AuditReplay: ~Copyable {
  private var reader: ChainReader
  private(set) var rules: AuditRules

  /// Reads the first line.
  init(_ reader: consuming ChainReader) throws(AuditLogError) {
    let settings: AuditSettings
    do throws(RecordFileError) {
      settings = try RecordHeader<AuditSettings>.read(
        &reader, format: AuditSettings.format, version: AuditSettings.version)
    } catch {
      throw .file(error)
    }
    rules = try AuditRules(
      minimumGroupSize: settings.minimumGroupSize,
      // A log of before there was the setting has sums of any clients.
      overlaps: settings.overlaps ?? .warn, participation: settings.participation)
    self.reader = reader
  }

  /// The next line; `nil` behind the last.
  mutating func next() throws(AuditLogError) -> AuditLine? {
    let path = reader.path
    let number: Int
    let record: AuditRecord
    do throws(RecordFileError) {
      guard let line = try reader.next() else { return nil }
      record = try RecordCoding.decode(AuditRecord.self, from: line, of: path)
      number = line.position.lines
    } catch {
      throw .file(error)
    }
    do throws(AuditLogError) {
      try rules.check(record.entry)
    } catch {
      throw .file(.damaged(path: path, line: number, .content(error.description)))
    }
    rules.take(record.entry, line: number)
    return AuditLine(line: number, time: record.time, entry: record.entry)
  }

  /// Hands over the reader, with all of its lines read.
  consuming func finish() throws(AuditLogError) -> ChainReader {
    while try next() != nil {}
    return reader
  }
}
