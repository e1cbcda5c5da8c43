import ArgumentParser
import Foundation

/// Where `--json` and `--report` write.
enum OutputFile {
  /// Checks before the work, which would be lost, that a file could be there.
  ///
  /// - Throws: `ValidationError` where there is no such folder, or nothing may be written.
  static func check(_ path: String) throws {
    guard path != "-" else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder) else {
      throw ValidationError("cannot write \(path): there is no folder \(folder); make it first")
    }
    // An existing file is replaced by a new one in its folder; a device is written to.
    let target = isPlainOrMissing(path) ? folder : path
    guard FileManager.default.isWritableFile(atPath: target) else {
      throw ValidationError("cannot write \(path): \(target) is not writable; name another place")
    }
  }

  /// Writes to a file, whole or not at all, or to standard output for `-`.
  ///
  /// - Throws: `ValidationError` when the file cannot be written.
  static func write(_ data: Data, to path: String) throws {
    do {
      guard path != "-" else { return try FileHandle.standardOutput.write(contentsOf: data) }
      try data.write(to: URL(fileURLWithPath: path), options: OutputFile.options(for: path))
    } catch {
      let place = path == "-" ? "to standard output" : path
      throw ValidationError("cannot write \(place): \(error.localizedDescription)")
    }
  }

  /// Writes what was printed and is not yet written.
  ///
  /// - Throws: `ValidationError` when standard output does not take it: `print` keeps that to itself.
  static func flushPrinted() throws {
    guard fflush(nil) == 0 else {
      throw ValidationError(
        "cannot write to standard output: \(unsafe String(cString: strerror(errno)))")
    }
  }

  /// What is no plain file, such as a pipe, cannot be replaced by a new one.
  private static func options(for path: String) -> Data.WritingOptions {
    isPlainOrMissing(path) ? .atomic : []
  }

  /// Whether a path is that of a plain file or of nothing, not of a pipe or a device.
  static func isPlainOrMissing(_ path: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let type = attributes?[.type] as? FileAttributeType
    return type == nil || type == .typeRegular
  }
}
