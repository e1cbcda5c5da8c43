import ArgumentParser
import FLMath
import Foundation

/// Which features a federated model goes by, as a secure sum.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a model of the breast-cancer data: federated SHAP as a secure sum.")

  @Option(help: "Number of clients, at least 3.")
  var clients = 10

  @Option(help: "Number of rounds.")
  var rounds = 10

  @Option(help: "iid, dirichlet[:ALPHA] or by-label[:SHARDS].")
  var partition = PartitionOption.iid

  @Option(help: "Local epochs of a client in a round.")
  var localEpochs = 5

  @Option(help: "Examples in a mini-batch.")
  var batchSize = 16

  @Option(help: "Learning rate of the clients.")
  var learningRate = 0.05

  @Option(help: "Least bits of a coordinate; bits that the lanes leave over are used as well.")
  var valueBits = 24

  @Option(help: "Seed of data split, model and training. Keys are random in every run.")
  var seed: UInt64 = 1

  @OptionGroup var output: ExperimentOutput

  func validate() throws {
    guard clients >= 3, clients <= 100 else {
      throw ValidationError("--clients must be from 3 to 100, found \(clients)")
    }
    guard rounds >= 1, rounds <= 10_000 else {
      throw ValidationError("--rounds must be from 1 to 10000, found \(rounds)")
    }
    do {
      _ = try LaneLayout(minimumValueBits: valueBits, maximumContributors: clients)
    } catch {
      throw ValidationError("--value-bits: \(error)")
    }
  }

  func run() async throws {
    let data = try DemoData(.breastCancer)
    let names = try DemoData.breastCancerFeatures()
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
    let settings = ExplanationRecord.Settings(
      clients: clients, rounds: rounds, partition: partition.text, localEpochs: localEpochs,
      batchSize: batchSize, learningRate: learningRate, valueBits: valueBits, seed: seed)
    var bar = ProgressBar(quiet: output.quiet)
    let record = try await ExplanationRun(
      population: population, settings: settings, featureNames: names
    ).run { bar.update(completed: $0, total: rounds, note: "training") }
    bar.finish()
    let report = ExplanationReport(record: record)
    try output.write(record, report: report.data(), text: report.terminalText())
    guard record.sumsEqual, record.largestDifference <= record.differenceBound else {
      throw ExitCode(1)
    }
  }
}
