import ArgumentParser
import Experiments
import FLReport
import Foundation

/// Attacks against robust rules over secure buckets.
struct RobustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robust",
    abstract: "Attack training under secure aggregation: a table of attacks and robust rules.")

  @Option(help: "Number of clients, at least 3.")
  var clients = 100

  @Option(help: "Number of clients that attack. (default: a fifth)")
  var attackers: Int?

  @Option(help: "Number of rounds.")
  var rounds = 50

  @Option(help: "Clients of a bucket, at least 2.")
  var bucketSize = 2

  @Option(help: "Least number of clients whose sum may be seen.")
  var privacyFloor = 2

  @Option(
    help: """
      Share of the clients that leave at each of three points. A bucket that is left with fewer \
      than the floor has no sum.
      """)
  var dropout = 0.0

  @Flag(help: "All attacks against all rules: seven times as many as otherwise.")
  var full = false

  @Option(
    help: """
      An attack, repeatable: \(AttackOption.allCases.map(\.rawValue).joined(separator: ", ")). \
      (default: the first three)
      """)
  var attack: [AttackOption] = []

  @Option(
    help: """
      A rule, repeatable: \(RuleOption.allCases.map(\.rawValue).joined(separator: ", ")). \
      (default: mean, median, multi-krum, rfa)
      """)
  var rule: [RuleOption] = []

  @Option(help: "Largest magnitude of a coordinate of an update; what is beyond is clipped.")
  var clippingBound = 16.0

  @OptionGroup var training: ClientTrainingOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try ValidationError.require("--clients", clients, in: 3...1000)
    try ValidationError.require("--rounds", rounds, in: 1...10_000)
    try ValidationError.require("--dropout", dropout, in: 0...1)
    guard bucketSize >= 2 else {
      throw ValidationError("--bucket-size must be at least 2, found \(bucketSize)")
    }
    guard privacyFloor >= 2 else {
      throw ValidationError("--privacy-floor must be at least 2, found \(privacyFloor)")
    }
    try ValidationError.requirePositive("--clipping-bound", clippingBound)
    _ = try settings()
  }

  /// - Throws: `ValidationError` where no clean majority of buckets is to be expected, or a bucket is
  ///   below the privacy floor.
  private func settings() throws -> RobustnessRecord.Settings {
    try ValidationError.describing {
      try RobustnessRecord.Settings(
        clients: clients, attackers: attackers ?? clients / 5, rounds: rounds, dropout: dropout,
        bucketSize: bucketSize, privacyFloor: privacyFloor, clippingBound: clippingBound,
        training: training.settings())
    }
  }

  func run() async throws {
    let settings = try settings()
    let data = try DemoData(.digits)
    let population = try ValidationError.describing {
      try Population(data, clients: clients, training: settings.training)
    }
    let run = try RobustnessRun(population: population, settings: settings)
    let usualAttacks = full ? AttackOption.allCases : [.none, .signFlip, .alie]
    let attacks = (attack.isEmpty ? usualAttacks : attack)
      .filter { settings.attackers > 0 || $0 == .none }
    let usualRules: [RuleOption] =
      full ? RuleOption.allCases : [.mean, .median, .multiKrum, .rfa]
    let rules = rule.isEmpty ? usualRules : rule
    let progress = SharedProgress(
      total: attacks.count * rules.count * rounds, quiet: output.quiet)
    let record = try await run.run(attacks: attacks, rules: rules) { progress.advance() }
    progress.finish()
    let report = RobustnessReport(record: record)
    try output.write(record, html: report.html(), as: .robust, text: report.terminalText())
    guard record.cells.allSatisfy(\.sumsEqual) else { throw ExitCode(1) }
  }
}
