import Foundation
import Testing

@Suite("Demo: differential privacy")
struct PrivateTrainingTests {
  private static let small = [
    "--clients", "10", "--local-epochs", "1", "--quiet", "--report", "-", "--json", "-",
  ]

  /// `folder` is deleted afterwards.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-private-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func spent(_ record: [String: Any]) throws -> [Double] {
    let rounds = try #require(record["rounds"] as? [[String: Any]])
    return try rounds.map { try #require($0["epsilonSpent"] as? Double) }
  }

  @Test(
    "the rounds together spend the budget and no more, and their noise is what the accountants say",
    arguments: [
      // Theorem 8 of Balle and Wang 2018 with mu = sqrt(3) / z, solved in Python. Distributed noise is a
      // little more: the norm after rounding, and what discrete noise is away from continuous.
      ("central", 8.0, 3.0, 1.039_627_249_2, 1e-8), ("distributed", 8.0, 3.0, 1.039_8, 2e-4),
    ] as [(String, Double, Double, Double, Double)])
  func budget(
    mechanism: String, epsilon: Double, rounds: Double, multiplier: Double, tolerance: Double
  ) throws {
    let run = try DemoProcess(
      ["--dp", mechanism, "--epsilon", "\(epsilon)", "--rounds", "\(Int(rounds))"] + Self.small)
    #expect(run.exitCode == 0)
    let record = try run.json()
    let spent = try spent(record)
    #expect(spent.count == Int(rounds))
    #expect(spent == spent.sorted() && Set(spent).count == spent.count)
    let last = try #require(spent.last)
    #expect(last <= epsilon && last > epsilon * 0.999_99)
    for round in try #require(record["rounds"] as? [[String: Any]]) {
      #expect(round["sumsEqual"] as? Bool == true)
      #expect(round["applied"] as? Bool == true)
    }
    let privacy = try #require(record["privacy"] as? [String: Any])
    #expect(privacy["mechanism"] as? String == mechanism)
    #expect(privacy["epsilonSpent"] as? Double == last)
    #expect(privacy["relation"] as? String == (mechanism == "central" ? "addOrRemove" : "zeroOut"))
    // 10 clients, of which one leaves at each of two points before its input arrives.
    #expect(privacy["denominator"] as? Double == 8)
    let found = try #require(privacy["noiseMultiplier"] as? Double)
    #expect(abs(found / multiplier - 1) < tolerance)
    if mechanism == "distributed" { #expect(privacy["survivingHonest"] as? Int == 8) }
  }

