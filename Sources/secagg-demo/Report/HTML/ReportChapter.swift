import Foundation

/// The parts of the report: each command writes one and leaves the others as they are.
enum ReportChapter: String, CaseIterable {
  case train
  case capstone
  case compare
  case robust
  case explain
  case erase
  case audit

  /// What the list of chapters calls it.
  var title: String {
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
  static func header(title: String, summary: String) -> String {
    let text = XMLText.escaped(summary).replacingOccurrences(of: " %", with: "&nbsp;%")
    return
      "<header>\n<h1>\(XMLText.escaped(title))</h1>\n<p class=\"summary\">\(text)</p>\n</header>"
  }

  /// Sections one after the other; empty ones are left out.
  static func html(_ sections: [String]) -> String {
    sections.filter { !$0.isEmpty }.joined(separator: "\n")
  }
}
