/// Reads the lines of a chained file in order and verifies each before it is handed out.
///
/// The head is read before the first line. Lines up to the head's position are final: any fault in
/// them is damage. Bytes after them can be the remains of a crash.
struct ChainReader: ~Copyable {
  /// The purpose of reading.
  enum Purpose {
    /// To read the lines only. Another process may be writing, so the reader ignores lines after
    /// the head's position.
    case reading
    /// To append lines. A complete line after the head's position counts.
    case appending
    /// To replace a torn line after the head's position.
    case repairing
  }

  private let purpose: Purpose
  private let head: ChainPosition
  private var lines: LineReader
  private(set) var position = ChainPosition.start
  private var end = 0

  var path: String { lines.file.path }

  /// Opens a file. It takes the lock unless the purpose is `.reading`.
  init(_ path: String, for purpose: Purpose) throws(FLRecordsError) {
    let access: OpenFile.Access =
      switch purpose {
      case .reading: .reading
      case .appending: .appending
      case .repairing: .rewriting
      }
    // The head is read first, so lines that a writer adds in between are after its position.
    let seen = try ChainHead.read(of: path)
    guard let file = try OpenFile.ifPresent(path, for: access) else {
      throw .file(seen == nil ? .absent(path: path) : .missing(path: path))
    }
    if purpose == .reading {
      guard let seen else { throw .file(.headMissing(path: path)) }
      head = seen
    } else {
      try file.lock()
      guard try file.hasItsName() else { throw .file(.changed(path: path)) }
      // The head is read again under the lock, so no other process changes it now.
      guard let current = try ChainHead.read(of: path) else {
        throw .file(.headMissing(path: path))
      }
      head = current
    }
    self.purpose = purpose
    lines = LineReader(file)
  }

  /// Returns the next line; `nil` after the last.
  ///
  /// - Throws: `FLRecordsError` at the first difference from the written file.
  mutating func next() throws(FLRecordsError) -> ChainLine? {
    guard position.lines < head.lines else {
      return purpose == .appending ? try lineBehindHead() : nil
    }
    guard let found = try lines.next(), found.isComplete else {
      throw .file(.cutOff(path: path, lines: position.lines, written: head.lines))
    }
    let line = try parse(found)
    if line.position.lines == head.lines, line.position.digest != head.digest {
      throw .file(.damaged(path: path, line: head.lines, .head))
    }
    return advance(line)
  }

  private mutating func advance(_ line: ChainLine) -> ChainLine {
    position = line.position
    end += line.bytes.count
    return line
  }

  private func parse(_ found: LineReader.Line) throws(FLRecordsError) -> ChainLine {
    do throws(FLRecordsError.File.Damage) {
      return try ChainLine(bytes: found.bytes, after: position)
    } catch {
      throw .file(.damaged(path: path, line: position.lines + 1, error))
    }
  }

  /// The bytes after the head's position.
  private enum Tail {
    case nothing
    case complete(ChainLine)
    case torn(bytes: Int)
  }

  private mutating func readTail() throws(FLRecordsError) -> Tail {
    guard let found = try lines.next() else { return .nothing }
    let isLast = try lines.next() == nil
    let torn = Tail.torn(bytes: found.bytes.count + (found.isComplete ? 1 : 0))
    let line: ChainLine
    do throws(FLRecordsError) {
      line = try parse(found)
    } catch {
      // Blocks of a file reach the disk in any order, so a torn line can end in a newline.
      guard isLast else { throw error }
      return torn
    }
    guard isLast else { throw .file(.beyondHead(path: path, written: head.lines)) }
    return found.isComplete ? .complete(line) : torn
  }

  /// Returns the line of a process that ended before it replaced the head.
  private mutating func lineBehindHead() throws(FLRecordsError) -> ChainLine? {
    guard position == head else { return nil }
    switch try readTail() {
    case .nothing: return nil
    case .complete(let line): return advance(line)
    case .torn(let bytes): throw .file(.tornWrite(path: path, line: head.lines + 1, bytes: bytes))
    }
  }

  /// Reads all remaining lines, and returns the file for appending.
  consuming func makeAppendable() throws(FLRecordsError) -> ChainedFile {
    while try next() != nil {}
    if position != head {
      // The writer may have ended before the line was on disk.
      try lines.file.synchronize()
      try ChainHead.write(position, of: path)
    }
    return ChainedFile(lines.file, position: position, size: end)
  }
}

extension ChainReader {
  /// Reads all complete lines, and returns the number of bytes of the torn line after them.
  ///
  /// - Throws: `FLRecordsError.File.nothingToRepair` if the last line is complete, and the errors of
  ///   ``next()``.
  mutating func tornBytes() throws(FLRecordsError) -> Int {
    while try next() != nil {}
    guard case .torn(let bytes) = try readTail() else { throw .file(.nothingToRepair(path: path)) }
    return bytes
  }

  /// Writes a line over the torn one.
  ///
  /// The file is truncated to the new line's length first if it is longer. So after an interruption
  /// there is either a torn line, which can be repaired again, or the new line.
  consuming func replaceTorn(_ torn: Int, by record: [UInt8]) throws(FLRecordsError) {
    let line = ChainLine(record, after: position)
    let bytes = line.bytes
    if torn > bytes.count { try lines.file.truncate(to: end + bytes.count) }
    try lines.file.overwrite(bytes, at: end)
    try lines.file.synchronize()
    try ChainHead.write(line.position, of: path)
  }
}

/// Reads a file line by line, in blocks.
struct LineReader: ~Copyable {
  private static let blockSize = 1 << 16

  let file: OpenFile
  private var block: [UInt8] = []
  private var start = 0
  private var offset = 0
  private var number = 0

  init(_ file: consuming OpenFile) {
    self.file = file
  }

  /// A line without its newline.
  struct Line {
    let bytes: [UInt8]
    /// Whether the line ends in a newline. Only the last line of a file can lack it.
    let isComplete: Bool
  }

  /// Returns the next line; `nil` at the end of the file.
  ///
  /// - Throws: `FLRecordsError.File.damaged` if the line is longer than any written line, and the
  ///   errors of reading.
  mutating func next() throws(FLRecordsError) -> Line? {
    var line: [UInt8] = []
    number += 1
    while true {
      if start == block.count {
        block = try file.read(at: offset, upTo: Self.blockSize)
        offset += block.count
        start = 0
        if block.isEmpty { return line.isEmpty ? nil : Line(bytes: line, isComplete: false) }
      }
      let rest = block[start...]
      let newline = rest.firstIndex(of: UInt8(ascii: "\n"))
      line += rest[..<(newline ?? block.endIndex)]
      guard line.count <= FLRecordsError.File.longestLine else {
        throw .file(.damaged(path: file.path, line: number, .form))
      }
      if let newline {
        start = newline + 1
        return Line(bytes: line, isComplete: true)
      }
      start = block.count
    }
  }
}
