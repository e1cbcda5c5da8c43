import Foundation
import Testing

@Suite("Demo")
struct CommandLineTests {
  @Test(
    "a bad option gives a reason in one line and exit code 64",
    arguments: [
      ["--clients", "two"], ["--clients", "2"], ["--dropout", "1.5"], ["--rounds", "0"],
      ["--partition", "dirichlet:-1"], ["--model", "forest"], ["--graph", "ring"],
      ["--graph", "sparse", "--degree", "7"], ["--threshold", "1"], ["--threshold", "100"],
      ["--data", "mnist"], ["--no-such-option"], ["--learning-rate", "nan"],
      ["--value-bits", "63"], ["--clients", "2000", "--rounds", "1"],
      ["aggregate", "--dimension", "0"], ["aggregate", "--clients", "2"],
      ["aggregate", "--dropout", "-0.1"], ["aggregate", "--value-bits", "64"],
      // Found out before the work, which would be lost.
      ["--rounds", "1", "--clients", "10", "--report", "/nowhere/at/all.html"],
      ["--rounds", "1", "--clients", "10", "--report", "-", "--json", "/nowhere/at/all.json"],
      ["aggregate", "--clients", "10", "--dimension", "10", "--json", "/nowhere/at/all.json"],
      ["parameters", "--json", "/nowhere/at/all.json"],
    ])
  func badOption(arguments: [String]) throws {
    let run = try DemoProcess(arguments)
    #expect(run.exitCode == 64)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.errors.hasPrefix("secagg-demo: "))
    #expect(run.output.isEmpty)
  }

  @Test("a value that no option has is answered with those that it can have")
  func valuesOfOptions() throws {
    for (option, value) in [("--partition", "dirichlet[:ALPHA]"), ("--model", "softmax")] {
      #expect(try DemoProcess([option, "forest"]).errors.contains(value))
    }
  }

