import ArgumentParser
import FLMath
import Foundation

/// Attacks against robust rules over secure buckets.
struct RobustCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robust",
    abstract: "Attack training under secure aggregation: a table of attacks and robust rules.")

  @Option(help: "Number of clients, at least 3.")
  var clients = 100

  @Option(help: "Number of clients that attack. Default: a fifth.")
  var attackers: Int?

  @Option(help: "Number of rounds.")
  var rounds = 50

  @Option(help: "Clients of a bucket, at least 2.")
  var bucketSize = 2

  @Option(help: "Least number of clients whose sum may be seen.")
  var privacyFloor = 2

  @Option(help: "iid, dirichlet[:ALPHA] or by-label[:SHARDS].")
  var partition = PartitionOption.iid

  @Option(
    help: """
      An attack, repeatable: \(AttackOption.allCases.map(\.rawValue).joined(separator: ", ")). \
      Default: all.
      """)
  var attack: [AttackOption] = []

  @Option(
    help: """
      A rule, repeatable: \(RuleOption.allCases.map(\.rawValue).joined(separator: ", ")). \
      Default: all.
      """)
  var rule: [RuleOption] = []

  @Option(help: "Local epochs of a client in a round.")
  var localEpochs = 5

  @Option(help: "Examples in a mini-batch.")
  var batchSize = 16

  @Option(help: "Learning rate of the clients.")
  var learningRate = 0.3

  @Option(help: "Largest magnitude of a coordinate of an update; what is beyond is clipped.")
  var clippingBound = 16.0

  @Option(help: "Seed of data split, model, training and buckets. Keys are random in every run.")
  var seed: UInt64 = 1

  @OptionGroup var output: ExperimentOutput

  func validate() throws {
    guard clients >= 3, clients <= 1000 else {
      throw ValidationError("--clients must be from 3 to 1000, found \(clients)")
    }
    guard rounds >= 1, rounds <= 10_000 else {
      throw ValidationError("--rounds must be from 1 to 10000, found \(rounds)")
    }
    guard bucketSize >= 2 else {
      throw ValidationError("--bucket-size must be at least 2, found \(bucketSize)")
    }
    guard clippingBound.isFinite, clippingBound > 0 else {
      throw ValidationError("--clipping-bound must be above 0, found \(clippingBound)")
    }
    _ = try settings()
  }

  /// - Throws: `ValidationError` where no clean majority of buckets is to be expected, or a bucket is
  ///   below the privacy floor.
  private func settings() throws -> RobustnessRecord.Settings {
    let attackers = attackers ?? clients / 5
    var generator = SimulationSeeds(seed: seed).generator(.buckets)
    let plan = try ValidationError.describing {
      try BucketPlan(
        clients: clients, attackers: attackers, bucketSize: bucketSize,
        privacyFloor: privacyFloor, using: &generator)
    }
    // No rule withstands a half, and none needs to withstand more buckets than there are attackers.
    let spoilt = min(
      plan.spoiltBuckets(exceededWithProbability: 0.001), attackers,
      max(0, (plan.buckets.count - 3) / 2))
    return RobustnessRecord.Settings(
      clients: clients, attackers: attackers, rounds: rounds, bucketSize: bucketSize,
      buckets: plan.buckets.count, privacyFloor: privacyFloor, partition: partition.text,
      expectedCleanShare: plan.expectedCleanShare, failureProbability: plan.failureProbability,
      spoiltBuckets: spoilt, localEpochs: localEpochs, batchSize: batchSize,
      learningRate: learningRate, clippingBound: clippingBound, seed: seed)
  }

  func run() async throws {
    let settings = try settings()
    let data = try DemoData(.digits)
    let population = try ValidationError.describing {
      try Population(
        data,
        model: SoftmaxRegression(
          featureCount: data.training.featureCount, classCount: data.training.classCount),
        clients: clients, partition: partition.partition,
        descent: StochasticGradientDescent(
          learningRate: learningRate, batchSize: batchSize, epochs: localEpochs),
        seed: seed)
    }
    let run = RobustnessRun(population: population, settings: settings)
    let attacks = (attack.isEmpty ? AttackOption.allCases : attack)
      .filter { settings.attackers > 0 || $0 == .none }
    let rules = rule.isEmpty ? RuleOption.allCases : rule
    var record = RobustnessRecord(
      settings: settings, attacks: attacks.map(\.rawValue), rules: rules.map(\.rawValue))
    var bar = ProgressBar(quiet: output.quiet)
    let total = attacks.count * rules.count * rounds
    for attack in attacks {
      for rule in rules {
        let before = record.cells.count * rounds
        record.cells.append(
          try await run.cell(attack, rule) { round in
            bar.update(
              completed: before + round, total: total, note: "\(attack.title), \(rule.title)")
          })
      }
    }
    bar.finish()
    let report = RobustnessReport(record: record)
    try output.write(record, report: report.data(), text: report.terminalText())
    guard record.cells.allSatisfy(\.sumsEqual) else { throw ExitCode(1) }
  }
}
