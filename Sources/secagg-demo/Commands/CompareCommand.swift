import ArgumentParser
import FLMath
import Foundation

/// Several federated algorithms on clients that differ, each through secure aggregation.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare algorithms on unlike clients: accuracy against rounds and bytes.")

  @Option(help: "Number of clients, at least 3.")
  var clients = 10

  @Option(help: "Number of rounds.")
  var rounds = 50

  @Option(help: "Share of the clients that leave at each of three points.")
  var dropout = 0.0

  @Option(help: "iid, dirichlet[:ALPHA] or by-label[:SHARDS].")
  var partition = PartitionOption.dirichlet

  @Option(help: "softmax or mlp.")
  var model: ModelOption = .softmax

  @Option(
    help: """
      An algorithm, repeatable: \(AlgorithmOption.allCases.map(\.rawValue).joined(separator: ", ")). \
      Default: all.
      """)
  var algorithm: [AlgorithmOption] = []

  @Option(help: "Local epochs of a client in a round.")
  var localEpochs = 5

  @Option(help: "Examples in a mini-batch.")
  var batchSize = 16

  @Option(help: "Learning rate of the clients.")
  var learningRate = 0.3

  @Option(help: "Largest magnitude of a coordinate of an update; what is beyond is clipped.")
  var clippingBound = 8.0

  @Option(help: "Least bits of a coordinate; bits that the lanes leave over are used as well.")
  var valueBits = 24

  @Option(help: "Seed of data split, model, training and leaving. Keys are random in every run.")
  var seed: UInt64 = 1

  @OptionGroup var output: ExperimentOutput

  func validate() throws {
    guard clients >= 3, clients <= 1000 else {
      throw ValidationError("--clients must be from 3 to 1000, found \(clients)")
    }
    guard rounds >= 1, rounds <= 10_000 else {
      throw ValidationError("--rounds must be from 1 to 10000, found \(rounds)")
    }
    guard dropout >= 0, dropout <= 1 else {
      throw ValidationError("--dropout must be from 0 to 1, found \(dropout)")
    }
    guard clippingBound.isFinite, clippingBound > 0 else {
      throw ValidationError("--clipping-bound must be above 0, found \(clippingBound)")
    }
    do {
      _ = try LaneLayout(minimumValueBits: valueBits, maximumContributors: clients)
    } catch {
      throw ValidationError("--value-bits: \(error)")
    }
  }

  func run() async throws {
    let data = try DemoData(.digits)
    try await compare(data, by: model.classifier(for: data.training))
  }

  private func compare<Model: Classifier>(_ data: DemoData, by classifier: Model) async throws {
    let population = try ValidationError.describing {
      try Population(
        data, model: classifier, clients: clients, partition: partition.partition,
        descent: StochasticGradientDescent(
          learningRate: learningRate, batchSize: batchSize, epochs: localEpochs),
        seed: seed)
    }
    let settings = ComparisonRecord.Settings(
      clients: clients, rounds: rounds, dropout: dropout, partition: partition.text,
      model: model.rawValue, localEpochs: localEpochs, batchSize: batchSize,
      learningRate: learningRate, clippingBound: clippingBound, valueBits: valueBits, seed: seed)
    let run = ComparisonRun(population: population, settings: settings)
    let algorithms = algorithm.isEmpty ? AlgorithmOption.allCases : algorithm
    var record = ComparisonRecord(settings: settings)
    var bar = ProgressBar(quiet: output.quiet)
    for (index, option) in algorithms.enumerated() {
      record.runs.append(
        try await run.run(option) { round in
          bar.update(
            completed: index * rounds + round, total: algorithms.count * rounds,
            note: option.title)
        })
    }
    bar.finish()
    try output.write(
      record, report: ComparisonReport(record: record).data(),
      text: ComparisonTable(record: record).terminalText())
    guard record.runs.allSatisfy(\.sumsEqual) else { throw ExitCode(1) }
  }
}
