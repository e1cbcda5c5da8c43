import ArgumentParser
import Foundation

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
