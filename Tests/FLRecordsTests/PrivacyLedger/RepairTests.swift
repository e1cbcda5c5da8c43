import FLMath
import Foundation
import Testing

@testable import FLRecords

@Suite("Repair of a ledger")
struct RepairTests {
  private func repair(_ example: ExampleLedger, _ event: PrivacyEvent) throws(FLRecordsError) {
    try PrivacyLedger.repair(
      at: example.path, budget: example.budget, accountant: example.accountant,
      countingAsSpent: event, for: 2)
  }

  @Test("whatever is left of the line, the round is spent")
  func everyLength() throws {
    let example = try ExampleLedger()
    let event = try ExampleLedger.event(2)
    let (before, after) = (example.stages[2], example.stages[3])
    let (start, bytes) = (try #require(before.file).count, try #require(after.file))
    for length in start + 1..<bytes.count {
      try FilePair(file: Array(bytes[..<length]), head: before.head).put(at: example.path)
      try repair(example, event)
      #expect(try areEqual(example.epsilon(), example.epsilons[3]))
      let repaired = FilePair(at: example.path)
      #expect(repaired.lines.count == 4)
      #expect(Array(repaired.lines[..<3].joined()) == before.file)
      #expect(
        String(decoding: repaired.lines[3], as: UTF8.self).contains(#""bytes":\#(length - start),"#)
      )
    }
  }

  @Test("an event that the torn line is longer than, or much shorter", arguments: [1, 2000])
  func otherLengths(torn: Int) throws {
    let example = try ExampleLedger()
    let before = example.stages[2]
    let rest = [UInt8](repeating: 0, count: torn)
    try FilePair(file: try #require(before.file) + rest, head: before.head).put(at: example.path)
    #expect(
      example.fileRefusal() == .tornWrite(path: example.path, line: 4, bytes: torn))
    try repair(example, ExampleLedger.event(2))
    #expect(try areEqual(example.epsilon(), example.epsilons[3]))
  }

  /// Overwriting may end anywhere, and its blocks reach the disk one after the other.
  @Test("a repair that is interrupted is repeated", arguments: [1, 30, 150, 2000])
  func interrupted(torn: Int) throws {
    let example = try ExampleLedger()
    let event = try ExampleLedger.event(2)
    let (before, after) = (example.stages[2], example.stages[3])
    let start = try #require(before.file)
    let rest =
      torn < 200
      ? Array(try #require(after.file)[start.count..<start.count + torn])
      : [UInt8](repeating: 0, count: torn)
    try FilePair(file: start + rest, head: before.head).put(at: example.path)
    try repair(example, event)
    let line = FilePair(at: example.path).lines[3]
    // Too long a rest is cut first.
    let cut = Array(rest.prefix(line.count))
    for written in 0..<line.count {
      let mixed = line[..<written] + cut.dropFirst(written)
      try FilePair(file: start + mixed, head: before.head).put(at: example.path)
      if Array(mixed) == line { continue }
      #expect(
        example.fileRefusal()
          == .tornWrite(path: example.path, line: 4, bytes: mixed.count))
      try repair(example, event)
      #expect(try areEqual(example.epsilon(), example.epsilons[3]))
    }
    // On disk, and the head is not.
    try FilePair(file: start + line, head: before.head).put(at: example.path)
    #expect(throws: FLRecordsError.file(.nothingToRepair(path: example.path))) {
      try repair(example, event)
    }
    #expect(try areEqual(example.epsilon(), example.epsilons[3]))
  }

  @Test("a repair that cannot renew the head has written the line before")
  func failedHead() throws {
    let example = try ExampleLedger()
    let before = example.stages[2]
    try FilePair(file: try #require(before.file) + [UInt8(ascii: "{")], head: before.head)
      .put(at: example.path)
    let obstacle = example.path + ".head.new"
    try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
    #expect(
      throws: FLRecordsError.file(.system(operation: "open", path: obstacle, code: EISDIR))
    ) { try repair(example, ExampleLedger.event(2)) }
    try FileManager.default.removeItem(atPath: obstacle)
    #expect(FilePair(at: example.path).head == before.head)
    #expect(try areEqual(example.epsilon(), example.epsilons[3]))
  }

  @Test("a repair may exceed the budget: nothing fits then")
  func aboveBudget() throws {
    let example = try ExampleLedger()
    let before = example.stages[2]
    try FilePair(file: try #require(before.file) + [UInt8(ascii: "{")], head: before.head)
      .put(at: example.path)
    let expensive = try PrivacyEvent(
      .gaussian(noiseMultiplier: 0.5), relation: .addOrRemove, sampling: .none, repetitions: 1)
    try repair(example, expensive)
    let ledger = try example.open()
    #expect(ledger.epsilonSpent > ledger.budget.epsilon)
    #expect(try ledger.remainingRounds(of: ExampleLedger.event(1)) == 0)
  }

  @Test("a complete ledger, a cut one, a damaged one and none are not repaired")
  func nothingElse() throws {
    let example = try ExampleLedger()
    let event = try ExampleLedger.event(2)
    let whole = example.stages[3]
    let bytes = try #require(whole.file)
    var damaged = bytes
    damaged[try #require(example.stages[1].file).count + 40] ^= 1
    let cases: [(FilePair, FLRecordsError.File)] = [
      (whole, .nothingToRepair(path: example.path)),
      (
        FilePair(file: bytes.dropLast(), head: whole.head),
        .cutOff(path: example.path, lines: 3, written: 4)
      ),
      (FilePair(file: damaged, head: whole.head), .damaged(path: example.path, line: 3, .digest)),
      (FilePair(file: bytes, head: nil), .headMissing(path: example.path)),
      (FilePair(file: nil, head: whole.head), .missing(path: example.path)),
      (FilePair(file: nil, head: nil), .absent(path: example.path)),
    ]
    for (pair, refusal) in cases {
      try pair.put(at: example.path)
      #expect(throws: FLRecordsError.file(refusal)) { try repair(example, event) }
      #expect(FilePair(at: example.path) == pair)
    }
  }

  @Test("an event without a bound is refused before anything is written")
  func unsupported() throws {
    let example = try ExampleLedger()
    let before = example.stages[2]
    let torn = FilePair(file: try #require(before.file) + [UInt8(ascii: "{")], head: before.head)
    try torn.put(at: example.path)
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 8),
      relation: .addOrRemove, sampling: .withoutReplacement(sampleSize: 1, population: 10),
      repetitions: 1)
    #expect(
      throws: FLRecordsError.mathematics(.accounting(.unsupported(event)))
    ) { try repair(example, event) }
    #expect(FilePair(at: example.path) == torn)
  }
}
