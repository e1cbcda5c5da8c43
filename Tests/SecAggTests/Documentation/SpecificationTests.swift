import Foundation
import Testing

@testable import SecAgg

/// The registry of the specification is complete.
@Suite("Specification")
struct SpecificationTests {
  private static func text() throws -> String {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(
      contentsOf: root.appendingPathComponent("Docs/Specification.md"), encoding: .utf8)
  }

  @Test("every domain label is registered", arguments: DomainLabelTests.all)
  func label(_ label: DomainLabel) throws {
    let registry = try #require(Self.text().components(separatedBy: "## 15 Registry").last)
    #expect(registry.contains("`\(label.rawValue)`"))
  }

  @Test("links within the document lead to its headings")
  func anchors() throws {
    let text = try Self.text()
    let headings = text.split(separator: "\n").filter { $0.hasPrefix("## ") }.map {
      $0.dropFirst(3).lowercased().replacingOccurrences(of: " ", with: "-")
    }
    let links = text.matches(of: /\]\(#([^)]+)\)/).map { String($0.output.1) }
    #expect(links == headings)
  }
}
