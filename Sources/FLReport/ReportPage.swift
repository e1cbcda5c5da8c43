import Foundation

/// One HTML page of chapters that needs nothing else: styles and drawings are inline, there are no
/// scripts and no requests, so it opens offline and can be archived or mailed as it is.
package struct ReportPage {
  /// The HTML of each chapter that there is.
  package var chapters: [ReportChapter: String] = [:]

  /// The first lines of every report: by them a file is known for one.
  private static let beginning = ["<!DOCTYPE html>", "<!-- report of secagg-demo -->"]

  /// A page without chapters.
  package init() {}

  /// Reads the chapters of a page; nil if the text is no report, or a damaged one.
  package init?(parsing html: String) {
    let lines = html.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard Array(lines.prefix(2)) == Self.beginning, lines.contains("</html>") else { return nil }
    var open: (chapter: ReportChapter, lines: [String])?
    for line in lines {
      if let chapter = ReportChapter.allCases.first(where: { $0.opening == line }) {
        guard open == nil, chapters[chapter] == nil else { return nil }
        open = (chapter, [])
      } else if let chapter = ReportChapter.allCases.first(where: { $0.closing == line }) {
        guard let ended = open, ended.chapter == chapter else { return nil }
        chapters[chapter] = ended.lines.joined(separator: "\n")
        open = nil
      } else {
        open?.lines.append(line)
      }
    }
    guard open == nil else { return nil }
  }

  private var present: [ReportChapter] { ReportChapter.allCases.filter { chapters[$0] != nil } }

  /// The page, from the document type to the end.
  package func html() -> String {
    """
    \(Self.beginning.joined(separator: "\n"))
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; style-src 'unsafe-inline'">
    <title>Secure aggregation: \(present.map(\.title).joined(separator: ", "))</title>
    <style>
    \(PageStyle.css)
    </style>
    </head>
    <body>
    <main>
    \(ReportChapter.html([contents] + present.map(article)))
    </main>
    </body>
    </html>

    """
  }

  /// Links to the chapters, if there are several.
  private var contents: String {
    guard present.count > 1 else { return "" }
    let links = present.map { "<li><a href=\"#\($0.rawValue)\">\($0.title)</a></li>" }
    return "<nav aria-label=\"Chapters\"><ul>\n\(links.joined(separator: "\n"))\n</ul></nav>"
  }

  private func article(_ chapter: ReportChapter) -> String {
    """
    <article id="\(chapter.rawValue)">
    \(chapter.opening)
    \(chapters[chapter] ?? "")
    \(chapter.closing)
    </article>
    """
  }
}

/// The parts of the report: each command writes one and leaves the others as they are.
package enum ReportChapter: String, CaseIterable {
  case train
  case capstone
  case compare
  case robust
  case explain
  case erase
  case audit

  /// What the list of chapters calls it.
  package var title: String {
    switch self {
    case .train: "Training"
    case .capstone: "Accuracy against epsilon"
    case .compare: "Algorithms"
    case .robust: "Robustness"
    case .explain: "Explanation"
    case .erase: "Erasure"
    case .audit: "Privacy audit"
    }
  }

  /// The line before the chapter in the file. Text of a chapter has its angle brackets escaped, so
  /// none of its lines can be one.
  var opening: String { "<!-- chapter of secagg-demo \(rawValue) -->" }

  /// The line behind it.
  var closing: String { "<!-- end of secagg-demo \(rawValue) -->" }

  /// How a chapter begins: its title and one paragraph, both plain text.
  package static func header(title: String, summary: String) -> String {
    let text = XMLText.escaped(summary).replacingOccurrences(of: " %", with: "&nbsp;%")
    return
      "<header>\n<h1>\(XMLText.escaped(title))</h1>\n<p class=\"summary\">\(text)</p>\n</header>"
  }

  /// Sections one after the other; empty ones are left out.
  package static func html(_ sections: [String]) -> String {
    sections.filter { !$0.isEmpty }.joined(separator: "\n")
  }
}
