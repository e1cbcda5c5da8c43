import ArgumentParser
import Experiments
import FLReport
import FLMath
import Foundation
import SimulatedSessions

/// Which features a federated model goes by, as a secure sum.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a model of the breast-cancer data: federated SHAP as a secure sum.")

  @Option(help: "Number of clients, at least 3.")
  var clients = 10

  @Option(help: "Number of rounds.")
  var rounds = 10

  @Option(
    help: """
      Share of the clients that leave at each of three points, in every sum; of less than \
      \(LeavingPoint.smallestCohort) nobody does.
      """)
  var dropout = 0.1

  @Option(help: "Least bits of a coordinate; bits that the lanes leave over are used as well.")
  var valueBits = 24

  @OptionGroup var training: ClientTrainingOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try ValidationError.require("--clients", clients, in: 3...100)
    try ValidationError.require("--rounds", rounds, in: 1...10_000)
    try ValidationError.require("--dropout", dropout, in: 0...1)
    do {
      _ = try LaneLayout(minimumValueBits: valueBits, maximumContributors: clients)
    } catch {
      throw ValidationError("--value-bits: \(error)")
    }
  }

  func run() async throws {
    let names = try DemoData.breastCancerFeatures()
    let training = training.settings(learningRate: 0.05)
    let data = try DemoData(.breastCancer)
    let population = try ValidationError.describing {
      try Population(data, clients: clients, training: training)
    }
    let settings = ExplanationRecord.Settings(
      clients: clients, rounds: rounds, dropout: dropout, valueBits: valueBits,
      training: training)
    var bar = ProgressBar(quiet: output.quiet)
    let record = try await ExplanationRun(
      population: population, settings: settings, featureNames: names
    ).run { bar.update(completed: $0, total: rounds, note: "training") }
    bar.finish()
    let report = ExplanationReport(record: record)
    try output.write(record, html: report.html(), as: .explain, text: report.terminalText())
    guard record.sumsEqual, record.largestDifference <= record.differenceBound else {
      throw ExitCode(1)
    }
  }
}
