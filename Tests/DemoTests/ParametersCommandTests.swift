import Foundation
import Testing

@Suite("Demo: parameters")
struct ParametersCommandTests {
  @Test(
    "degree and threshold as published",
    arguments: [("semi-honest", 30, 17, -41.5266640626), ("malicious", 52, 37, -45.9574513999)])
  func published(model: String, degree: Int, threshold: Int, leak: Double) throws {
    let run = try DemoProcess([
      "parameters", "--clients", "1000", "--corrupt", "0.05", "--dropout", "0.05",
      "--threat-model", model, "--sigma", "40", "--eta", "20", "--dimension", "100000",
      "--value-bits", "16", "--dropouts", "random", "--roster", "full", "--json", "-",
    ])
    #expect(run.exitCode == 0)
    #expect(run.errors.isEmpty)
    let record = try run.json()
    #expect(record["degree"] as? Int == degree)
    #expect(record["threshold"] as? Int == threshold)
    #expect(record["threatModel"] as? String == model)
    #expect(record["clients"] as? Int == 1000)
    #expect(record["corrupt"] as? Double == 0.05)
    #expect(record["dropout"] as? Double == 0.05)
    #expect(record["sigma"] as? Int == 40)
    #expect(record["eta"] as? Int == 20)
    #expect(record["meetsTargets"] as? Bool == true)
    let logarithm = try #require(record["log2LeakProbability"] as? Double)
    #expect(abs(logarithm - leak) < 1e-9)
    let probability = try #require(record["leakProbability"] as? Double)
    #expect(abs(probability / exp2(leak) - 1) < 1e-9)
    #expect(try #require(record["failureProbability"] as? Double) < exp2(-20))
    #expect(try #require(record["log2FailureProbability"] as? Double) < -20)
    #expect(try #require(record["messagesPerClient"] as? Int) >= 7)
    #expect(try #require(record["expansion"] as? Double) > 1)
  }

  @Test("a malicious server chooses the dropouts, and every cause has its figure")
  func chosenDropouts() throws {
    let options = ["parameters", "--clients", "10000", "--threat-model", "malicious"]
    let full = try DemoProcess(options + ["--roster", "full", "--json", "-"]).json()
    #expect(full["degree"] as? Int == 100)
    #expect(full["threshold"] as? Int == 67)
    #expect(full["dropouts"] as? String == "chosen")
    #expect(abs(try #require(full["log2Disconnection"] as? Double) + 40.93764669) < 1e-6)
    #expect(abs(try #require(full["log2BothSecrets"] as? Double) + 50.7596) < 1e-3)
    #expect(abs(try #require(full["log2ContributorSets"] as? Double) - (-60.179288)) < 1e-3)
    let any = try DemoProcess(options + ["--json", "-"]).json()
    #expect(any["degree"] as? Int == 102)
    #expect(any["threshold"] as? Int == 69)
    let silent = try DemoProcess(options + ["--corrupt-drop-out", "--json", "-"]).json()
    #expect(silent["minimumContributors"] as? Int == 8_500)
    #expect(try #require(silent["degree"] as? Int) > 102)
    let fewer = try DemoProcess(options + ["--minimum-contributors", "5000", "--json", "-"]).json()
    #expect(fewer["minimumContributors"] as? Int == 5_000)
    #expect(try #require(fewer["degree"] as? Int) > 102)
  }

