import Foundation
import Testing

/// One report to which every command adds its chapter.
@Suite("Demo: report")
struct ReportFileTests {
  private let path = FileManager.default.temporaryDirectory.appendingPathComponent(
    "secagg-report-\(UUID().uuidString).html")

  private func run(_ arguments: [String]) throws -> DemoProcess {
    try DemoProcess(arguments + ["--quiet", "--report", path.path])
  }

  private func page() throws -> String { try String(contentsOf: path, encoding: .utf8) }

  private static let commands: [[String]] = [
    ["erase", "--clients", "4", "--rounds", "1", "--first-round", "1", "--shards", "1"],
    ["explain", "--clients", "3", "--rounds", "1", "--dropout", "0"],
    ["robust", "--clients", "12", "--attackers", "2", "--rounds", "1", "--rule", "median"],
    ["compare", "--clients", "3", "--rounds", "1", "--algorithm", "fedavg"],
    ["train", "--clients", "5", "--rounds", "1", "--dropout", "0"],
    [
      "capstone", "--clients", "5", "--rounds", "1", "--repetitions", "1", "--local-epochs", "1",
      "--epsilons", "20",
    ],
  ]

  @Test("each command adds its chapter and leaves the others, in one order")
  func chapters() throws {
    defer { try? FileManager.default.removeItem(at: path) }
    for command in Self.commands {
      let run = try run(command)
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    let html = try page()
    let chapters = html.matches(of: /<article id="([a-z]+)">/).map { String($0.output.1) }
    #expect(chapters == ["train", "capstone", "compare", "robust", "explain", "erase"])
    for chapter in chapters { #expect(html.contains("href=\"#\(chapter)\"")) }
    #expect(html.matches(of: /<style>/).count == 1)
    // An id that is there twice would make labels of one chart name another.
    let ids = html.matches(of: /[ ]id="([^"]+)"/).map { String($0.output.1) }
    #expect(Set(ids).count == ids.count)
    for needsMore in ["<script", "src=", "<link", "@import", "url("] {
      #expect(!html.contains(needsMore), "\(needsMore)")
    }
  }

  @Test("a command replaces its own chapter")
  func replaced() throws {
    defer { try? FileManager.default.removeItem(at: path) }
    for command in Self.commands.prefix(2) { #expect(try run(command).exitCode == 0) }
    let before = try page()
    #expect(before.contains("4 clients train on the digits"))
    #expect(
      try run([
        "erase", "--clients", "5", "--rounds", "1", "--first-round", "1", "--shards", "1",
      ]).exitCode == 0)
    let after = try page()
    #expect(!after.contains("4 clients train on the digits"))
    #expect(after.contains("5 clients train on the digits"))
    #expect(after.matches(of: /<article[ ]/).count == 2)
    func explanation(_ html: String) throws -> Substring {
      let start = try #require(html.range(of: "<article id=\"explain\">"))
      let end = try #require(html.range(of: "</article>", range: start.upperBound..<html.endIndex))
      return html[start.lowerBound..<end.lowerBound]
    }
    #expect(try explanation(before) == explanation(after))
  }

  @Test(
    "a file that is no report of ours is refused before the work, and stays as it is",
    arguments: [
      "<!DOCTYPE html>\n<html><body>mine</body></html>\n", "notes\n",
      "<!DOCTYPE html>\n<!-- report of secagg-demo -->\n<html>\n"
        + "<!-- chapter of secagg-demo erase -->\n</html>\n",
      "<!DOCTYPE html>\n<!-- report of secagg-demo -->\n<html>\n"
        + "<!-- end of secagg-demo erase -->\n</html>\n",
      "<!DOCTYPE html>\n<!-- report of secagg-demo -->\n<html>\n",
    ])
  func foreign(content: String) throws {
    defer { try? FileManager.default.removeItem(at: path) }
    try Data(content.utf8).write(to: path)
    let run = try run(["explain", "--clients", "3", "--rounds", "1"])
    #expect(run.exitCode == 64)
    #expect(run.errors.contains("not overwritten"))
    #expect(run.errors.split(separator: "\n").count == 1)
    #expect(try page() == content)
  }

  @Test("an empty file may become a report")
  func empty() throws {
    defer { try? FileManager.default.removeItem(at: path) }
    try Data().write(to: path)
    #expect(try run(["explain", "--clients", "3", "--rounds", "1"]).exitCode == 0)
    #expect(try page().contains("<article id=\"explain\">"))
  }
}
