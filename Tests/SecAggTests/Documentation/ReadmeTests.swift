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

  @Test(
    "the documents' code is the snippets'",
    arguments: [
      ("README.md", "SecureFedAvgRound", ["client", "server"]),
      ("Docs/Swift.md", "FirstSession", ["agreement", "server", "device", "run", "result"]),
    ])
  func snippets(document: String, file: String, names: [String]) throws {
    let lines = try text("Snippets/\(file).swift").split(
      separator: "\n", omittingEmptySubsequences: false)
    for name in names {
      let start = try #require(lines.firstIndex { $0.hasSuffix("// snippet: \(name)") })
      let indent = lines[start].prefix { $0 == " " }
      let body = lines[(start + 1)...].prefix { !$0.hasSuffix("// snippet: end") }
      let code = body.map { String($0.dropFirst($0.hasPrefix(indent) ? indent.count : 0)) }
        .joined(separator: "\n")
      #expect(code.split(separator: "\n").count >= 5)
      #expect(try text(document).contains("```swift\n\(code)\n```"), "\(document): \(name)")
    }
  }

  @Test("the first session of Docs/Swift.md runs and gives the right mean")
  func firstSession() throws {
    let products =
      Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
      .deletingLastPathComponent() ?? Bundle.main.bundleURL
    let process = Process()
    process.executableURL = products.appendingPathComponent("FirstSession")
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.contains("the mean is right"))
    #expect(!text.contains("client 9"))
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
