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
