#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif

/// An open file or folder. The end of the value's lifetime releases its lock and closes it.
struct OpenFile: ~Copyable {
  /// The path for errors.
  let path: String
  private let descriptor: Int32

  /// The access to an open file.
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
    /// Synchronising the names in a folder with the disk.
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

  /// Opens `path`. Only the owner can read and write a new file.
  init(_ path: String, for access: Access) throws(FLRecordsError) {
    self.path = path
    descriptor = try Self.retrying("open", path) {
      unsafe open(path, access.flags | O_CLOEXEC, 0o600)
    }
  }

  deinit {
    // Without the unlock, a starting child process would keep the lock: it has a copy of the
    // descriptor until it executes its own program.
    _ = flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Opens `path`; `nil` if there is no such file.
  static func ifPresent(_ path: String, for access: Access) throws(FLRecordsError) -> OpenFile? {
    do {
      return try OpenFile(path, for: access)
    } catch .file(.system(_, _, code: ENOENT)) {
      return nil
    }
  }

  /// Takes the lock of the file for the lifetime of this value.
  ///
  /// - Throws: `FLRecordsError.File.locked` if another process or value has it.
  func lock() throws(FLRecordsError) {
    do {
      _ = try Self.retrying("lock", path) { flock(descriptor, LOCK_EX | LOCK_NB) }
    } catch .file(.system(_, _, code: EWOULDBLOCK)) {
      throw .file(.locked(path: path))
    }
  }

  /// The number of bytes.
  func size() throws(FLRecordsError) -> Int {
    Int(try status().st_size)
  }

  /// Returns whether the path still names this file. It does not if the file was deleted or
  /// replaced.
  func hasItsName() throws(FLRecordsError) -> Bool {
    let mine = try status()
    var named = stat()
    do {
      _ = try Self.retrying("find", path) { unsafe stat(path, &named) }
    } catch .file(.system(_, _, code: ENOENT)) {
      return false
    }
    return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
  }

  private func status() throws(FLRecordsError) -> stat {
    var status = stat()
    _ = try Self.retrying("examine", path) { unsafe fstat(descriptor, &status) }
    return status
  }

  /// Returns up to `count` bytes from `offset` on. The result is empty only at the end of the file.
  func read(at offset: Int, upTo count: Int) throws(FLRecordsError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try Self.retrying("read", path) {
      unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
      }
    }
    bytes.removeSubrange(read...)
    return bytes
  }

  /// Writes all bytes at the end. If it throws, some bytes may have been written.
  func append(_ bytes: [UInt8]) throws(FLRecordsError) {
    try put(bytes, at: nil)
  }

  /// Overwrites the bytes from `offset` on; not for a file opened for appending. If it throws, some
  /// bytes may have been written.
  func overwrite(_ bytes: [UInt8], at offset: Int) throws(FLRecordsError) {
    try put(bytes, at: offset)
  }

  private func put(_ bytes: [UInt8], at offset: Int?) throws(FLRecordsError) {
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
  func truncate(to size: Int) throws(FLRecordsError) {
    _ = try Self.retrying("truncate", path) { ftruncate(descriptor, off_t(size)) }
  }

  /// Waits until all written bytes are on disk.
  func synchronize() throws(FLRecordsError) {
    #if canImport(Darwin)
      // On Darwin, fsync leaves data in the drive's cache. It is the fallback if the file system
      // has no F_FULLFSYNC.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    _ = try Self.retrying("synchronise", path) { fsync(descriptor) }
  }

  /// Repeats a call that a signal interrupted.
  private static func retrying<Result: SignedInteger>(
    _ operation: String, _ path: String, _ call: () -> Result
  ) throws(FLRecordsError) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      let code = errno
      guard code == EINTR else {
        throw .file(.system(operation: operation, path: path, code: code))
      }
    }
  }
}

/// Changes of names in folders. Each is one step of the file system.
enum FolderEntry {
  /// Gives a file a second name, unless that name is taken.
  ///
  /// - Returns: whether the name was free.
  static func add(_ name: String, for path: String) throws(FLRecordsError) -> Bool {
    do {
      try check("link", name) { unsafe link(path, name) }
      return true
    } catch .file(.system(_, _, code: EEXIST)) {
      return false
    }
  }

  /// Gives a file another name. It replaces a file that has that name.
  static func move(_ path: String, to name: String) throws(FLRecordsError) {
    try check("rename", name) { unsafe rename(path, name) }
  }

  /// Removes a name.
  static func remove(_ path: String) throws(FLRecordsError) {
    try check("remove", path) { unsafe unlink(path) }
  }

  /// Waits until the names in the folder of `path` are on disk.
  static func synchronize(folderOf path: String) throws(FLRecordsError) {
    try OpenFile(folder(of: path), for: .folder).synchronize()
  }

  /// Returns the part before the last slash.
  static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func check(
    _ operation: String, _ path: String, _ call: () -> Int32
  ) throws(FLRecordsError) {
    guard call() == 0 else { throw .file(.system(operation: operation, path: path, code: errno)) }
  }
}
