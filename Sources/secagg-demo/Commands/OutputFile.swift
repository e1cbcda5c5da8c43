import ArgumentParser
import Foundation

/// Where `--json` and `--report` write.
enum OutputFile {
  /// Checks before the work, which would be lost, that a file could be there.
  ///
  /// - Throws: `ValidationError` where there is no such folder.
  static func check(_ path: String) throws {
    guard path != "-" else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder) else {
      throw ValidationError("cannot write \(path): there is no folder \(folder); make it first")
    }
  }

  /// Writes to a file, whole or not at all, or to standard output for `-`.
  ///
  /// - Throws: `ValidationError` when the file cannot be written.
  static func write(_ data: Data, to path: String) throws {
    guard path != "-" else {
      try FileHandle.standardOutput.write(contentsOf: data)
      return
    }
    do {
      try data.write(to: URL(fileURLWithPath: path), options: OutputFile.options(for: path))
    } catch {
      throw ValidationError("cannot write \(path): \(error.localizedDescription)")
    }
  }

  /// What is no plain file, such as a pipe, cannot be replaced by a new one.
  private static func options(for path: String) -> Data.WritingOptions {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let type = attributes?[.type] as? FileAttributeType
    return type == nil || type == .typeRegular ? .atomic : []
  }
}
