import FLMath
import Foundation
import Testing

@testable import FLRecords

/// A file that is not what was written is refused, and never taken for another.
@Suite("Damaged records")
struct DamageTests {
  @Test("every bit of every line, with the head of the last line and of the one before it")
  func flippedBits() throws {
    let example = try ExampleLedger()
    let bytes = try #require(example.stages[3].file)
    // All lines are behind the one head, the last is not behind the other.
    let last = try #require(example.stages[2].file).count
    for (stage, range) in [(3, 0..<bytes.count), (2, last..<bytes.count)] {
      for index in range {
        for bit in 0..<8 {
          var damaged = bytes
          damaged[index] ^= 1 << UInt8(bit)
          try FilePair(file: damaged, head: example.stages[stage].head).put(at: example.path)
          let refusal = example.fileRefusal()
          switch refusal {
          case .damaged, .cutOff: break
          case .tornWrite where stage == 2: break
          default: Issue.record("bit \(bit) of byte \(index): \(String(describing: refusal))")
          }
        }
      }
    }
  }

  @Test("every bit of the head")
  func flippedHead() throws {
    let example = try ExampleLedger()
    let head = try #require(example.stages[3].head)
    for index in head.indices {
      for bit in 0..<8 {
        var damaged = head
        damaged[index] ^= 1 << UInt8(bit)
        try FilePair(file: example.stages[3].file, head: damaged).put(at: example.path)
        let refusal = example.fileRefusal()
        switch refusal {
        case .headDamaged, .damaged, .cutOff, .beyondHead: break
        default: Issue.record("bit \(bit) of byte \(index): \(String(describing: refusal))")
        }
      }
    }
  }

  @Test("a head of every length")
  func cutHead() throws {
    let example = try ExampleLedger()
    let head = try #require(example.stages[3].head)
    for length in head.indices {
      try FilePair(file: example.stages[3].file, head: Array(head[..<length]))
        .put(at: example.path)
      #expect(example.fileRefusal() == .headDamaged(path: example.path))
    }
    try FilePair(file: example.stages[3].file, head: head + [10]).put(at: example.path)
    #expect(example.fileRefusal() == .headDamaged(path: example.path))
  }

  @Test("each line missing, and each written twice", arguments: 0...3)
  func missingLine(index: Int) throws {
    let example = try ExampleLedger()
    var lines = example.stages[3].lines
    lines.remove(at: index)
    try FilePair(file: Array(lines.joined()), head: example.stages[3].head).put(at: example.path)
    #expect(
      example.fileRefusal()
        == (index == 3
          ? .cutOff(path: example.path, lines: 3, written: 4)
          : .damaged(path: example.path, line: index + 1, .number)))
    lines = example.stages[3].lines
    lines.insert(lines[index], at: index)
    try FilePair(file: Array(lines.joined()), head: example.stages[3].head).put(at: example.path)
    #expect(
      example.fileRefusal()
        == (index == 3
          ? .tornWrite(path: example.path, line: 5, bytes: lines[3].count)
          : .damaged(path: example.path, line: index + 2, .number)))
  }

  @Test("any two lines exchanged")
  func exchangedLines() throws {
    let example = try ExampleLedger()
    for first in 0..<3 {
      for second in first + 1..<4 {
        var lines = example.stages[3].lines
        lines.swapAt(first, second)
        try FilePair(file: Array(lines.joined()), head: example.stages[3].head)
          .put(at: example.path)
        #expect(
          example.fileRefusal() == .damaged(path: example.path, line: first + 1, .number))
      }
    }
  }

  @Test("a line of another ledger in its own place")
  func foreignLine() throws {
    let (example, other) = (try ExampleLedger(), try ExampleLedger())
    try other.stages[1].put(at: other.path)
    var ledger = try other.open()
    try ledger.spend(ExampleLedger.event(2), for: 1)
    let foreign = FilePair(at: other.path).lines[2]
    var lines = example.stages[3].lines
    lines[2] = foreign
    try FilePair(file: Array(lines.joined()), head: example.stages[3].head).put(at: example.path)
    #expect(example.fileRefusal() == .damaged(path: example.path, line: 4, .digest))
    lines.removeLast()
    try FilePair(file: Array(lines.joined()), head: example.stages[2].head).put(at: example.path)
    #expect(example.fileRefusal() == .damaged(path: example.path, line: 3, .head))
  }

  @Test("a missing file, a missing head, an empty file")
  func missing() throws {
    let example = try ExampleLedger()
    let whole = example.stages[3]
    try FilePair(file: nil, head: whole.head).put(at: example.path)
    #expect(example.fileRefusal() == .missing(path: example.path))
    for file in [whole.file, example.stages[0].file, []] {
      try FilePair(file: file, head: nil).put(at: example.path)
      #expect(example.fileRefusal() == .headMissing(path: example.path))
    }
    try FilePair(file: [], head: whole.head).put(at: example.path)
    #expect(example.fileRefusal() == .cutOff(path: example.path, lines: 0, written: 4))
  }

  @Test("lines longer than any that is written are not read, and not written")
  func tooLong() throws {
    let example = try ExampleLedger()
    let long = [UInt8](repeating: 0x61, count: FLRecordsError.File.longestLine + 1)
    for stage in 0...1 {
      try FilePair(
        file: try #require(example.stages[0].file) + long, head: example.stages[stage].head
      ).put(at: example.path)
      #expect(example.fileRefusal() == .damaged(path: example.path, line: 2, .form))
    }
    try example.stages[3].put(at: example.path)
    var file = try ChainReader(example.path, for: .appending).makeAppendable()
    var refusal: FLRecordsError?
    do { try file.append(long) } catch { refusal = error }
    guard case .file(.tooLong(example.path, let bytes)) = refusal else {
      Issue.record("\(String(describing: refusal))")
      return
    }
    #expect(bytes > long.count)
    try file.append(Array("1".utf8))
    #expect(FilePair(at: example.path).lines.count == 5)
  }

  /// The limit of what two files in one folder can show.
  @Test("an old copy of both, and both missing, are not noticed")
  func oldCopy() throws {
    let example = try ExampleLedger()
    try example.stages[1].put(at: example.path)
    #expect(try areEqual(example.epsilon(), example.epsilons[1]))
    try FilePair(file: nil, head: nil).put(at: example.path)
    #expect(try example.epsilon() == 0)
  }
}
