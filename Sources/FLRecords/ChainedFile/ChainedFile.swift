internal import SecAgg

/// An append-only file of lines. Each line has a digest of itself and of all lines before it.
///
/// The head beside it (`ChainHead`) has the number of lines. The table shows the steps that add a
/// line. At each step the process can end, or the machine can lose power:
///
/// | step | if it ends here, the next opening |
/// |---|---|
/// | before anything is written | finds the file as it was |
/// | the line is being written | finds a torn last line and refuses; a repair replaces it by a record that says so |
/// | the line is on disk (`fsync`), the head is not | finds one complete line more than the head says, counts it, and renews the head |
/// | the new head is written beside the old one and on disk | the same: the old head still has the name |
/// | it has taken the old one's name, and the folder is on disk | finds the line and its head |
///
/// The call returns after the last step, so a caller acts on a recorded line only after all of
/// them.
///
/// Digests and numbers reveal changed, missing, repeated, exchanged and inserted lines. The head
/// reveals lines missing at the end, a missing file and a missing head. Nothing reveals an old copy
/// of both files, the deletion of both, or digests that an attacker computed again. Digests are not
/// signatures.
struct ChainedFile: ~Copyable {
  private let file: OpenFile
  private(set) var position: ChainPosition
  private var size: Int
  private var isSound = true

  init(_ file: consuming OpenFile, position: ChainPosition, size: Int) {
    self.file = file
    self.position = position
    self.size = size
  }

  var path: String { file.path }

  /// Creates a file with a first line, unless there is a file or a head.
  ///
  /// The file is complete, locked and on disk before it has its name; the head follows. If the
  /// process ends in between, the next opening finds a file without a head and rejects it. If the
  /// process ends before that, a file remains whose name ends in `.new`; nothing reads it.
  static func createIfAbsent(_ path: String, first record: [UInt8]) throws(FLRecordsError) {
    if try ChainHead.read(of: path) != nil { return }
    if try OpenFile.ifPresent(path, for: .reading) != nil { return }
    let number = UInt64.random(in: .min ... .max)
    let unnamed = "\(path).\(String(number, radix: 16)).new"
    let file: OpenFile
    do {
      file = try OpenFile(unnamed, for: .creating)
    } catch .file(.system(_, _, let code)) {
      // The error names the path that the caller knows.
      throw .file(.system(operation: "create", path: path, code: code))
    }
    let line = ChainLine(record, after: .start)
    let isNamed: Bool
    do {
      try file.lock()
      try file.append(line.bytes)
      try file.synchronize()
      isNamed = try FolderEntry.add(path, for: unnamed)
    } catch {
      try? FolderEntry.remove(unnamed)
      throw error
    }
    try FolderEntry.remove(unnamed)
    // If the name was taken, another process was faster, and its file is the one to open.
    guard isNamed else { return }
    try FolderEntry.synchronize(folderOf: path)
    try ChainHead.write(line.position, of: path)
    // The file is locked until here, so another process that opens it gets `.locked` and not
    // `.headMissing`.
    _ = consume file
  }

  /// Adds a line, and returns when it and its head are on disk.
  ///
  /// - Throws: `FLRecordsError`. After a failed write nothing more can be added.
  mutating func append(_ record: [UInt8]) throws(FLRecordsError) {
    guard isSound else { throw .file(.interrupted(path: path)) }
    let line = ChainLine(record, after: position)
    let bytes = line.bytes
    guard bytes.count <= FLRecordsError.File.longestLine else {
      throw .file(.tooLong(path: path, bytes: bytes.count))
    }
    guard try file.hasItsName(), try file.size() == size else { throw .file(.changed(path: path)) }
    isSound = false
    try file.append(bytes)
    try file.synchronize()
    try ChainHead.write(line.position, of: path)
    position = line.position
    size += bytes.count
    isSound = true
  }
}

/// The small file beside a chained file, with the position of the chain's end. It is replaced in
/// one step after every line, and reveals lines missing at the end.
enum ChainHead {
  static func path(of file: String) -> String { file + ".head" }

  private static func bytes(_ position: ChainPosition) -> [UInt8] {
    Array("{\"lines\":\(position.lines),\"digest\":\"\(position.digest)\"}\n".utf8)
  }

  /// Returns the position in the head of `file`; `nil` if there is no head.
  ///
  /// - Throws: `FLRecordsError.File.headDamaged` if it does not have exactly the form of a head.
  static func read(of file: String) throws(FLRecordsError) -> ChainPosition? {
    guard let head = try OpenFile.ifPresent(path(of: file), for: .reading) else { return nil }
    let found = try head.read(at: 0, upTo: 4096)
    let digits = found.dropFirst(#"{"lines":"#.utf8.count)
      .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let text = found.dropLast(#""}"#.utf8.count + 1).suffix(2 * Digest.byteCount)
    guard let lines = Int(String(decoding: digits, as: UTF8.self)), lines >= 1,
      let digest = Digest(hexadecimal: text)
    else { throw .file(.headDamaged(path: file)) }
    let position = ChainPosition(lines: lines, digest: digest)
    guard found == bytes(position) else { throw .file(.headDamaged(path: file)) }
    return position
  }

  /// Replaces the head of `file`. A reader always finds either the old or the new head.
  static func write(_ position: ChainPosition, of file: String) throws(FLRecordsError) {
    let (path, next) = (path(of: file), file + ".head.new")
    let head = try OpenFile(next, for: .replacing)
    try head.overwrite(bytes(position), at: 0)
    try head.synchronize()
    try FolderEntry.move(next, to: path)
    try FolderEntry.synchronize(folderOf: path)
  }
}
