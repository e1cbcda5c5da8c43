#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif

extension FLRecordsError {
  /// The reason why records on disk cannot be read or written. Lines are counted from 1.
  public enum File: Hashable, Sendable {
    /// The system refused an operation; `code` is its `errno`.
    case system(operation: String, path: String, code: Int32)
    /// Another process, or another value in this one, has the file open for writing.
    case locked(path: String)
    /// The head is there, the file that it speaks of is not.
    case missing(path: String)
    /// There is no file to read or to repair.
    case absent(path: String)
    /// The file is there, its head is not.
    case headMissing(path: String)
    /// The head does not have the form of one.
    case headDamaged(path: String)
    /// The file has fewer complete lines than its head says were written.
    case cutOff(path: String, lines: Int, written: Int)
    /// A line is not what was written, or the head is not that of this file.
    case damaged(path: String, line: Int, Damage)
    /// There are more lines than the head says and a crash can explain.
    case beyondHead(path: String, written: Int)
    /// The last line was not written to its end, and nothing that depends on it was done.
    case tornWrite(path: String, line: Int, bytes: Int)
    /// The last line was written to its end: nothing is to be repaired.
    case nothingToRepair(path: String)
    /// The file holds other records.
    case otherFormat(path: String, expected: String, found: String)
    /// The file was written by a later version.
    case laterVersion(path: String, known: Int, found: Int)
    /// The file was written by a version whose records do not say enough.
    case earlierVersion(path: String, oldest: Int, found: Int)
    /// A line would be longer than any reader takes.
    case tooLong(path: String, bytes: Int)
    /// A record holds what JSON has no way to write, such as infinity.
    case notRepresentable(path: String, reason: String)
    /// Something else has written to, deleted or replaced the file while it was open here.
    case changed(path: String)
    /// Writing has failed before, and what is on disk is not known.
    case interrupted(path: String)

    /// What is wrong with a line.
    public enum Damage: Error, Hashable, Sendable {
      /// It does not have the form of a line.
      case form
      /// It says that it is another line.
      case number
      /// Its digest does not follow from its bytes and the line before.
      case digest
      /// The head says that the line had another digest.
      case head
      /// It is as it was written, but means nothing here.
      case content(String)
    }

    /// The longest line, in bytes.
    static let longestLine = 1 << 25
  }
}

extension FLRecordsError.File: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .system(let operation, let path, let code):
      "Expected to \(operation) \(path), got the error \"\(Self.text(of: code))\". Check the "
        + "path, its folder and their permissions."
    case .locked(let path):
      "Expected no other writer of \(path), got one that has it open. Close the file there: "
        + "one process at a time may write it."
    case .missing(let path):
      "Expected \(path), because \(path).head says that it was written, got no file. Restore "
        + "it from a backup."
    case .absent(let path):
      "Expected a file at \(path), got none. Check the path."
    case .headMissing(let path):
      "Expected \(path).head, got no file. Restore it: without it, missing lines at the end "
        + "of \(path) go unnoticed. If only the very first start was interrupted, delete \(path) "
        + "and start again."
    case .headDamaged(let path):
      "Expected the head of \(path) in \(path).head, got other bytes. Restore both files "
        + "from a backup."
    case .cutOff(let path, let lines, let written):
      "Expected \(written) complete lines in \(path), got \(lines). Restore the file from a "
        + "backup that is not older."
    case .damaged(let path, let line, let damage):
      "Expected line \(line) of \(path) as it was written, got a damaged line: "
        + "\(damage.description). Restore the file from a backup, and do not edit it."
    case .beyondHead(let path, let written):
      "Expected at most one line after the \(written) that \(path).head counts, got more. "
        + "Restore \(path) and its head from the same backup: the head is an old copy."
    case .tornWrite(let path, let line, let bytes):
      "Expected a complete line \(line) in \(path), got \(bytes) bytes of a line whose "
        + "writer was interrupted. Call repair, which replaces them by a record of what "
        + "happened."
    case .nothingToRepair(let path):
      "Expected an incomplete last line in \(path), got a complete one. Open the file as "
        + "usual."
    case .otherFormat(let path, let expected, let found):
      "Expected \(path) to be of the format \"\(expected)\", got \"\(found)\". Check the "
        + "path."
    case .laterVersion(let path, let known, let found):
      "Expected version \(known) or earlier of \(path), got version \(found). Use the "
        + "version of this package that wrote it."
    case .earlierVersion(let path, let oldest, let found):
      "Expected version \(oldest) or later of \(path), got version \(found), whose records do not say enough; "
        + "read it with the version of this package that wrote it, and begin a new file. A new privacy ledger "
        + "must have only the epsilon and the delta that the old one has left."
    case .tooLong(let path, let bytes):
      "Expected a line of at most \(Self.longestLine) bytes for \(path), got \(bytes). "
        + "Record less at once."
    case .notRepresentable(let path, let reason):
      "Expected a record for \(path) that JSON can represent, got another (\(reason)). "
        + "Record finite numbers only."
    case .changed(let path):
      "Expected \(path) as it was opened, got a file that something else has changed, "
        + "deleted or replaced. Find out what writes there, restore the file and open it again."
    case .interrupted(let path):
      "Expected \(path) in a known state, but an earlier write failed. Open the file again."
    }
  }

  private static func text(of code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}

extension FLRecordsError.File.Damage: CustomStringConvertible {
  /// A few words.
  public var description: String {
    switch self {
    case .form: "the bytes are not a record"
    case .number: "the record says that it is another line"
    case .digest: "the digest does not follow from the record and those before it"
    case .head: "the digest is not that of the head"
    case .content(let reason): "the record is not understood: \(reason)"
    }
  }
}
