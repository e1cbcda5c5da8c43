import ArgumentParser
import Foundation

/// Where `--json` and `--report` write.
enum OutputFile {
  /// Writes to a file, or to standard output for `-`.
  ///
  /// - Throws: `ValidationError` when the file cannot be written.
  static func write(_ data: Data, to path: String) throws {
    guard path != "-" else {
      try FileHandle.standardOutput.write(contentsOf: data)
      return
    }
    do {
      try data.write(to: URL(fileURLWithPath: path))
    } catch {
      throw ValidationError("cannot write \(path): \(error.localizedDescription)")
    }
  }
}
