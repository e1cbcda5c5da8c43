import ArgumentParser
import FLMath
import Foundation

/// Ways to erase a client from a model that it has helped to train.
struct EraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: "Erase a client in several ways and compare each with full retraining.")

  @Option(help: "Number of clients, at least 4.")
  var clients = 20

  @Option(help: "Number of rounds.")
  var rounds = 20

  @Option(help: "The round in which the client that is erased takes part first.")
  var firstRound = 13

  @Option(help: "Rounds from one checkpoint to the next.")
  var checkpointInterval = 5

  @Option(help: "Shards of SISA, each of at least 4 clients.")
  var shards = 4

  @Option(help: "Rounds from one whose updates FedEraser keeps to the next.")
  var keepInterval = 2

  @Option(help: "iid, dirichlet[:ALPHA] or by-label[:SHARDS].")
  var partition = PartitionOption.iid

  @Option(help: "Local epochs of a client in a round.")
  var localEpochs = 5

  @Option(help: "Examples in a mini-batch.")
  var batchSize = 16

  @Option(help: "Learning rate of the clients.")
  var learningRate = 0.3

  @Option(help: "Seed of data split, model, training and shards. Keys are random in every run.")
  var seed: UInt64 = 1

  @OptionGroup var output: ExperimentOutput

  func validate() throws {
    guard clients >= 4, clients <= 1000 else {
      throw ValidationError("--clients must be from 4 to 1000, found \(clients)")
    }
    guard rounds >= 1, rounds <= 10_000 else {
      throw ValidationError("--rounds must be from 1 to 10000, found \(rounds)")
    }
    guard firstRound >= 1, firstRound <= rounds else {
      throw ValidationError("--first-round must be from 1 to \(rounds), found \(firstRound)")
    }
    guard checkpointInterval >= 1 else {
      throw ValidationError(
        "--checkpoint-interval must be at least 1, found \(checkpointInterval)")
    }
    guard keepInterval >= 1 else {
      throw ValidationError("--keep-interval must be at least 1, found \(keepInterval)")
    }
    // A session has three parties, also after one was erased.
    guard shards >= 1, shards <= clients / 4 else {
      throw ValidationError("--shards must be from 1 to \(clients / 4), found \(shards)")
    }
  }

  func run() async throws {
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
    let settings = ErasureRecord.Settings(
      clients: clients, rounds: rounds, firstRound: firstRound,
      checkpointInterval: checkpointInterval, shards: shards, keepInterval: keepInterval,
      partition: partition.text, localEpochs: localEpochs, batchSize: batchSize,
      learningRate: learningRate, seed: seed)
    let run = ErasureRun(population: population, settings: settings)
    var bar = ProgressBar(quiet: output.quiet)
    var done = 0
    let record = try await run.run { further in
      done += further
      bar.update(completed: done, total: run.totalRounds, note: "rounds")
    }
    bar.finish()
    let report = ErasureReport(record: record)
    try output.write(record, report: report.data(), text: report.terminalText())
    guard record.sumsEqual else { throw ExitCode(1) }
  }
}
