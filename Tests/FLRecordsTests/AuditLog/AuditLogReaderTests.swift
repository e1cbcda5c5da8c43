import FLMath
import Foundation
import SecAgg
import Testing

@testable import FLRecords

@Suite("Audit log reader")
struct AuditLogReaderTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder("audit.jsonl")
  }

  @Test("reads while the log is open, as far as it was when the reader was made")
  func whileOpen() throws {
    var log = try AuditLog(at: path, minimumGroupSize: 2)
    try log.optOut(1)
    var reader = try AuditLogReader(at: path)
    try log.optOut(2)
    #expect(reader.minimumGroupSize == 2)
    #expect(try reader.next()?.entry == .optedOut(client: 1))
    #expect(try reader.next() == nil)
    #expect(try ExampleLog.lines(of: path).count == 2)
    try log.optOut(3)
    #expect(try ExampleLog.lines(of: path).count == 3)
  }

  @Test("every byte, and every length")
  func damage() throws {
    try writeExample()
    let whole = FilePair(at: path)
    let bytes = try #require(whole.file)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << UInt8(index % 8)
      try FilePair(file: damaged, head: whole.head).put(at: path)
      #expect(throws: FLRecordsError.self) { try ExampleLog.lines(of: path) }
      try FilePair(file: Array(bytes[..<index]), head: whole.head).put(at: path)
      #expect(throws: FLRecordsError.self) { try ExampleLog.lines(of: path) }
    }
  }

  @Test("lines in front of damage are handed out, and there is no history from them")
  func damageLate() throws {
    try writeExample()
    var pair = FilePair(at: path)
    let text = String(decoding: try #require(pair.file), as: UTF8.self)
    pair.file = Array(text.replacing(#""round":2"#, with: #""round":3"#).utf8)
    try pair.put(at: path)
    var reader = try AuditLogReader(at: path)
    #expect(try reader.next()?.entry == .optedOut(client: 5))
    #expect(try reader.next() != nil)
    var refusal: FLRecordsError?
    do { _ = try reader.next() } catch { refusal = error }
    #expect(refusal == .file(.damaged(path: path, line: 4, .digest)))
    #expect(throws: FLRecordsError.file(.damaged(path: path, line: 4, .digest))) {
      try AuditLogReader(at: path).history(of: 5).rounds
    }
  }

  @Test("a file, a head or both missing")
  func missing() throws {
    try writeExample()
    let whole = FilePair(at: path)
    let cases: [(FilePair, FLRecordsError.File)] = [
      (FilePair(file: whole.file, head: nil), .headMissing(path: path)),
      (FilePair(file: nil, head: whole.head), .missing(path: path)),
      (FilePair(file: nil, head: nil), .absent(path: path)),
    ]
    for (pair, refusal) in cases {
      try pair.put(at: path)
      #expect(throws: FLRecordsError.file(refusal)) { try ExampleLog.lines(of: path) }
    }
    #expect(try folder.names().isEmpty, "a reader makes nothing")
  }

  @Test("what breaks the rules is refused although its digests are right")
  func rules() throws {
    let sum = try ExampleLog.sum(round: 1, [1, 2, 3, 4])
    let small = try ExampleLog.sum(round: 1, [1, 2], minimum: 2)
    let forged: [([AuditEntry], Int)] = [
      ([.released(sum: small, optOutsAsOfLine: 1, optedOut: 0)], 2),
      ([.released(sum: sum, optOutsAsOfLine: 2, optedOut: 0)], 2),
      ([.released(sum: sum, optOutsAsOfLine: 0, optedOut: 0)], 2),
      ([.optedOut(client: 4), .released(sum: sum, optOutsAsOfLine: 2, optedOut: 1)], 3),
    ]
    for (entries, line) in forged {
      try FilePair(file: nil, head: nil).put(at: path)
      _ = try AuditLog(at: path, minimumGroupSize: 4).optOuts
      try append(entries)
      do {
        _ = try ExampleLog.lines(of: path)
        Issue.record("\(entries) are accepted")
      } catch FLRecordsError.file(.damaged(path, line, .content(let reason))) {
        #expect(reason.contains("round 1"))
      }
      #expect(throws: FLRecordsError.self) {
        try AuditLog(at: path, minimumGroupSize: 4).optOuts.line
      }
    }
  }

  @Test("records that are none are refused although their digests are right")
  func content() throws {
    for record in [
      "{}", "[]", "", "null", #"{"time":1,"entry":{"unknown":{}}}"#,
      #"{"time":1,"entry":{"optedOut":{"client":-1}}}"#,
      #"{"time":1,"entry":{"optedOut":{"client":4294967296}}}"#,
    ] {
      try FilePair(file: nil, head: nil).put(at: path)
      _ = try AuditLog(at: path, minimumGroupSize: 4).optOuts
      try append(records: [Array(record.utf8)])
      do {
        _ = try ExampleLog.lines(of: path)
        Issue.record("\(record) is accepted")
      } catch FLRecordsError.file(.damaged(path, 2, .content)) {}
    }
  }

  @Test("a log of a later version is refused before its settings are looked at")
  func version() throws {
    try ChainedFile.createIfAbsent(
      path, first: Array(#"{"format":"audit log","version":2,"new":true}"#.utf8))
    #expect(
      throws: FLRecordsError.file(.laterVersion(path: path, known: 1, found: 2))
    ) { try AuditLogReader(at: path).minimumGroupSize }
  }

  @Test("a torn line is passed over by readers, refused by writers, and repaired")
  func torn() throws {
    try writeExample()
    let (whole, lines) = (FilePair(at: path), try ExampleLog.lines(of: path))
    let torn = Array(#"{"line":5,"rec"#.utf8)
    try FilePair(file: try #require(whole.file) + torn, head: whole.head).put(at: path)
    #expect(try ExampleLog.lines(of: path) == lines)
    #expect(
      throws: FLRecordsError.file(.tornWrite(path: path, line: 5, bytes: torn.count))
    ) { try AuditLog(at: path, minimumGroupSize: 4).optOuts.line }
    try AuditLog.repair(at: path, minimumGroupSize: 4)
    #expect(
      try ExampleLog.lines(of: path).map(\.entry)
        == lines.map(\.entry) + [.repaired(bytes: torn.count)])
    let optOuts = try AuditLog(at: path, minimumGroupSize: 4).optOuts
    #expect(optOuts.clients == [5])
    #expect(throws: FLRecordsError.file(.nothingToRepair(path: path))) {
      try AuditLog.repair(at: path, minimumGroupSize: 4)
    }
  }

  @Test("lines longer than the blocks that are read")
  func longLines() throws {
    let everybody = Array(UInt32(1_000_000)...1_020_000)
    let sum = try ReleasedSum(
      round: 1, participants: everybody,
      contributors: ClientID.all(cohortSize: everybody.count),
      parameters: ExampleLog.parameters(), model: ExampleLog.model(1))
    var log = try AuditLog(at: path, minimumGroupSize: 4)
    for _ in 0..<2 { try log.record(sum, selectedWith: log.optOuts) }
    _ = consume log
    #expect(FilePair(at: path).lines.map { $0.count > 2 << 16 } == [false, true, true])
    let history = try AuditLogReader(at: path).history(of: 1_012_345)
    #expect(history.rounds == [1])
    let again = try AuditLog(at: path, minimumGroupSize: 4)
    #expect(again.optOuts.line == 3)
  }

  private func writeExample() throws {
    var log = try AuditLog(at: path, minimumGroupSize: 4)
    try log.optOut(5)
    try log.record(ExampleLog.sum(round: 1, [1, 2, 3, 4]), selectedWith: log.optOuts)
    try log.record(ExampleLog.sum(round: 2, [1, 2, 6, 7]), selectedWith: log.optOuts)
  }

  private func append(_ entries: [AuditEntry]) throws {
    try append(
      records: entries.map { try RecordCoding.encode(AuditRecord(time: 1, entry: $0), for: path) })
  }

  /// Adds lines with right digests, whatever they say.
  private func append(records: [[UInt8]]) throws {
    var file = try ChainReader(path, for: .appending).makeAppendable()
    for record in records { try file.append(record) }
  }
}
