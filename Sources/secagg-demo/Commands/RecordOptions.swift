import ArgumentParser
import Foundation

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
