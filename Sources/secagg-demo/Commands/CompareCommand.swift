import ArgumentParser
import Experiments
import FLReport
import FLMath
import Foundation

/// Several federated algorithms on clients that differ, each through secure aggregation, FedAvg with compressed
/// updates, and models for clients' own data.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: """
      Compare algorithms and compression on unlike clients: accuracy against rounds and bytes; and models \
      on clients' own data.
      """)

  @Option(help: "Number of clients, at least 3.")
  var clients = 10

  @Option(help: "Number of rounds.")
  var rounds = 50

  @Option(help: "Share of the clients that leave at each of three points.")
  var dropout = 0.0

  @Option(help: "softmax or mlp.")
  var model: ModelOption = .softmax

  @Option(
    help: """
      An algorithm, repeatable: \(AlgorithmOption.allCases.map(\.rawValue).joined(separator: ", ")). \
      (default: all, or none if a compression or a personalization is named)
      """)
  var algorithm: [AlgorithmOption] = []

  @Option(
    help: """
      FedAvg with compressed updates, repeatable: \
      \(CompressionOption.allCases.map(\.rawValue).joined(separator: ", ")). (default: all, or none \
      if an algorithm or a personalization is named)
      """)
  var compression: [CompressionOption] = []

  @Option(
    help: """
      Models that clients are evaluated with on their own held-out data, by secure histograms, \
      repeatable: \(PersonalizationOption.allCases.map(\.rawValue).joined(separator: ", ")). \
      (default: all, or none if an algorithm or a compression is named)
      """)
  var personalization: [PersonalizationOption] = []

  @Option(help: "Steps of a client's fine-tuning.")
  var fineTuningSteps = 20

  @Option(help: "Number of clusters of IFCA.")
  var clusters = 2

  @Option(help: "Largest magnitude of a coordinate of an update; what is beyond is clipped.")
  var clippingBound = 8.0

  @Option(help: "The same of an update that is quantised.")
  var quantizationBound = 4.0

  @Option(help: "Least bits of a coordinate; bits that the lanes leave over are used as well.")
  var valueBits = 24

  @OptionGroup var training: ClientTrainingOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    try ValidationError.require("--clients", clients, in: 3...1000)
    try ValidationError.require("--rounds", rounds, in: 1...10_000)
    try ValidationError.require("--dropout", dropout, in: 0...1)
    try ValidationError.require("--fine-tuning-steps", fineTuningSteps, in: 1...10_000)
    try ValidationError.require("--clusters", clusters, in: 1...16)
    try ValidationError.requirePositive("--clipping-bound", clippingBound)
    try ValidationError.requirePositive("--quantization-bound", quantizationBound)
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
    let training = training.settings(partition: .dirichlet)
    let settings = ComparisonRecord.Settings(
      clients: clients, rounds: rounds, dropout: dropout, model: model.rawValue,
      clippingBound: clippingBound, quantizationBound: quantizationBound, valueBits: valueBits,
      training: training)
    let run = ComparisonRun(
      population: try ValidationError.describing {
        try Population(data, model: classifier, clients: clients, training: training)
      }, settings: settings)
    let namesNone = algorithm.isEmpty && compression.isEmpty && personalization.isEmpty
    let personalizations = namesNone ? PersonalizationOption.allCases : personalization
    let personal = try personalizations.isEmpty ? nil : self.personal(data, classifier, settings)
    var bar = ProgressBar(quiet: output.quiet)
    let record = try await run.run(
      algorithms: namesNone ? AlgorithmOption.allCases : algorithm,
      compressions: namesNone ? CompressionOption.allCases : compression,
      personalizations: personalizations, of: personal
    ) { done, total, note in bar.update(completed: done, total: total, note: note) }
    bar.finish()
    try output.write(
      record, html: ComparisonReport(record: record).html(), as: .compare,
      text: ComparisonTable(record: record).terminalText())
    guard record.sumsEqual else { throw ExitCode(1) }
  }

  /// The clients, each with held-out data of its own.
  private func personal<Model: Classifier>(
    _ data: DemoData, _ classifier: Model, _ settings: ComparisonRecord.Settings
  ) throws -> PersonalizationRun<Model> {
    let share = 0.25
    return PersonalizationRun(
      try ValidationError.describing {
        try HeldOutPopulation(
          data, model: classifier, clients: clients, training: settings.training, share: share)
      },
      comparison: settings,
      settings: PersonalizationRecord.Settings(
        heldOutShare: share, fineTuningSteps: fineTuningSteps, clusters: clusters,
        minimumClients: 3))
  }
}
