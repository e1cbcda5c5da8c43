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
