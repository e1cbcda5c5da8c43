import Foundation
import Testing

@Suite("Demo: clipping bounds")
struct ClippingWarningTests {
  private func training(_ arguments: String...) throws -> DemoProcess {
    try DemoProcess(
      ["--clients", "6", "--dropout", "0", "--rounds", "2", "--local-epochs", "1", "--report", "-"]
        + arguments)
  }

  private func clipping(_ run: DemoProcess) throws -> [[String: Any]] {
    let rounds = try #require(try run.json()["rounds"] as? [[String: Any]])
    return try rounds.map { try #require($0["clipping"] as? [String: Any]) }
  }

  @Test("A bound far below the updates is reported with the numbers and a better one")
  func tooSmall() throws {
    let small = ["--clipping-bound", "0.001"]
    let text = try training("--clipping-bound", "0.001")
    #expect(text.exitCode == 0)
    #expect(String(decoding: text.output, as: UTF8.self).contains("clipped"))
    #expect(String(decoding: text.output, as: UTF8.self).contains("Warning, in 2 of 2 rounds"))
    let rounds = try clipping(
      DemoProcess(
        [
          "--clients", "6", "--dropout", "0", "--rounds", "2", "--local-epochs", "1", "--report",
          "-", "--quiet",
        ]
          + ["--json", "-"] + small))
    let first = try #require(rounds.first)
    #expect((try #require(first["clippedClients"] as? Int)) >= 3)
    let suggested = try #require(first["suggestedBound"] as? Double)
    #expect(suggested > 0.01)
    #expect((try #require(first["warning"] as? String)).contains("--clipping-bound"))
    // The suggestion is followed.
    let better = try clipping(
      training("--quiet", "--json", "-", "--clipping-bound", "\(suggested)"))
    #expect(better.first?["warning"] is NSNull)
  }

  @Test("A bound far above the updates is reported as well")
  func tooLarge() throws {
    let rounds = try clipping(training("--quiet", "--json", "-", "--clipping-bound", "30000"))
    let warning = try #require(rounds.first?["warning"] as? String)
    #expect(warning.contains("steps of") && warning.contains("Lower"))
  }

  @Test("Noisy sums have no exact counts, and the default bound has no warning")
  func others() throws {
    let rounds = try clipping(training("--quiet", "--json", "-"))
    #expect(rounds.allSatisfy { $0["warning"] is NSNull })
    let noisy = try training("--quiet", "--json", "-", "--dp", "central")
    let record = try #require(try noisy.json()["rounds"] as? [[String: Any]])
    #expect(record.allSatisfy { $0["clipping"] is NSNull })
  }
}
