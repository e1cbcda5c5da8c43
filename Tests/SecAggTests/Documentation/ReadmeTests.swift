import Foundation
import Testing

/// The README shows code that compiles: every package build compiles the snippets.
@Suite("Documentation")
struct ReadmeTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("the README's code is the snippet's", arguments: ["client", "server"])
  func snippet(name: String) throws {
    let lines = try text("Snippets/SecureFedAvgRound.swift").split(
      separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.hasSuffix("// snippet: \(name)") })
    let body = lines[(start + 1)...].prefix { !$0.hasSuffix("// snippet: end") }
    let code = body.map { $0.hasPrefix("  ") ? String($0.dropFirst(2)) : String($0) }
      .joined(separator: "\n")
    #expect(code.split(separator: "\n").count >= 8)
    #expect(try text("README.md").contains("```swift\n\(code)\n```"))
  }

  @Test(
    "functions of the C interface that documents name are declared",
    arguments: ["README.md", "Docs/CABI.md"])
  func functions(document: String) throws {
    let header = try text("Sources/CSecAggABI/include/secagg.h")
    // Names of the Python package begin alike.
    let text = try text(document).replacing(/(?s)```python\n.*?```/, with: "")
    let names = text.matches(of: /\bsecagg_[a-z0-9_]+\b/).map { String($0.output) }
    #expect(names.count >= 5)
    for name in names { #expect(header.contains(name), "\(document): \(name)") }
  }

  /// All documents of the repository, by their path in it.
  private static func documents() throws -> [String] {
    let everything = try #require(
      FileManager.default.enumerator(
        at: root, includingPropertiesForKeys: nil, options: .skipsHiddenFiles))
    return everything.compactMap { $0 as? URL }.map(\.path).filter { $0.hasSuffix(".md") }
      .map { String($0.dropFirst(root.path.count + 1)) }
  }

  /// The names by which links reach the headings of a document.
  private func anchors(of document: String) throws -> [String] {
    try text(document).matches(of: /(?m)^#+ (.+)$/).map { heading in
      heading.output.1.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        .replacing(" ", with: "-")
    }
  }

  @Test("every link within the repository leads to a file, and to a heading in it")
  func links() throws {
    var found = 0
    for document in try Self.documents() {
      let folder = Self.root.appendingPathComponent(document).deletingLastPathComponent()
      for match in try text(document).matches(of: /\]\(([^)#:]*)(?:#([^)]+))?\)/) {
        let path = String(match.output.1)
        let target =
          path.isEmpty
          ? Self.root.appendingPathComponent(document)
          : folder.appendingPathComponent(path).standardizedFileURL
        #expect(
          FileManager.default.fileExists(atPath: target.path), "\(document) links to \(path)")
        if let anchor = match.output.2 {
          let named = String(target.path.dropFirst(Self.root.path.count + 1))
          #expect(
            try anchors(of: named).contains(String(anchor)), "\(document) links to #\(anchor)")
        }
        found += 1
      }
    }
    #expect(found >= 50)
  }
}
