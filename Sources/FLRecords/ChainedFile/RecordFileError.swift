#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif

/// The reason why records on disk cannot be read or written. Lines are counted from 1.
public enum RecordFileError: Error, Hashable, Sendable {
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

extension RecordFileError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .system(let operation, let path, let code):
      "cannot \(operation) \(path): \(Self.text(of: code)); check the path, its folder, and who may "
        + "read and write there"
    case .locked(let path):
      "\(path) is open for writing elsewhere; one process at a time may write it: end the other"
    case .missing(let path):
      "\(path) is missing, although \(path).head says that it was written; restore it from a backup"
    case .absent(let path):
      "\(path) does not exist; check the path"
    case .headMissing(let path):
      "\(path).head is missing, so lines missing at the end of \(path) would not be noticed; restore "
        + "it. Only if the very first start was interrupted, delete \(path) and begin anew"
    case .headDamaged(let path):
      "\(path).head is damaged; restore it together with \(path) from a backup"
    case .cutOff(let path, let lines, let written):
      "\(path) ends after \(lines) complete lines, but \(written) were written; restore it from a "
        + "backup that is not older"
    case .damaged(let path, let line, let damage):
      "\(path), line \(line): \(damage.description); restore the file from a backup, and do not edit it"
    case .beyondHead(let path, let written):
      "\(path) has more lines than the \(written) that \(path).head knows of and the one that a crash "
        + "may leave; the head is an old copy: restore both from the same backup"
    case .tornWrite(let path, let line, let bytes):
      "\(path), line \(line): only \(bytes) bytes of the line were written when the writer was "
        + "interrupted; call repair, which replaces them by a record of what happened"
    case .nothingToRepair(let path):
      "the last line of \(path) is complete; open it as usual"
    case .otherFormat(let path, let expected, let found):
      "\(path) holds a \(found), expected a \(expected); check the path"
    case .laterVersion(let path, let known, let found):
      "\(path) has version \(found), versions up to \(known) can be read; use the version of this "
        + "package that wrote it"
    case .earlierVersion(let path, let oldest, let found):
      "Expected version \(oldest) or later of \(path), got version \(found), whose records do not say enough; "
        + "read it with the version of this package that wrote it, and begin a new file. A new privacy ledger "
        + "must have only the epsilon and the delta that the old one has left."
    case .tooLong(let path, let bytes):
      "a line of \(bytes) bytes for \(path) is longer than \(Self.longestLine); record less at once"
    case .notRepresentable(let path, let reason):
      "a record for \(path) cannot be written as JSON (\(reason)); record finite numbers only"
    case .changed(let path):
      "\(path) was changed, deleted or replaced by something else while it was open; find out what "
        + "writes there, restore the file and open it again"
    case .interrupted(let path):
      "writing \(path) has failed before; open it again, which finds out what is on disk"
    }
  }

  private static func text(of code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}

extension RecordFileError.Damage: CustomStringConvertible {
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
