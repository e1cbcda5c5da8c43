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

  @Test("every link to a file of the package leads somewhere")
  func links() throws {
    let documents = [
      "README.md", "CONTRIBUTING.md", "SECURITY.md", "Docs/Architecture.md", "Docs/Security.md",
      "Docs/CABI.md", "Docs/Performance.md", "Docs/Decisions.md", "Docs/Algorithms.md",
      "Docs/Specification.md",
      "Docs/vectors/README.md",
    ]
    var found = 0
    for document in documents {
      let folder = Self.root.appendingPathComponent(document).deletingLastPathComponent()
      for match in try text(document).matches(of: /\]\(([^)#:]+)\)/) {
        let target = folder.appendingPathComponent(String(match.output.1))
        #expect(
          FileManager.default.fileExists(atPath: target.standardizedFileURL.path),
          "\(document) links to \(match.output.1)")
        found += 1
      }
    }
    #expect(found >= 8)
  }
}
