#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif

/// An open file or folder. It is closed, and its lock given up, when the value goes.
struct OpenFile: ~Copyable {
  /// The name under which errors speak of it.
  let path: String
  private let descriptor: Int32

  /// What a file is opened for.
  enum Access {
    /// Reading, of a file that exists.
    case reading
    /// Reading, and writing at the end, of a file that exists.
    case appending
    /// Reading, and writing anywhere, of a file that exists.
    case rewriting
    /// Writing at the end of a file that must not exist.
    case creating
    /// Writing of a file that loses what it holds.
    case replacing
    /// Making sure that names in a folder are on disk.
    case folder

    fileprivate var flags: Int32 {
      switch self {
      case .reading: O_RDONLY
      case .appending: O_RDWR | O_APPEND
      case .rewriting: O_RDWR
      case .creating: O_RDWR | O_APPEND | O_CREAT | O_EXCL
      case .replacing: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
      case .folder: O_RDONLY | O_DIRECTORY
      }
    }
  }

  /// Opens `path`; whoever may read and write a new file is its owner alone.
  init(_ path: String, for access: Access) throws(RecordFileError) {
    self.path = path
    descriptor = try Self.retrying("open", path) {
      unsafe open(path, access.flags | O_CLOEXEC, 0o600)
    }
  }

  deinit {
    // Closing alone would leave the lock to a child process that is just being started: it has a copy of
    // the descriptor until it runs its own program.
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Opens `path` unless there is no such file.
  static func ifPresent(_ path: String, for access: Access) throws(RecordFileError) -> OpenFile? {
    do {
      return try OpenFile(path, for: access)
    } catch .system(_, _, code: ENOENT) {
      return nil
    }
  }

  /// Keeps all others out who ask for the lock as well, until this value goes.
  ///
  /// - Throws: `RecordFileError.locked` if somebody holds it.
  func lock() throws(RecordFileError) {
    do {
      _ = try Self.retrying("lock", path) { flock(descriptor, LOCK_EX | LOCK_NB) }
    } catch .system(_, _, code: EWOULDBLOCK) {
      throw .locked(path: path)
    }
  }

  /// The number of bytes.
  func size() throws(RecordFileError) -> Int {
    Int(try status().st_size)
  }

  /// Whether this file is the one that has its name, and is neither deleted nor replaced.
  func hasItsName() throws(RecordFileError) -> Bool {
    let mine = try status()
    var named = stat()
    do {
      _ = try Self.retrying("find", path) { unsafe stat(path, &named) }
    } catch .system(_, _, code: ENOENT) {
      return false
    }
    return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
  }

  private func status() throws(RecordFileError) -> stat {
    var status = stat()
    _ = try Self.retrying("examine", path) { unsafe fstat(descriptor, &status) }
    return status
  }

  /// Up to `count` bytes from `offset` on; none only at the end of the file.
  func read(at offset: Int, upTo count: Int) throws(RecordFileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try Self.retrying("read", path) {
      unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      }
    }
    bytes.removeSubrange(read...)
    return bytes
  }

  /// Writes all bytes at the end. If it throws, some may have been written.
  func append(_ bytes: [UInt8]) throws(RecordFileError) {
    try put(bytes, at: nil)
  }

  /// Writes all bytes over what is there; not for a file opened for appending. If it throws, some
  /// may have been written.
  func overwrite(_ bytes: [UInt8], at offset: Int) throws(RecordFileError) {
    try put(bytes, at: offset)
  }

  private func put(_ bytes: [UInt8], at offset: Int?) throws(RecordFileError) {
    var written = 0
    while written < bytes.count {
      written += try Self.retrying("write", path) {
        unsafe bytes[written...].withUnsafeBytes { rest in
          if let offset {
            unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
          } else {
            unsafe write(descriptor, rest.baseAddress, rest.count)
          }
        }
      }
    }
  }

  /// Drops all bytes from `size` on.
  func truncate(to size: Int) throws(RecordFileError) {
    _ = try Self.retrying("truncate", path) { ftruncate(descriptor, off_t(size)) }
  }

  /// Returns when everything written is on disk.
  func synchronize() throws(RecordFileError) {
    #if canImport(Darwin)
      // fsync leaves data in the drive's cache there; where this is not to be had, fsync is.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    _ = try Self.retrying("synchronise", path) { fsync(descriptor) }
  }

  /// Calls until it is not a signal that ends the call.
  private static func retrying<Result: SignedInteger>(
    _ operation: String, _ path: String, _ call: () -> Result
  ) throws(RecordFileError) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      let code = errno
      guard code == EINTR else {
        throw .system(operation: operation, path: path, code: code)
      }
    }
  }
}

/// Names in folders: changed in one step, and made sure to be on disk.
enum FolderEntry {
  /// Gives a file a second name, unless that is taken.
  ///
  /// - Returns: whether it was free.
  static func add(_ name: String, for path: String) throws(RecordFileError) -> Bool {
    do {
      try check("link", name) { unsafe link(path, name) }
      return true
    } catch .system(_, _, code: EEXIST) {
      return false
    }
  }

  /// Gives a file another name, whatever had it before.
  static func move(_ path: String, to name: String) throws(RecordFileError) {
    try check("rename", name) { unsafe rename(path, name) }
  }

  /// Takes a name away.
  static func remove(_ path: String) throws(RecordFileError) {
    try check("remove", path) { unsafe unlink(path) }
  }

  /// Returns when the names in the folder of `path` are on disk.
  static func synchronize(folderOf path: String) throws(RecordFileError) {
    try OpenFile(folder(of: path), for: .folder).synchronize()
  }

  /// What is before the last slash.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func check(
    _ operation: String, _ path: String, _ call: () -> Int32
  ) throws(RecordFileError) {
    guard call() == 0 else { throw .system(operation: operation, path: path, code: errno) }
  }
}
