import ArgumentParser
import Foundation

/// Where an experiment's record, page and lines go.
struct ExperimentOutput: ParsableArguments {
  @Option(help: ArgumentHelp("Where the HTML report goes; - for none.", valueName: "path"))
  var report = "secagg-report.html"

  @Option(
    help: ArgumentHelp("Write every figure as JSON; - is standard output.", valueName: "path"))
  var json: String?

  @Flag(help: "No progress, no lines; only the files that were asked for.")
  var quiet = false

  /// Writes what was asked for.
  ///
  /// - Throws: `ValidationError` when a file cannot be written.
  func write(_ record: some Encodable, report page: Data, text: String) throws {
    if report != "-" { try OutputFile.write(page, to: report) }
    if let json { try OutputFile.write(RecordJSON.data(of: record), to: json) }
    guard !quiet, json != "-" else { return }
    print(text)
    if report != "-" { print("Report: \(report)") }
  }
}

extension ValidationError {
  /// Makes of any error a reason that ends the command in one line.
  static func describing<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw ValidationError("\(error)")
    }
  }
}