  /// The standard deviation of one release: that of three in `budget`, divided by the root of 3.
  @Test(
    "Correlated noise is paid for once, and clients take part as planned although some drop out")
  func correlated() throws {
    try withFolder { folder in
      let log = folder.appendingPathComponent("audit.jsonl").path
      let options =
        ["--dp", "correlated", "--turns", "3", "--rounds", "8", "--audit-log", log] + Self.small
        + ["--clients", "31"]
      let run = try DemoProcess(["train"] + options)
      #expect(run.exitCode == 0, "\(run.errors)")
      let record = try run.json()
      let spent = try spent(record)
      #expect(spent.count == 8 && Set(spent).count == 1)
      #expect(try #require(spent.last) <= 8 && spent[0] > 8 * 0.999_99)
      for round in try #require(record["rounds"] as? [[String: Any]]) {
        #expect(round["sumsEqual"] as? Bool == true && round["applied"] as? Bool == true)
      }
      let privacy = try #require(record["privacy"] as? [String: Any])
      let multiplier = try #require(privacy["noiseMultiplier"] as? Double)
      #expect(abs(multiplier / (1.039_627_249_2 / 3.0.squareRoot()) - 1) < 1e-8)
      let configuration = try #require(record["configuration"] as? [String: Any])
      #expect(configuration["turns"] as? Int == 3 && configuration["clients"] as? Int == 10)
      var last: [Int: Int] = [:]
      var counts: [Int: Int] = [:]
      var sums = 0
      for line in try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n") {
        guard let start = line.firstIndex(of: "{"), let end = line.lastIndex(of: "}"),
          let object = try JSONSerialization.jsonObject(
            with: Data(line[start...end].utf8)) as? [String: Any],
          let record = object["record"] as? [String: Any],
          let entry = record["entry"] as? [String: Any],
          let released = entry["released"] as? [String: Any],
          let sum = released["sum"] as? [String: Any]
        else { continue }
        sums += 1
        let round = try #require(sum["round"] as? Int)
        for client in try #require(sum["participants"] as? [Int]) {
          // Whoever dropped out, a client stays in its cohort: the others' rounds do not depend on it.
          #expect((client - 1) / 10 == round % 3)
          if let last = last[client] { #expect(round - last >= 3) }
          last[client] = round
          counts[client, default: 0] += 1
        }
      }
      #expect(sums == 8)
      #expect(counts.values.max() == 3)
      #expect(last.count >= 27)
      let again = try DemoProcess(["train"] + options)
      #expect(again.exitCode != 0)
      #expect(again.errors.contains("another training with correlated noise"))
    }
  }

  @Test("Cohorts that take turns pay once in a turn")
  func turns() throws {
    let run = try DemoProcess(
      [
        "train", "--dp", "central", "--turns", "2", "--rounds", "5", "--clients", "10", "--dropout",
        "0",
      ]
        + Self.small.dropFirst(2))
    #expect(run.exitCode == 0, "\(run.errors)")
    let spent = try spent(run.json())
    #expect(spent.count == 5)
    #expect(spent[0] == spent[1] && spent[2] == spent[3])
    #expect(spent[1] < spent[2] && spent[3] < spent[4])
    #expect(spent[4] <= 8 && spent[4] > 8 * 0.999_99)
    // Three releases at the most for each client.
    let privacy = try #require(run.json()["privacy"] as? [String: Any])
    let multiplier = try #require(privacy["noiseMultiplier"] as? Double)
    #expect(abs(multiplier / 1.039_627_249_2 - 1) < 1e-8)
    let points = try #require(privacy["tradeOff"] as? [[String: Double]])
    #expect(points.count == 91)
    let mu = 3.0.squareRoot() / multiplier
    for point in points {
      let (first, second) = try (
        #require(point["typeIError"]), #require(point["typeIIError"])
      )
      // The Gaussian curve, by erfc alone: no test of size alpha is better. The chords are a bound.
      #expect(second <= 1 - first + 1e-12)
      if first < 1 {
        #expect(second <= Self.gaussianTypeIIError(first, mu: mu) + 1e-9)
        #expect(second >= Self.gaussianTypeIIError(first, mu: mu) - 0.02)
      }
    }
  }

  @Test(
    "Correlated noise needs cohorts that take turns, and each of them clients",
    arguments: [
      ["--dp", "correlated"], ["--turns", "0"], ["--turns", "-1"], ["--turns", "4"],
      ["--dp", "correlated", "--turns", "2", "--adaptive-clip", "0.5"],
    ])
  func refused(options: [String]) throws {
    let run = try DemoProcess(["train"] + options + ["--rounds", "1"] + Self.small)
    #expect(run.exitCode == 64)
  }

  /// Phi(Phi^-1(1 - alpha) - mu), by bisection.
  private static func gaussianTypeIIError(_ alpha: Double, mu: Double) -> Double {
    func phi(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if phi(-middle) > alpha { low = middle } else { high = middle }
    }
    return phi(low - mu)
  }

  @Test(
    "Skellam shares, and a clip that follows the norms, spend the budget as well",
    arguments: [
      (["--noise", "skellam"], "skellam"), (["--adaptive-clip", "0.5"], "discreteGaussian"),
      (["--noise", "skellam", "--adaptive-clip", "0.9"], "skellam"),
    ])
  func variants(options: [String], noise: String) throws {
    let run = try DemoProcess(["--dp", "distributed", "--rounds", "3"] + options + Self.small)
    #expect(run.exitCode == 0)
    let spent = try spent(run.json())
    #expect(spent.count == 3)
    #expect(try #require(spent.last) <= 8 && spent[2] > 8 * 0.999_99)
    let rounds = try #require(run.json()["rounds"] as? [[String: Any]])
    for round in rounds { #expect(round["sumsEqual"] as? Bool == true) }
    let privacy = try #require(run.json()["privacy"] as? [String: Any])
    #expect(privacy["noise"] as? String == noise)
    #expect(privacy["accountant"] as? String == "privacy loss distribution")
    let moved = privacy["clipAtEnd"] as? Double != privacy["clip"] as? Double
    #expect(moved == options.contains("--adaptive-clip"))
    // Clip bits take a share of the noise, so the updates get more of it.
    let multiplier = try #require(privacy["noiseMultiplier"] as? Double)
    #expect(options.contains("--adaptive-clip") == (multiplier > 1.2), "\(multiplier)")
  }

  @Test("corrupt clients are taken off the clients that share the noise")
  func corruptClients() throws {
    let run = try DemoProcess(
      ["--dp", "distributed", "--corrupt-fraction", "0.2", "--rounds", "1"] + Self.small)
    let privacy = try #require(run.json()["privacy"] as? [String: Any])
    #expect(privacy["survivingHonest"] as? Int == 6)
  }

  @Test("a round beyond the budget is refused before its clients are asked, and so is the next run")
  func exhausted() throws {
    try withFolder { folder in
      let ledger = folder.appendingPathComponent("ledger.jsonl").path
      let arguments =
        ["--dp", "central", "--epsilon", "3", "--noise-multiplier", "2", "--rounds", "9"]
        + ["--ledger", ledger] + Self.small
      let first = try DemoProcess(arguments)
      #expect(first.exitCode == 1)
      #expect(first.errors.contains("epsilon would grow"))
      let spent = try spent(first.json())
      #expect(spent.count > 0 && spent.count < 9)
      #expect(try #require(spent.last) <= 3)
      // A header, and a line for every round that took place.
      let lines = try String(contentsOfFile: ledger, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 1 + spent.count)

      let second = try DemoProcess(arguments)
      #expect(second.exitCode == 1)
      #expect(try self.spent(second.json()).isEmpty)
      let privacy = try #require(second.json()["privacy"] as? [String: Any])
      #expect(privacy["epsilonSpent"] as? Double == spent.last)
    }
  }

  @Test("a damaged ledger ends the run before anything is trained")
  func damagedLedger() throws {
    try withFolder { folder in
      let ledger = folder.appendingPathComponent("ledger.jsonl")
      let arguments =
        ["--dp", "central", "--rounds", "2", "--ledger", ledger.path] + Self.small
      #expect(try DemoProcess(arguments).exitCode == 0)
      var bytes = try Data(contentsOf: ledger)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: ledger)
      let run = try DemoProcess(arguments)
      #expect(run.exitCode != 0)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(ledger.path))
    }
  }

  @Test("a training without noise has no budget")
  func none() throws {
    let record = try DemoProcess(["--rounds", "1"] + Self.small).json()
    #expect(record["privacy"] is NSNull)
    #expect((record["rounds"] as? [[String: Any]])?.first?["epsilonSpent"] is NSNull)
  }

  @Test(
    "a bad option gives a reason in one line and exit code 64",
    arguments: [
      ["--epsilon", "8"], ["--ledger", "x"], ["--dp", "local"],
      ["--dp", "central", "--epsilon", "0"],
      ["--dp", "central", "--delta", "1"], ["--dp", "central", "--clip", "-1"],
      ["--dp", "central", "--noise-multiplier", "0"],
      ["--dp", "central", "--corrupt-fraction", "0.1"], ["--noise", "skellam"],
      ["--dp", "central", "--noise", "skellam"], ["--dp", "distributed", "--noise", "laplace"],
      ["--dp", "central", "--adaptive-clip", "0.5"],
      ["--dp", "distributed", "--adaptive-clip", "1"],
      ["--dp", "distributed", "--corrupt-fraction", "0.9"],
      ["capstone", "--epsilons", "8,x"], ["capstone", "--epsilons", "8,8"],
      ["capstone", "--epsilons", "0"], ["capstone", "--repetitions", "0"],
      ["capstone", "--delta", "nan"], ["capstone", "--clients", "2"],
    ])
  func badOption(arguments: [String]) throws {
    let run = try DemoProcess(arguments)
    #expect(run.exitCode == 64)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.output.isEmpty)
  }
}
