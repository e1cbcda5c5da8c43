import ArgumentParser
import Experiments
import FLReport
import FLMath
import Foundation
import SecAgg
import SimulatedSessions

/// Federated training with secure aggregation and dropouts, beside plain FedAvg.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train with secure aggregation and dropouts, beside plain FedAvg.")

  @Option(help: "digits or breast-cancer.")
  var data: DemoData.Name = .digits

  @Option(help: "Number of clients, at least 3.")
  var clients = 100

  @Option(
    help: """
      Cohorts of equal size into which the clients are divided, and which take turns: with 5, a client \
      takes part in every fifth round at the most.
      """)
  var turns = 1

  @Option(help: "Number of rounds.")
  var rounds = 50

  @Option(
    help: """
      Share of the clients that leave at each of three points: before sharing keys, after sharing \
      keys, after sending the masked input.
      """)
  var dropout = 0.1

  @Option(help: "iid, dirichlet[:ALPHA] or by-label[:SHARDS].")
  var partition = PartitionOption.iid

  @Option(help: "softmax or mlp.")
  var model: ModelOption = .softmax

  @Option(help: "semi-honest or malicious: what is assumed of the server.")
  var threatModel: ThreatModelOption = .semiHonest

  @OptionGroup var graph: GraphOptions

  @OptionGroup(title: "Differential privacy") var privacy: PrivacyOptions

  @Option(help: "Least number of contributors whose sum may be released.")
  var minimumContributors: Int?

  @Option(help: "Least bits of a coordinate; bits that the lanes leave over are used as well.")
  var valueBits = 16

  @Option(
    help: "Largest magnitude of a coordinate of an update; with --dp, --clip is in its place.")
  var clippingBound = 4.0

  @Option(help: "Local epochs of a client in a round.")
  var localEpochs = 5

  @Option(help: "Examples in a mini-batch.")
  var batchSize = 16

  @Option(help: "Learning rate of the clients.")
  var learningRate = 0.3

  @Option(help: "Seed of data split, model, training and leaving. Keys are random in every run.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      """
      Where it is recorded who took part. Whoever has opted out by this file is left out. \
      (default: nowhere)
      """, valueName: "path"))
  var auditLog: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard dropout >= 0, dropout <= 1 else {
      throw ValidationError("--dropout must be from 0 to 1, found \(dropout)")
    }
    guard rounds >= 1, rounds <= 10_000 else {
      throw ValidationError("--rounds must be from 1 to 10000, found \(rounds)")
    }
    guard turns >= 1, clients / turns >= 3 else {
      throw ValidationError(
        "--turns must be from 1 to a third of the clients, found \(turns) for \(clients) clients")
    }
    if privacy.dp == .correlated, turns < 2 {
      throw ValidationError(
        "--dp correlated needs --turns 2 or more: noise of a client's next round cannot take its own back"
      )
    }
    _ = try settings()
  }

  /// - Parameter optedOut: clients that take no part; the others are as many fewer.
  private func settings(optedOut: Set<UInt32> = []) throws -> TrainingSettings {
    let optedOut = optedOut.filter { $0 >= 1 && Int($0) <= self.clients }
    let clients = (self.clients - optedOut.count) / turns
    let (degree, threshold) = try graph.resolved(
      clients: clients, dropout: dropout, points: LeavingPoint.allCases.count)
    let privacy = try privacy.settings()
    let minimum =
      minimumContributors
      ?? usualMinimum(of: clients, threshold: threshold, mechanism: privacy?.mechanism)
    guard minimum >= 2, minimum <= clients else {
      throw ValidationError(
        "--minimum-contributors must be from 2 to \(clients), found \(minimum)")
    }
    return TrainingSettings(
      data: data, threatModel: threatModel, clients: clients, rounds: rounds, dropout: dropout,
      partition: partition.partition, partitionText: partition.text, model: model,
      graph: graph.graph, degree: degree, threshold: threshold, minimumContributors: minimum,
      minimumValueBits: valueBits, clippingBound: clippingBound, localEpochs: localEpochs,
      batchSize: batchSize, learningRate: learningRate, seed: seed, privacy: privacy,
      optedOut: optedOut, turns: turns)
  }

  /// The default for the smallest number of contributors. They share distributed noise, so with distributed noise it is
  /// the number of clients that are left after the expected dropouts.
  private func usualMinimum(
    of clients: Int, threshold: Int, mechanism: PrivacySettings.Mechanism?
  ) -> Int {
    let usual = max(2, min(clients, threshold + 1))
    guard mechanism == .distributed else { return usual }
    let absent = LeavingPoint.allCases.count { $0.isGone(in: .maskedInput) }
    let leaving = absent * Int((dropout * Double(clients)).rounded(.up))
    return max(usual, clients - leaving)
  }

  func run() async throws {
    let training: TrainingRun
    let trail: AuditTrail?
    do {
      let participation =
        privacy.dp == .correlated
        ? try ParticipationRule(
          maximum: (rounds + turns - 1) / turns, minimumSeparation: turns) : nil
      trail = try auditLog.map { try AuditTrail(at: $0, participation: participation) }
      if let auditLog, let trail, trail.hasParticipationRule, trail.hasSums {
        throw ValidationError(
          "\(auditLog) is of another training with correlated noise: give each training a log of its own"
        )
      }
      training = try TrainingRun(settings(optedOut: trail?.optedOut ?? []))
    } catch let error as DemoData.MissingResource {
      throw error
    } catch {
      throw ValidationError("\(error)")
    }
    let printsLines = output.record.printsLines
    let lines = RoundLine(
      clients: training.settings.clients, rounds: rounds, hasBudget: training.plan != nil)
    var bar = ProgressBar(quiet: output.quiet)
    if printsLines {
      if let plan = training.plan { print(plan.text) }
      print(lines.header)
    }
    let record = try await withProgress(
      of: training, trail, lines: printsLines ? lines : nil, bar: &bar)
    bar.finish()
    try output.write(
      record, html: TrainingReport(record).html(), as: .train,
      text: ([TrainingSummary.text(of: record)] + (trail.map { [$0.overlapText] } ?? []))
        .joined(separator: "\n"))
    if record.rounds.contains(where: { $0.sumsEqual == false }) { throw ExitCode(1) }
    if let refusal = record.privacy?.refusal { throw EndedEarly(description: refusal) }
  }

  private func withProgress(
    of training: TrainingRun, _ trail: AuditTrail?, lines: RoundLine?, bar: inout ProgressBar
  ) async throws -> TrainingRecord {
    let total = rounds
    let display = ProgressDisplay(bar: bar)
    let record = try await training.run(
      recordedIn: trail,
      afterRound: { round in
        display.bar.clear()
        if let lines { print(lines.line(for: round)) }
      },
      progress: { round, phase in
        display.bar.update(completed: round - 1, total: total, note: phase.description)
      })
    bar = display.bar
    return record
  }

  /// The budget does not allow another round.
  private struct EndedEarly: Error, CustomStringConvertible {
    let description: String
  }

  /// The bar, shared by the two callbacks of a run.
  private final class ProgressDisplay {
    var bar: ProgressBar
    init(bar: ProgressBar) { self.bar = bar }
  }
}
