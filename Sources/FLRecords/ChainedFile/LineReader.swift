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
    /// Whether there was a newline, which only the end of a file can lack.
    let isComplete: Bool
  }

  /// The next line; `nil` at the end of the file.
  ///
  /// - Throws: `RecordFileError.damaged` if it is longer than any that is written, and what reading
  ///   throws.
  mutating func next() throws(RecordFileError) -> Line? {
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
      guard line.count <= RecordFileError.longestLine else {
        throw .damaged(path: file.path, line: number, .form)
      }
      if let newline {
        start = newline + 1
        return Line(bytes: line, isComplete: true)
      }
      start = block.count
    }
  }
}
