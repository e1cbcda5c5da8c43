import Foundation

/// The number of files that this process may have open. Foundation traps where a pipe is one too many, and fails to
/// start a process with fewer than about 256.
enum OpenFileLimit {
  static let needed: UInt64 = 256

  /// Raises the limit as far as the system allows, if it is too low.
  ///
  /// - Throws: ``TooLow``.
  static func raise() throws(TooLow) {
    #if canImport(Glibc)
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let files = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    guard unsafe getrlimit(files, &limit) == 0, limit.rlim_cur < needed else { return }
    let found = UInt64(limit.rlim_cur)
    limit.rlim_cur = min(limit.rlim_max, rlim_t(needed))
    guard limit.rlim_cur >= needed, unsafe setrlimit(files, &limit) == 0 else {
      throw TooLow(found: found)
    }
  }

  /// The limit is too low, and cannot be raised.
  struct TooLow: Error, CustomStringConvertible {
    let found: UInt64

    var description: String {
      "Expected a limit of at least \(needed) open files for the server's and the client's process, found "
        + "\(found); raise it, for example with `ulimit -n 256`."
    }
  }
}