  @Test("training writes every figure as JSON, and nothing else, to standard output")
  func trainingRecord() throws {
    let run = try DemoProcess(
      ["--clients", "10", "--rounds", "3", "--quiet", "--report", "-", "--json", "-"])
    #expect(run.exitCode == 0)
    #expect(run.errors.isEmpty)
    let rounds = try #require(run.json()["rounds"] as? [[String: Any]])
    #expect(rounds.count == 3)
    for (index, round) in rounds.enumerated() {
      #expect(round["round"] as? Int == index + 1)
      #expect(round["contributors"] as? Int == 8)
      let dropped = try #require(round["dropped"] as? [String: Int])
      #expect(
        dropped == ["beforeSharingKeys": 1, "afterSharingKeys": 1, "afterMaskedInput": 1])
      #expect(round["sumsEqual"] as? Bool == true)
      #expect(round["applied"] as? Bool == true)
      #expect(try #require(round["bytesUpPerClient"] as? Int) > 650 * 4)
      let accuracy = try #require(round["accuracy"] as? Double)
      let plain = try #require(round["plainAccuracy"] as? Double)
      #expect(accuracy > 0.7)
      #expect(abs(accuracy - plain) <= 0.01)
    }
  }

  @Test("rounds that lose too many clients are not applied, and the run goes on")
  func tooManyDropouts() throws {
    let run = try DemoProcess([
      "--clients", "10", "--rounds", "2", "--dropout", "0.3", "--quiet", "--report", "-",
      "--json", "-",
    ])
    #expect(run.exitCode == 0)
    let rounds = try #require(run.json()["rounds"] as? [[String: Any]])
    #expect(rounds.count == 2)
    for round in rounds {
      #expect(round["applied"] as? Bool == false)
      #expect(round["sumsEqual"] is NSNull)
      #expect((round["refusal"] as? String)?.isEmpty == false)
    }
  }

  @Test("the report is one page that needs nothing else", arguments: ["digits", "breast-cancer"])
  func report(data: String) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-report-\(UUID().uuidString).html")
    defer { try? FileManager.default.removeItem(at: path) }
    let run = try DemoProcess([
      "--data", data, "--clients", "8", "--rounds", "2", "--graph", "sparse", "--degree", "6",
      "--model", "mlp", "--partition", "dirichlet:1", "--report", path.path,
    ])
    #expect(run.exitCode == 0)
    let lines = String(decoding: run.output, as: UTF8.self)
    #expect(lines.contains("secure sums equal the plaintext sum"))
    let page = try String(contentsOf: path, encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>") || page.hasPrefix("<!doctype html>"))
    #expect(page.contains("<svg"))
    for needsMore in ["<script", "src=", "<link", "@import", "url("] {
      #expect(!page.contains(needsMore), "\(needsMore)")
    }
  }

  @Test("aggregation reports the cost of each role", arguments: ["complete", "sparse"])
  func aggregation(graph: String) throws {
    let run = try DemoProcess([
      "aggregate", "--clients", "20", "--dimension", "1000", "--dropout", "0.2", "--graph", graph,
      "--quiet", "--json", "-",
    ])
    #expect(run.exitCode == 0)
    let record = try run.json()
    #expect(record["contributors"] as? Int == 16)
    #expect(record["sumsEqual"] as? Bool == true)
    for key in [
      "clientCpuMilliseconds", "serverCpuMilliseconds", "serverPeakBytes", "clientPeakBytes",
      "bytesUpPerClient", "bytesDownPerClient",
    ] {
      #expect(try #require(record[key] as? Double) > 0, "\(key)")
    }
    let phases = try #require(record["phases"] as? [[String: Any]])
    #expect(phases.count == 4)
    // A round has messages, and then it is closed.
    for clock in ["Cpu", "Wall"] {
      for phase in phases {
        let whole = try #require(phase["server\(clock)Milliseconds"] as? Double)
        let closing = try #require(phase["serverClosing\(clock)Milliseconds"] as? Double)
        #expect(closing > 0 && closing < whole, "\(clock), \(phase["phase"] ?? "")")
      }
    }
  }

  @Test("aggregation needs the program of its roles beside it")
  func roleProgram() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "secagg-demo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let copy = folder.appendingPathComponent("secagg-demo")
    try FileManager.default.copyItem(at: DemoProcess.executable, to: copy)
    let run = try DemoProcess(
      ["aggregate", "--clients", "3", "--dimension", "10", "--quiet"], executable: copy)
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("swift build --product secagg-role"))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test(
    "too few open files are raised as far as they may be, and else end aggregation with a reason")
  func openFiles() throws {
    let arguments = ["aggregate", "--clients", "3", "--dimension", "10", "--quiet", "--json", "-"]
    let soft = try DemoProcess(arguments, limits: "ulimit -Sn 64")
    #expect(soft.exitCode == 0, "\(soft.errors)")
    #expect(try soft.json()["sumsEqual"] as? Bool == true)
    for limit in [16, 64, 255] {
      let run = try DemoProcess(arguments, limits: "ulimit -n \(limit)")
      #expect(run.exitCode == 1)
      #expect(run.errors.contains("256 open files") && run.errors.contains("found \(limit);"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  #if os(Linux)
    @Test("too little memory ends aggregation with a reason, before the work")
    func memory() throws {
      let arguments = ["aggregate", "--clients", "3", "--quiet", "--json", "-", "--dimension"]
      let run = try DemoProcess(arguments + ["10000000"], limits: "ulimit -v 600000")
      #expect(run.exitCode == 1)
      #expect(run.errors.contains("ulimit -v") && run.errors.contains("--dimension"))
      #expect(run.errors.split(separator: "\n").count == 1)
      #expect(try DemoProcess(arguments + ["100000"], limits: "ulimit -v 600000").exitCode == 0)
    }

    @Test(
      "a full disk ends a command with a reason",
      arguments: [
        ["--json", "/dev/full", "--quiet"], ["--json", "-"], [],
      ])
    func fullDisk(output: [String]) throws {
      // Standard output is full as well.
      let run = try DemoProcess(
        ["parameters", "--clients", "100"] + output, limits: "exec > /dev/full")
      #expect(run.exitCode == 64)
      #expect(run.errors.contains("cannot write"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test("a report on a full device is said to be full, not to be unreadable")
    func fullReport() throws {
      let run = try DemoProcess(
        ["--rounds", "1", "--clients", "4", "--quiet", "--report", "/dev/full"])
      #expect(run.exitCode == 64)
      #expect(run.errors.contains("cannot write /dev/full"))
    }
  #endif
}
