import Foundation
import Testing

@Suite("Demo: capstone")
struct CapstoneTests {
  @Test("every mechanism with every budget, and a page that needs nothing else")
  func capstone() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-capstone-\(UUID().uuidString).html")
    defer { try? FileManager.default.removeItem(at: path) }
    let run = try DemoProcess([
      "capstone", "--clients", "8", "--rounds", "2", "--repetitions", "2", "--local-epochs", "1",
      "--epsilons", "1000,2", "--quiet", "--report", path.path, "--json", "-",
    ])
    #expect(run.exitCode == 0)
    #expect(run.errors.isEmpty)
    let points = try #require(run.json()["points"] as? [[String: Any]])
    #expect(
      points.map { $0["mechanism"] as? String ?? "none" }
        == [
          "none", "distributed", "distributed", "central", "central", "central-in-turns",
          "central-in-turns", "correlated", "correlated",
        ])
    #expect(
      points.map { $0["epsilon"] as? Double } == [nil, 1000, 2, 1000, 2, 1000, 2, 1000, 2])
    #expect(try run.json()["turns"] as? Int == 2)
    for point in points {
      #expect((point["accuracies"] as? [Double])?.count == 2)
      #expect(point["roundsApplied"] as? Int == 4)
      #expect(point["wrongSums"] as? Int == 0)
      guard let epsilon = point["epsilon"] as? Double else { continue }
      let spent = try #require(point["epsilonSpent"] as? Double)
      #expect(spent <= epsilon && spent > epsilon * 0.999_99)
    }
    func accuracy(_ index: Int) throws -> Double {
      try #require((points[index]["accuracies"] as? [Double])?.max())
    }
    // With 8 clients a budget of 2 leaves nothing but noise; one of 1,000 costs little.
    #expect(try accuracy(0) > 0.5)
    for index in [1, 3] { #expect(try accuracy(index) > accuracy(index + 1) + 0.1) }
    let page = try String(contentsOf: path, encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(page.contains("<svg") && page.contains("logarithmic"))
    for needsMore in ["<script", "src=", "<link", "@import", "url("] {
      #expect(!page.contains(needsMore), "\(needsMore)")
    }
  }

  @Test("central noise follows from the seed")
  func repeatable() throws {
    func accuracies(seed: String) throws -> [[Double]] {
      let points =
        try DemoProcess([
          "capstone", "--clients", "5", "--rounds", "1", "--repetitions", "1", "--local-epochs",
          "1", "--epsilons", "20", "--quiet", "--report", "-", "--json", "-", "--seed", seed,
        ]).json()["points"] as? [[String: Any]]
      return try #require(points).filter { $0["mechanism"] as? String != "distributed" }
        .compactMap { $0["accuracies"] as? [Double] }
    }
    let first = try accuracies(seed: "3")
    #expect(first.count == 2)
    #expect(try accuracies(seed: "3") == first)
    #expect(try accuracies(seed: "4") != first)
  }
}
