import Foundation

/// What a chained file and its head hold at one moment, to be taken, changed and put back.
struct FilePair: Equatable {
  var file: [UInt8]?
  var head: [UInt8]?

  init(file: [UInt8]?, head: [UInt8]?) {
    (self.file, self.head) = (file, head)
  }

  /// Takes both as they are on disk.
  init(at path: String) {
    file = FileManager.default.contents(atPath: path).map { [UInt8]($0) }
    head = FileManager.default.contents(atPath: path + ".head").map { [UInt8]($0) }
  }

  /// Puts both on disk, and removes what is `nil`.
  func put(at path: String) throws {
    for (bytes, path) in [(file, path), (head, path + ".head")] {
      if let bytes {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
      } else if FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
    }
  }

  /// The lines of the file, with their newlines.
  var lines: [[UInt8]] {
    (file ?? []).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
      .map { Array($0) + [UInt8(ascii: "\n")] }
  }
}
