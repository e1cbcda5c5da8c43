import Foundation
import Testing

@Suite("Demo: audit")
struct PrivacyAuditTests {
  /// A small audit: seeds are fixed, so that it always finds the same.
  private static let small = [
    "audit", "--clients", "4", "--parameters", "60", "--epsilon", "3", "--rounds", "8", "--trials",
    "800", "--quiet", "--json", "-",
  ]

  @Test("no bound is above what the library claims")
  func claimed() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-audit-\(UUID().uuidString).html")
    defer { try? FileManager.default.removeItem(at: path) }
    let run = try DemoProcess(Self.small + ["--report", path.path])
    #expect(run.exitCode == 0, "\(run.errors)")
    let entries = try run.jsonList()
    for entry in entries {
      #expect(entry["claimedEpsilon"] as? Double == 3)
      #expect(entry["delta"] as? Double == 1e-5)
      #expect(try #require(entry["confidence"] as? Double) > 0.95)
      let bound = try #require(entry["epsilonLowerBound"] as? Double)
      #expect(bound >= 0 && bound <= 3)
      if let bound = entry["gaussianEpsilonLowerBound"] as? Double {
        // The noise is that for epsilon 3, of which so few trials find a part.
        #expect(bound > 0.2 && bound <= 3)
      }
    }
    func relations(_ mechanism: String) -> Set<String> {
      Set(
        entries.filter { $0["mechanism"] as? String == mechanism }
          .compactMap { $0["relation"] as? String })
    }
    for mechanism in ["centralGaussian", "correlatedGaussian"] {
      #expect(relations(mechanism) == ["addOrRemove", "replace"])
    }
    // One round and several, of each mechanism under each relation; correlated noise has no single round.
    #expect(entries.count { $0["rounds"] as? Int == 8 } == 10)
    #expect(entries.count { $0["rounds"] as? Int == 1 && $0["canaries"] as? Int == nil } == 8)
    for mechanism in ["discreteGaussian", "skellam", "adaptiveClipping"] {
      #expect(relations(mechanism) == ["zeroOut", "replace"])
    }
    #expect(entries.count { $0["canaries"] as? Int == 60 } == 3)
    let page = try String(contentsOf: path, encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(page.contains("<svg") && page.contains("allowed by epsilon 3"))
    for needsMore in ["<script", "src=", "<link", "@import", "url("] {
      #expect(!page.contains(needsMore), "\(needsMore)")
    }
  }

  @Test("a client that takes its noise away is caught")
  func addOrRemove() throws {
    let run = try DemoProcess(Self.small + ["--assume", "add-or-remove", "--report", "-"])
    #expect(run.exitCode == 1)
    let entries = try run.jsonList()
    for entry in entries {
      let bound = try #require(entry["epsilonLowerBound"] as? Double)
      let mechanism = entry["mechanism"] as? String
      let isDistributed = mechanism != "centralGaussian" && mechanism != "correlatedGaussian"
      if isDistributed { #expect(entry["relation"] as? String == "addOrRemove") }
      if isDistributed, entry["rounds"] as? Int == 8 {
        #expect(bound > 3)
      }
      if !isDistributed { #expect(bound <= 3) }
    }
  }

  @Test("the lines of a terminal say what was found")
  func lines() throws {
    let run = try DemoProcess([
      "audit", "--clients", "3", "--parameters", "16", "--rounds", "1", "--trials", "20",
      "--report",
      "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let text = String(decoding: run.output, as: UTF8.self)
    #expect(text.contains("No bound is above its claim."))
    #expect(text.contains("central Gaussian"))
    #expect(run.errors.contains("100 %"))
  }

  @Test(
    "a bad option gives a reason in one line and exit code 64",
    arguments: [
      ["--clients", "2"], ["--epsilon", "0"], ["--delta", "1"], ["--confidence", "1"],
      ["--trials", "5"], ["--rounds", "0"], ["--parameters", "1"], ["--assume", "nothing"],
    ])
  func badOption(arguments: [String]) throws {
    let run = try DemoProcess(["audit", "--quiet", "--report", "-"] + arguments)
    #expect(run.exitCode == 64)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.output.isEmpty)
  }
}
