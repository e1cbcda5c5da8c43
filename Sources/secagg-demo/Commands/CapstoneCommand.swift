import ArgumentParser
import Experiments
import FLReport
import Foundation
import SecAgg

/// What differential privacy costs in accuracy, through secure aggregation.
struct CapstoneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capstone",
    abstract: "Draw accuracy against epsilon, for each way to add noise.")

  @Option(help: "digits or breast-cancer.")
  var data: DemoData.Name = .digits

  @Option(help: "softmax or mlp.")
  var model: ModelOption = .softmax

  @Option(help: "Number of clients, at least 3.")
  var clients = 100

  @Option(
    help: """
      Cohorts that take turns where noise is correlated, and in the column it is compared with; everywhere \
      else all clients take part in every round. With 1 there are no such columns. (default: 5, or fewer of \
      3 clients)
      """)
  var turns: Int?

  private var cohorts: Int { turns ?? max(1, min(5, clients / 3)) }

  @Option(help: "Number of rounds of each training.")
  var rounds = 50

  @Option(help: "Budgets, separated by commas. A training without noise comes on top.")
  var epsilons = "20,8,4,2,1"

  @Option(help: "Probability with which epsilon may not hold.")
  var delta = 1e-5

  @Option(help: "Largest Euclidean norm of an update.")
  var clip = 1.0

  @Option(help: "Trainings for each point, with other splits, roundings and noise.")
  var repetitions = 3

  @Option(help: "Local epochs of a client in a round.")
  var localEpochs = 5

  @Option(help: "Examples in a mini-batch.")
  var batchSize = 16

  @Option(help: "Learning rate of the clients.")
  var learningRate = 0.3

  @Option(help: "Seed of everything but the keys, the noise included: this is a simulation.")
  var seed: UInt64 = 1

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard clients >= 3 else {
      throw ValidationError("--clients must be at least 3, found \(clients)")
    }
    guard rounds >= 1, rounds <= 10_000 else {
      throw ValidationError("--rounds must be from 1 to 10000, found \(rounds)")
    }
    guard repetitions >= 1, repetitions <= 100 else {
      throw ValidationError("--repetitions must be from 1 to 100, found \(repetitions)")
    }
    guard cohorts >= 1, clients / cohorts >= 3 else {
      throw ValidationError(
        "--turns must be from 1 to a third of the clients, found \(cohorts) for \(clients) clients")
    }
    for epsilon in try budgets() {
      try PrivacyOptions.check(
        PrivacySettings(mechanism: .central, epsilon: epsilon, delta: delta, clip: clip))
    }
  }

  private func budgets() throws -> [Double] {
    let numbers = epsilons.split(separator: ",").map { Double($0) }
    let budgets = numbers.compactMap(\.self)
    guard budgets.count == numbers.count, !budgets.isEmpty,
      Set(budgets).count == budgets.count
    else {
      throw ValidationError(
        "--epsilons must be different numbers separated by commas, found \(epsilons)")
    }
    return budgets.sorted(by: >)
  }

  private func capstone() throws -> CapstoneRun {
    let (training, inTurns) = (training(cohort: clients), training(cohort: clients / cohorts))
    var columns: [CapstoneRun.Column] = [
      .init(mechanism: .distributed, training: training),
      .init(mechanism: .central, training: training),
    ]
    if cohorts > 1 {
      columns += [
        .init(mechanism: .central, training: inTurns),
        .init(mechanism: .correlated, training: inTurns),
      ]
    }
    return CapstoneRun(
      training: training, columns: columns, epsilons: try budgets(), delta: delta, clip: clip,
      repetitions: repetitions)
  }

  /// A training by cohorts of a size, which take turns if they are not all clients.
  private func training(cohort: Int) -> TrainingSettings {
    // No client drops out, so a few neighbours suffice. In a small cohort all clients are neighbours.
    let sparse = try? SessionAssumptions(cohortSize: cohort, dropoutFraction: 0).smallestGraph()
    let complete = GraphParameters(degree: cohort - 1, threshold: max(2, (cohort - 1) / 2 + 1))
    let graph = sparse ?? complete
    return TrainingSettings(
      data: data, threatModel: .semiHonest, clients: cohort, rounds: rounds, dropout: 0,
      partition: PartitionOption.iid.partition, partitionText: PartitionOption.iid.text,
      model: model, graph: sparse == nil ? .complete : .sparse, degree: graph.degree,
      threshold: graph.threshold, minimumContributors: cohort, minimumValueBits: 16,
      clippingBound: 4, localEpochs: localEpochs, batchSize: batchSize,
      learningRate: learningRate, seed: seed, comparesWithPlain: false,
      turns: cohort == clients ? 1 : cohorts)
  }

  func run() async throws {
    let capstone: CapstoneRun
    do {
      capstone = try self.capstone()
      // Finds settings that are impossible together.
      for column in capstone.columns { _ = try TrainingRun(column.training) }
    } catch let error as DemoData.MissingResource {
      throw error
    } catch {
      throw ValidationError("\(error)")
    }
    let total = capstone.totalRounds
    var bar = ProgressBar(quiet: output.quiet)
    let record = try await capstone.run { done, note in
      bar.update(completed: done, total: total, note: note)
    }
    bar.finish()
    try output.write(
      record, html: CapstoneReport(record).html(), as: .capstone, text: record.terminalTable())
    if record.points.contains(where: { $0.wrongSums > 0 }) { throw ExitCode(1) }
  }
}
