import FLMath
import Foundation
import Testing

@testable import FLRecords

/// Whatever a crash leaves on disk, the next opening either counts the round or refuses.
@Suite("Crash points")
struct CrashTests {
  @Test("a line cut at every length, with the head of before it", arguments: 1...3)
  func torn(last: Int) throws {
    let example = try ExampleLedger()
    let (before, after) = (example.stages[last - 1], example.stages[last])
    let (start, bytes) = (try #require(before.file).count, try #require(after.file))
    for length in start...bytes.count {
      try FilePair(file: Array(bytes[..<length]), head: before.head).put(at: example.path)
      switch length {
      case start:
        #expect(try areEqual(example.epsilon(), example.epsilons[last - 1]))
        #expect(FilePair(at: example.path) == before)
      case bytes.count:
        #expect(try areEqual(example.epsilon(), example.epsilons[last]))
        #expect(FilePair(at: example.path) == after, "the head is renewed")
      default:
        #expect(
          example.fileRefusal()
            == .tornWrite(path: example.path, line: last + 1, bytes: length - start))
        #expect(FilePair(at: example.path).file?.count == length, "nothing is changed")
      }
    }
  }

  @Test("a file cut at every length, with its head")
  func cutOff() throws {
    let example = try ExampleLedger()
    let whole = example.stages[3]
    let bytes = try #require(whole.file)
    for length in bytes.indices {
      try FilePair(file: Array(bytes[..<length]), head: whole.head).put(at: example.path)
      let complete = bytes[..<length].count { $0 == UInt8(ascii: "\n") }
      #expect(
        example.fileRefusal() == .cutOff(path: example.path, lines: complete, written: 4))
    }
  }

  @Test("two lines ahead of the head are no crash", arguments: 0...1)
  func beyond(stage: Int) throws {
    let example = try ExampleLedger()
    try FilePair(file: example.stages[3].file, head: example.stages[stage].head)
      .put(at: example.path)
    #expect(example.fileRefusal() == .beyondHead(path: example.path, written: stage + 1))
  }

  @Test("a new head that has not taken the old one's name, at every length", arguments: 0...1)
  func unnamedHead(ahead: Int) throws {
    let example = try ExampleLedger()
    let head = try #require(example.stages[2].head)
    for length in 0...head.count {
      try FilePair(file: example.stages[1 + ahead].file, head: example.stages[1].head)
        .put(at: example.path)
      try Data(head[..<length]).write(to: URL(fileURLWithPath: example.path + ".head.new"))
      #expect(try areEqual(example.epsilon(), example.epsilons[1 + ahead]))
    }
    #expect(FilePair(at: example.path) == example.stages[1 + ahead])
  }

  @Test("a torn line whose blocks reached the disk in another order", arguments: [0, 10, 0x7B])
  func scrambled(filling: UInt8) throws {
    let example = try ExampleLedger()
    let (before, after) = (example.stages[2], example.stages[3])
    let start = try #require(before.file).count
    var bytes = try #require(after.file)
    for index in start..<bytes.count - 40 { bytes[index] = filling }
    try FilePair(file: bytes, head: before.head).put(at: example.path)
    switch try #require(example.fileRefusal()) {
    case .tornWrite(example.path, 4, bytes.count - start): #expect(filling != 10)
    case .damaged(example.path, 4, .form): #expect(filling == 10, "many lines are no torn one")
    case let other: Issue.record("\(other)")
    }
  }

  @Test("creation that ends after each of its steps")
  func creation() throws {
    let example = try ExampleLedger(rounds: 0)
    let whole = example.stages[0]
    // Before the file has its name: a file of another name is left, and nobody reads it.
    for length in 0...(try #require(whole.file).count) {
      try FilePair(file: nil, head: nil).put(at: example.path)
      let unnamed = example.path + ".00ff.new"
      try Data(try #require(whole.file)[..<length]).write(to: URL(fileURLWithPath: unnamed))
      #expect(try example.epsilon() == 0)
      #expect(FilePair(at: example.path) == whole)
      try FileManager.default.removeItem(atPath: unnamed)
    }
    // Between the file and its head.
    try FilePair(file: nil, head: nil).put(at: example.path)
    let obstacle = example.path + ".head.new"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    #expect(
      example.fileRefusal() == .system(operation: "open", path: obstacle, code: EISDIR))
    try FileManager.default.removeItem(atPath: obstacle)
    #expect(FilePair(at: example.path) == FilePair(file: whole.file, head: nil))
    #expect(example.fileRefusal() == .headMissing(path: example.path))
    #expect(try example.folder.names() == ["ledger.jsonl"], "nothing is made anew")
  }

  @Test("a failed write of the head: no further line, and the next opening counts the last")
  func failedHead() throws {
    let example = try ExampleLedger(rounds: 1)
    var ledger = try example.open()
    let obstacle = example.path + ".head.new"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    let event = try ExampleLedger.event(1)
    var refusals: [FLRecordsError] = []
    for round in 1...2 {
      do { try ledger.spend(event, for: round) } catch { refusals.append(error) }
    }
    try FileManager.default.removeItem(atPath: obstacle)
    #expect(
      refusals == [
        .file(.system(operation: "open", path: obstacle, code: EISDIR)),
        .file(.interrupted(path: example.path)),
      ])
    _ = consume ledger
    var accountant = example.accountant
    try accountant.compose([ExampleLedger.event(0), event])
    #expect(try areEqual(example.epsilon(), accountant.epsilon(delta: 1e-5)))
  }
}
