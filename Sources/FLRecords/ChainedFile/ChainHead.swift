internal import SecAgg

/// The second, small file beside a chained file: how far the chain goes. It is replaced in one
/// step after every line, and shows when lines are missing at the end.
enum ChainHead {
  static func path(of file: String) -> String { file + ".head" }

  private static func bytes(_ position: ChainPosition) -> [UInt8] {
    Array("{\"lines\":\(position.lines),\"digest\":\"\(position.digest)\"}\n".utf8)
  }

  /// What the head of `file` says; `nil` if there is none.
  ///
  /// - Throws: `RecordFileError.headDamaged` if it has not exactly the form of one.
  static func read(of file: String) throws(RecordFileError) -> ChainPosition? {
    guard let head = try OpenFile.ifPresent(path(of: file), for: .reading) else { return nil }
    let found = try head.read(at: 0, upTo: 4096)
    let digits = found.dropFirst(#"{"lines":"#.utf8.count)
      .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let text = found.dropLast(#""}"#.utf8.count + 1).suffix(2 * Digest.byteCount)
    guard let lines = Int(String(decoding: digits, as: UTF8.self)), lines >= 1,
      let digest = Digest(hexadecimal: text)
    else { throw .headDamaged(path: file) }
    let position = ChainPosition(lines: lines, digest: digest)
    guard found == bytes(position) else { throw .headDamaged(path: file) }
    return position
  }

  /// Replaces the head of `file`; whenever it is read, it is the old one or the new one.
  static func write(_ position: ChainPosition, of file: String) throws(RecordFileError) {
    let (path, next) = (path(of: file), file + ".head.new")
    let head = try OpenFile(next, for: .replacing)
    try head.overwrite(bytes(position), at: 0)
    try head.synchronize()
    try FolderEntry.move(next, to: path)
    try FolderEntry.synchronize(folderOf: path)
  }
}
