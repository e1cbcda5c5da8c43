import ArgumentParser
import FLReport
import Foundation

/// Where an experiment's record, chapter and lines go.
struct OutputOptions: ParsableArguments {
  @OptionGroup var record: RecordOptions

  @Option(
    help: ArgumentHelp(
      """
      The HTML report, to which the command adds its chapter, in place of an earlier one; \
      - for none.
      """, valueName: "path"))
  var report = "secagg-report.html"

  var quiet: Bool { record.quiet }

  /// - Throws: `ValidationError` if the report is a file that must not be overwritten, or could not be
  ///   written: before the work, not after it.
  func validate() throws {
    guard report != "-" else { return }
    try OutputFile.check(report)
    _ = try ReportFile(path: report).page()
  }

  /// Writes the report and the record, and prints the text.
  ///
  /// - Throws: `ValidationError` when a file cannot be written.
  func write(
    _ record: some Encodable, html: String, as chapter: ReportChapter, text: String
  ) throws {
    if report != "-" { try ReportFile(path: report).write(html, as: chapter) }
    try self.record.write(record)
    guard self.record.printsLines else { return }
    print(text)
    if report != "-" { print("Report: \(report)") }
  }
}

/// Where a command's record and its lines go.
struct RecordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write every figure as JSON; - is standard output.", valueName: "path"))
  var json: String?

  @Flag(help: "No progress, no lines; only the files that were asked for.")
  var quiet = false

  /// Whether lines may go to standard output.
  var printsLines: Bool { !quiet && json != "-" }

  /// - Throws: `ValidationError` if the record could not be written, before the work.
  func validate() throws {
    if let json { try OutputFile.check(json) }
  }

  /// Writes the record if it was asked for.
  ///
  /// - Throws: `ValidationError` when the file cannot be written.
  func write(_ record: some Encodable) throws {
    if let json { try OutputFile.write(RecordJSON.data(of: record), to: json) }
  }
}

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

  /// Flushes the printed lines.
  ///
  /// - Throws: `ValidationError` when standard output does not take it: `print` keeps that to itself.
  static func flushPrinted() throws {
    guard fflush(nil) == 0 else {
      throw ValidationError(
        "cannot write to standard output: \(unsafe String(cString: strerror(errno)))")
    }
  }

  /// Only a plain file can be replaced by a new one; a pipe or a device cannot.
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

/// The HTML report, a file to which several commands contribute their chapters.
struct ReportFile {
  let path: String

  /// The page that is there; one without chapters if there is no file, an empty one, or a pipe or device.
  ///
  /// - Throws: `ValidationError` if the file is something else, which must not be overwritten.
  func page() throws -> ReportPage {
    guard FileManager.default.fileExists(atPath: path), OutputFile.isPlainOrMissing(path) else {
      return ReportPage()
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ValidationError("cannot read \(path): \(error.localizedDescription)")
    }
    guard !data.isEmpty else { return ReportPage() }
    guard let text = String(data: data, encoding: .utf8), let page = ReportPage(parsing: text)
    else {
      throw ValidationError(
        "\(path) is not a report of secagg-demo, or a damaged one, and is not overwritten; name "
          + "another file with --report")
    }
    return page
  }

  /// Writes or replaces one chapter and keeps the others.
  ///
  /// - Throws: as ``page()``, and `ValidationError` if the file cannot be written.
  func write(_ html: String, as chapter: ReportChapter) throws {
    var page = try page()
    page.chapters[chapter] = html
    try OutputFile.write(Data(page.html().utf8), to: path)
  }
}
