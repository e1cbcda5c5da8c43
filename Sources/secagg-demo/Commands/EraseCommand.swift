import ArgumentParser
import Experiments
import FLReport
import Foundation
import SimulatedSessions

/// Ways to erase a client from a model that it has helped to train.
struct EraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: "Erase a client in several ways and compare each with full retraining.")

  @Option(help: "Number of clients, at least 4.")
  var clients = 20

  @Option(help: "Number of rounds.")
  var rounds = 20

  @Option(
    help: """
      Share of the clients that leave at each of three points; of less than \
      \(LeavingPoint.smallestCohort) nobody does.
      """)
  var dropout = 0.05

  @Option(help: "The round in which the client that is erased takes part first.")
  var firstRound = 13

  @Option(help: "Rounds from one checkpoint to the next.")
  var checkpointInterval = 5

  @Option(help: "Shards of SISA, each of at least 4 clients.")
  var shards = 4

  @Option(help: "Rounds from one whose updates FedEraser keeps to the next.")
  var keepInterval = 2

  @Option(
    help: ArgumentHelp(
      "Where it is recorded who took part and who opted out; a new file. (default: none is left)",
      valueName: "path"))
  var auditLog: String?

  @OptionGroup var training: ClientTrainingOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try ValidationError.require("--clients", clients, in: 4...1000)
    try ValidationError.require("--rounds", rounds, in: 1...10_000)
    try ValidationError.require("--dropout", dropout, in: 0...1)
    try ValidationError.require("--first-round", firstRound, in: 1...rounds)
    try ValidationError.require("--checkpoint-interval", checkpointInterval, in: 1...10_000)
    try ValidationError.require("--keep-interval", keepInterval, in: 1...10_000)
    // A session has three parties, also after one was erased.
    try ValidationError.require("--shards", shards, in: 1...(clients / 4))
    if let auditLog, FileManager.default.fileExists(atPath: auditLog) {
      throw ValidationError(
        "\(auditLog) is there already; name a new file, since the client that is erased has to take "
          + "part first")
    }
  }

  func run() async throws {
    let training = training.settings()
    let data = try DemoData(.digits)
    let population = try ValidationError.describing {
      try Population(data, clients: clients, training: training)
    }
    let settings = UnlearningRecord.Settings(
      clients: clients, rounds: rounds, dropout: dropout, firstRound: firstRound,
      checkpointInterval: checkpointInterval, shards: shards, keepInterval: keepInterval,
      training: training)
    let trail = try ValidationError.describing { try AuditTrail(at: auditLog) }
    let run = UnlearningRun(population: population, settings: settings)
    var bar = ProgressBar(quiet: output.quiet)
    var done = 0
    let record = try await run.run(trail) { further in
      done += further
      bar.update(completed: done, total: run.totalRounds, note: "rounds")
    }
    bar.finish()
    let report = UnlearningReport(record: record)
    try output.write(
      record, html: report.html(), as: .erase,
      text: report.terminalText() + "\n" + trail.overlapText)
    guard record.sumsEqual else { throw ExitCode(1) }
  }
}
