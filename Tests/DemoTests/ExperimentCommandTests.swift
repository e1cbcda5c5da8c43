import Foundation
import Testing

@Suite("Demo: experiments")
struct ExperimentCommandTests {
  @Test("algorithms are compared through secure sums, with clients that leave")
  func compare() throws {
    let run = try DemoProcess([
      "compare", "--clients", "10", "--rounds", "4", "--dropout", "0.1", "--algorithm", "fedavg",
      "--algorithm", "scaffold", "--algorithm", "fednova", "--algorithm", "feddyn", "--quiet",
      "--report", "-", "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let runs = try #require(run.json()["runs"] as? [[String: Any]])
    #expect(
      runs.compactMap { $0["algorithm"] as? String } == ["fedavg", "scaffold", "fednova", "feddyn"])
    var up: [Double] = []
    for algorithm in runs {
      #expect(algorithm["sumsEqual"] as? Bool == true)
      #expect(algorithm["roundsApplied"] as? Int == 4)
      let accuracies = try #require(algorithm["accuracies"] as? [Double])
      #expect(accuracies.count == 4)
      #expect(try #require(accuracies.last) > 0.6)
      let bytes = try #require(algorithm["bytesPerClient"] as? [Double])
      #expect(bytes == bytes.sorted())
      up.append(try #require(algorithm["bytesUpPerRound"] as? Double))
    }
    // SCAFFOLD sends 2 x 650 numbers of at least 24 bits where FedAvg sends 650.
    #expect(up[1] - up[0] > 650 * 3)
    #expect(abs(up[2] - up[0]) < 100)
  }

  @Test("FedAvg with compressed updates: fewer bytes up, sums that are right")
  func compression() throws {
    let run = try DemoProcess([
      "compare", "--clients", "10", "--rounds", "4", "--dropout", "0.1", "--partition", "iid",
      "--algorithm", "fedavg", "--compression", "quantized", "--compression", "rotated",
      "--compression", "random-k", "--quiet", "--report", "-", "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let record = try run.json()
    let runs = try #require(record["runs"] as? [[String: Any]])
    let compressed = try #require(record["compressed"] as? [[String: Any]])
    #expect(
      compressed.compactMap { $0["algorithm"] as? String } == ["quantized", "rotated", "random-k"])
    func number(_ key: String, _ run: [String: Any]) throws -> Double {
      try #require(run[key] as? Double)
    }
    let up = try number("bytesUpPerRound", runs[0])
    for (one, leastSaved) in zip(compressed, [650.0, 650, 1_300]) {
      #expect(one["sumsEqual"] as? Bool == true)
      #expect(one["roundsApplied"] as? Int == 4)
      #expect(try up - number("bytesUpPerRound", one) > leastSaved)
      let accuracies = try #require(one["accuracies"] as? [Double])
      #expect(accuracies.count == 4)
    }
    for one in compressed.prefix(2) {
      let accuracies = try #require(one["accuracies"] as? [Double])
      #expect(try #require(accuracies.last) > 0.7)
    }
  }

  @Test("unlike clients: codes are weighted by examples, and what random-k leaves out comes later")
  func compressionOfUnlikeClients() throws {
    let run = try DemoProcess([
      "compare", "--rounds", "30", "--algorithm", "fedavg", "--compression", "quantized",
      "--compression", "random-k", "--quiet", "--report", "-", "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let record = try run.json()
    let runs = try #require(record["runs"] as? [[String: Any]])
    let compressed = try #require(record["compressed"] as? [[String: Any]])
    let plain = try #require(runs[0]["accuracies"] as? [Double])
    let quantized = try #require(compressed[0]["accuracies"] as? [Double])
    // Unweighted, the first round alone is off by 15 points.
    for (found, expected) in zip(quantized, plain) { #expect(abs(found - expected) < 0.03) }
    // Without error feedback it is 75 % by then.
    let sparse = try #require(compressed[1]["accuracies"] as? [Double])
    #expect(try #require(sparse.suffix(5).max()) > 0.82)
  }

  @Test(
    "clients are evaluated on their own held-out data, by secure histograms, with clients that leave"
  )
  func personalization() throws {
    let methods = ["fedavg", "fine-tuned", "q-weights", "ditto", "ifca", "alone"]
    let run = try DemoProcess(
      ["compare", "--clients", "12", "--rounds", "3", "--dropout", "0.1", "--clusters", "3"]
        + methods.flatMap { ["--personalization", $0] }
        + ["--quiet", "--report", "-", "--json", "-"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let json = try run.json()
    #expect((json["runs"] as? [Any])?.isEmpty == true)
    #expect((json["compressed"] as? [Any])?.isEmpty == true)
    let record = try #require(json["personalization"] as? [String: Any])
    let held = try #require(record["heldOutExamples"] as? [Int])
    #expect(held.count == 12 && held.allSatisfy { $0 >= 2 })
    // A quarter of the 1,437 training rows, up to the rounding of each client.
    #expect(abs(held.reduce(0, +) - 359) <= 6)
    let found = try #require(record["methods"] as? [[String: Any]])
    #expect(found.compactMap { $0["method"] as? String } == methods)
    var means: [Double] = []
    for method in found {
      #expect(method["sumsEqual"] as? Bool == true)
      #expect(method["roundsApplied"] as? Int == (method["method"] as? String == "alone" ? 0 : 3))
      let evaluation = try #require(method["evaluation"] as? [String: Any])
      let counts = try #require(evaluation["counts"] as? [Int])
      // A tenth of twelve clients leaves at each of three points.
      #expect(evaluation["clients"] as? Int == counts.reduce(0, +))
      #expect(counts.reduce(0, +) < 12 && counts.reduce(0, +) >= 9)
      let edges = try #require(evaluation["edges"] as? [Double])
      #expect(edges.count == counts.count + 1)
      let median = try #require(evaluation["median"] as? [Double])
      #expect(median.allSatisfy(edges.contains))
      let worst = try #require(evaluation["worstDecile"] as? [Double])
      #expect(worst[0] <= median[0])
      let mean = try #require(evaluation["mean"] as? Double)
      let least = zip(counts, edges).reduce(0) { $0 + Double($1.0) * $1.1 }
      #expect(mean * Double(counts.reduce(0, +)) >= least - 1e-6)
      means.append(mean)
    }
    // Clients with few classes: the global model after three rounds is worse than what each makes of it.
    #expect(means[1] > means[0] + 0.05)
    #expect(means[3] > means[0] + 0.05)
    let sizes = try #require(found[4]["clusterSizes"] as? [Int])
    #expect(sizes.count == 3 && sizes.reduce(0, +) == 12)
  }

  @Test("a comparison of algorithms alone has the keys that it had")
  func keys() throws {
    let run = try DemoProcess([
      "compare", "--clients", "3", "--rounds", "1", "--algorithm", "fedavg", "--quiet", "--report",
      "-", "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(try Set(run.json().keys) == ["settings", "runs", "compressed"])
  }

  @Test("a median of bucket means withstands what breaks their mean")
  func robust() throws {
    let run = try DemoProcess([
      "robust", "--clients", "20", "--attackers", "2", "--rounds", "3", "--attack", "sign-flip",
      "--rule", "mean", "--rule", "median", "--rule", "rfa", "--quiet", "--report", "-", "--json",
      "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let record = try run.json()
    let settings = try #require(record["settings"] as? [String: Any])
    #expect(settings["buckets"] as? Int == 10)
    #expect(settings["spoiltBuckets"] as? Int == 2)
    let cells = try #require(record["cells"] as? [[String: Any]])
    for cell in cells {
      #expect(cell["sumsEqual"] as? Bool == true)
      #expect(cell["roundsApplied"] as? Int == 3)
    }
    // 32 in 2^19 steps: what bucket means lose to rounding, and no more.
    for cell in cells.prefix(2) {
      let difference = try #require(cell["largestDifference"] as? Double)
      #expect(difference > 0)
      #expect(difference < 1e-4)
    }
    let accuracies = try cells.map { try #require($0["accuracy"] as? Double) }
    #expect(accuracies.count == 3)
    #expect(accuracies[0] < 0.8)
    #expect(accuracies[1] > 0.85)
    #expect(accuracies[2] > 0.85)
  }

  @Test("buckets and RFA survive clients that leave")
  func robustDropouts() throws {
    let run = try DemoProcess([
      "robust", "--clients", "30", "--attackers", "2", "--bucket-size", "5", "--privacy-floor",
      "3", "--dropout", "0.04", "--rounds", "4", "--attack", "sign-flip", "--rule", "median",
      "--rule", "rfa", "--quiet", "--report", "-", "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let cells = try #require(run.json()["cells"] as? [[String: Any]])
    #expect(cells.count == 2)
    for cell in cells {
      #expect(cell["sumsEqual"] as? Bool == true)
      #expect(try #require(cell["roundsApplied"] as? Int) >= 3)
      #expect(try #require(cell["accuracy"] as? Double) > 0.8)
    }
  }

  @Test(
    "buckets without a clean majority, or below the privacy floor, are refused in one line",
    arguments: [
      (["--attackers", "20", "--bucket-size", "4"], "at most 3"),
      (["--attackers", "60"], "no size does"),
      (["--attackers", "5", "--bucket-size", "4", "--privacy-floor", "5"], "privacy floor"),
    ])
  func refusedBuckets(options: [String], reason: String) throws {
    let run = try DemoProcess(["robust", "--quiet"] + options)
    #expect(run.exitCode == 64)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.errors.contains(reason), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("federated SHAP as a secure sum is the plain mean, within the steps of the code")
  func explain() throws {
    let run = try DemoProcess([
      "explain", "--clients", "10", "--rounds", "4", "--dropout", "0.1", "--quiet", "--report",
      "-", "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let record = try run.json()
    #expect(record["sumsEqual"] as? Bool == true)
    // One leaves at each of three points, two of them without being in the sum.
    #expect(record["contributors"] as? Int == 8)
    #expect(record["roundsApplied"] as? Int == 4)
    let examples = try #require(record["examples"] as? Int)
    #expect(examples >= 455 * 8 / 10 - 8 && examples <= 455 * 8 / 10 + 8)
    #expect(try #require(record["accuracy"] as? Double) > 0.9)
    let bound = try #require(record["differenceBound"] as? Double)
    #expect(bound < 1e-4)
    let features = try #require(record["features"] as? [[String: Any]])
    #expect(features.count == 30)
    #expect(Set(features.compactMap { $0["name"] as? String }).count == 30)
    var last = Double.infinity
    var differs = false
    for feature in features {
      let secure = try #require(feature["secure"] as? Double)
      let plain = try #require(feature["plain"] as? Double)
      #expect(abs(secure - plain) <= bound)
      #expect(secure <= last)
      if secure != plain { differs = true }
      last = secure
    }
    #expect(differs)
  }

  @Test("erasing from the checkpoint is full retraining, and cheaper; the audit log knows whose")
  func erase() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-erase-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = folder.appendingPathComponent("audit.jsonl").path
    let arguments = [
      "erase", "--clients", "8", "--rounds", "4", "--first-round", "3", "--checkpoint-interval",
      "2", "--shards", "2", "--keep-interval", "1", "--dropout", "0", "--quiet", "--report", "-",
      "--json", "-", "--audit-log", log,
    ]
    let run = try DemoProcess(arguments)
    #expect(run.exitCode == 0, "\(run.errors)")
    let record = try run.json()
    #expect(record["sumsEqual"] as? Bool == true)
    let ways = try #require(record["ways"] as? [[String: Any]])
    #expect(ways.count == 4)
    let costs = try ways.map { try #require($0["costShare"] as? Double) }
    // 7 + 7 + 8 + 8 trainings at first; 4 x 7 again, 2 x 7 again; 4 x 3 of 4 x 8; one epoch of five
    // in three rounds of 7 clients.
    for (found, expected) in zip(costs, [28.0 / 30, 14.0 / 30, 12.0 / 32, 21.0 / 5 / 30]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(ways[1]["distance"] as? Double == 0)
    #expect(ways[1]["accuracy"] as? Double == ways[0]["accuracy"] as? Double)
    #expect(ways[2]["distance"] is NSNull)
    #expect(try #require(ways[3]["distance"] as? Double) > 0)
    #expect(ways[3]["isSecure"] as? Bool == false)
    for way in ways { #expect(try #require(way["accuracy"] as? Double) > 0.8) }

    let client = try #require(record["client"] as? [String: Any])
    #expect(client["number"] as? Int == 1)
    #expect(client["rounds"] as? [Int] == [3, 4])
    // The header, four sums, the opt-out; then four sums without the client. The third sum is the first
    // with client 1 and so differs from those before by one client, of which the line before warns.
    #expect(client["optedOutAtLine"] as? Int == 7)
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 1 + 4 + 1 + 1 + 4)
    #expect(lines[3].contains("\"overlapping\":{\"differing\":1,\"line\":2}"))
    for (index, line) in lines.enumerated() {
      let takesPart = line.contains("\"participants\":[1,")
      #expect(takesPart == [4, 5].contains(index), "\(line)")
    }
    let again = try DemoProcess(arguments)
    #expect(again.exitCode == 64)
    #expect(again.errors.contains("new file"))

    // Who has opted out takes no part in a later training with the same log.
    let training = try DemoProcess([
      "--clients", "8", "--rounds", "2", "--dropout", "0", "--quiet", "--report", "-", "--json",
      "-", "--audit-log", log,
    ])
    #expect(training.exitCode == 0, "\(training.errors)")
    for round in try #require(training.json()["rounds"] as? [[String: Any]]) {
      #expect(round["contributors"] as? Int == 7)
    }
    let more = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    #expect(more.count == lines.count + 2)
    // Rounds are counted on: 4 of the training, 4 of training again.
    for (line, round) in zip(more.suffix(2), [9, 10]) {
      #expect(line.contains("\"participants\":[2,3,4,5,6,7,8]"))
      #expect(line.contains("\"round\":\(round),"), "\(line)")
    }
  }

  @Test("where no round has a sum there is nothing to erase, and the reason is one line")
  func nothingToErase() throws {
    let run = try DemoProcess([
      "erase", "--clients", "12", "--rounds", "2", "--first-round", "1", "--dropout", "0.4",
      "--shards", "1", "--quiet", "--report", "-", "--json", "-",
    ])
    #expect(run.exitCode == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("lower --dropout"))
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test("erasing is exact with clients that leave as well")
  func eraseWithDropouts() throws {
    let run = try DemoProcess([
      "erase", "--clients", "12", "--rounds", "4", "--first-round", "2", "--checkpoint-interval",
      "1", "--shards", "1", "--keep-interval", "2", "--dropout", "0.1", "--quiet", "--report", "-",
      "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let record = try run.json()
    #expect(record["sumsEqual"] as? Bool == true)
    let ways = try #require(record["ways"] as? [[String: Any]])
    #expect(ways[1]["distance"] as? Double == 0)
    let costs = try ways.map { try #require($0["costShare"] as? Double) }
    #expect(costs[1] < costs[0] && costs[0] <= 1)
  }

  @Test(
    "each writes one page that needs nothing else",
    arguments: [
      ["compare", "--clients", "3", "--rounds", "2", "--algorithm", "fedavg"],
      ["compare", "--clients", "3", "--rounds", "2", "--compression", "quantized"],
      ["compare", "--clients", "3", "--rounds", "2", "--personalization", "ditto"],
      ["robust", "--clients", "12", "--attackers", "2", "--rounds", "1", "--rule", "median"],
      ["explain", "--clients", "3", "--rounds", "1"],
      ["erase", "--clients", "4", "--rounds", "1", "--first-round", "1", "--shards", "1"],
    ])
  func page(arguments: [String]) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-report-\(UUID().uuidString).html")
    defer { try? FileManager.default.removeItem(at: path) }
    let run = try DemoProcess(arguments + ["--report", path.path])
    #expect(run.exitCode == 0, "\(run.errors)")
    let page = try String(contentsOf: path, encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(page.contains("<svg"))
    #expect(!page.contains("NOT every"))
    for needsMore in ["<script", "src=", "<link", "@import", "url("] {
      #expect(!page.contains(needsMore), "\(needsMore)")
    }
    #expect(String(decoding: run.output, as: UTF8.self).contains(" %"))
    #expect(run.errors.contains("100 %"))
  }

  @Test(
    "a bad option gives a reason in one line and exit code 64",
    arguments: [
      ["compare", "--clients", "2"], ["compare", "--algorithm", "magic"],
      ["compare", "--value-bits", "64"], ["compare", "--learning-rate", "-1"],
      ["robust", "--bucket-size", "1"], ["robust", "--attack", "kindness"],
      ["explain", "--clients", "1"], ["explain", "--rounds", "0"],
      ["robust", "--privacy-floor", "1"], ["robust", "--dropout", "2"],
      ["explain", "--dropout", "-1"], ["compare", "--compression", "zip"],
      ["compare", "--personalization", "magic"], ["compare", "--clusters", "0"],
      ["compare", "--fine-tuning-steps", "0"],
      ["compare", "--clients", "200", "--partition", "iid", "--personalization", "fedavg"],
      ["erase", "--first-round", "21"], ["erase", "--shards", "6"],
    ])
  func badOption(arguments: [String]) throws {
    let run = try DemoProcess(arguments + ["--quiet", "--report", "-"])
    #expect(run.exitCode == 64)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.output.isEmpty)
  }
}