  @Test("the inverse question")
  func inverse() throws {
    let run = try DemoProcess([
      "parameters", "--clients", "1000", "--corrupt", "0", "--dropout", "0.1", "--degree", "20",
      "--threshold", "10", "--json", "-",
    ])
    let record = try run.json()
    #expect(record["dropouts"] as? String == "random")
    #expect(record["roster"] as? String == "any")
    #expect(record["minimumContributors"] as? Int == 900)
    #expect(record["degree"] as? Int == 20)
    #expect(record["threshold"] as? Int == 10)
    #expect(record["meetsTargets"] as? Bool == false)
    #expect(
      abs(try #require(record["log2FailureProbability"] as? Double) + 11.0799844758839) < 1e-9)
  }

  @Test("the logarithm of nothing is null")
  func impossible() throws {
    let run = try DemoProcess([
      "parameters", "--clients", "10", "--corrupt", "0", "--dropout", "0", "--json", "-",
    ])
    let record = try run.json()
    #expect(record["leakProbability"] as? Double == 0)
    #expect(record["log2LeakProbability"] is NSNull)
  }

  @Test("bytes are those that an aggregation measures")
  func bytes() throws {
    let graph = ["--clients", "20", "--dimension", "1000", "--degree", "8", "--threshold", "5"]
    let options = graph + ["--dropout", "0", "--quiet", "--json", "-"]
    let computed = try DemoProcess(["parameters"] + options).json()
    let measured = try DemoProcess(["aggregate", "--graph", "sparse"] + options).json()
    for key in ["bytesUpPerClient", "bytesDownPerClient"] {
      #expect(try #require(computed[key] as? Int) == measured[key] as? Int, "\(key)")
    }
  }

  @Test("people get lines")
  func text() throws {
    let run = try DemoProcess(["parameters", "--clients", "1000", "--dropout", "0.05"])
    #expect(run.exitCode == 0)
    let text = String(decoding: run.output, as: UTF8.self)
    #expect(text.contains("degree"))
    #expect(text.contains("950 contributors or more"))
    #expect(text.contains("two parts"))
    #expect(text.contains("one secret"))
    #expect(!text.contains("both secrets"))
    #expect(!text.contains(" \n"))
  }

  @Test(
    "a bad option gives a reason in one line and exit code 64",
    arguments: [
      ["--clients", "2"], ["--clients", "2000000"], ["--corrupt", "1"], ["--corrupt", "-0.1"],
      ["--corrupt", "nan"], ["--dropout", "1"], ["--dropout", "x"], ["--sigma", "0"],
      ["--sigma", "1000"], ["--eta", "0"], ["--dropouts", "none"], ["--roster", "half"],
      ["--minimum-contributors", "1"], ["--minimum-contributors", "101"],
      ["--threat-model", "wicked"], ["--dimension", "0"],
      ["--value-bits", "1"], ["--value-bits", "63"], ["--degree", "8"], ["--threshold", "8"],
      ["--degree", "7", "--threshold", "3"], ["--degree", "8", "--threshold", "9"],
      ["--degree", "100", "--threshold", "9"], ["--corrupt", "0.5", "--dropout", "0.5"],
      ["--corrupt", "0.2", "--dropout", "0.4", "--threat-model", "malicious"],
      ["--json", "/nowhere/at/all.json", "--quiet"],
    ])
  func badOption(arguments: [String]) throws {
    let run = try DemoProcess(["parameters"] + arguments)
    #expect(run.exitCode == 64)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.errors.hasPrefix("secagg-demo: "))
    #expect(run.output.isEmpty)
  }

  @Test("training over a computed sparse graph loses no round to the dropouts")
  func sparseTraining() throws {
    let run = try DemoProcess([
      "--graph", "sparse", "--rounds", "3", "--local-epochs", "1", "--quiet", "--report", "-",
      "--json", "-",
    ])
    #expect(run.exitCode == 0)
    let rounds = try #require(run.json()["rounds"] as? [[String: Any]])
    #expect(rounds.count == 3)
    for round in rounds { #expect(round["applied"] as? Bool == true) }
    let configuration = try #require(run.json()["configuration"] as? [String: Any])
    let degree = try #require(configuration["degree"] as? Int)
    #expect((10...40).contains(degree))
  }

  @Test("a sparse graph that no dropouts of this size leave whole is refused in one line")
  func sparseImpossible() throws {
    let run = try DemoProcess(["--graph", "sparse", "--dropout", "0.34", "--quiet"])
    #expect(run.exitCode == 64)
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    #expect(run.output.isEmpty)
  }
}
