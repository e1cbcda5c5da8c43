import ArgumentParser
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

  /// Writes what was asked for.
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
