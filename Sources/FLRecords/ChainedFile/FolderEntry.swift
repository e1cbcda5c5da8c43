#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif

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
