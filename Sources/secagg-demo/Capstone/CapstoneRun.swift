import FLMath
import Foundation

/// Trains with each budget and each mechanism, several times over, to see what privacy costs.
struct CapstoneRun {
  /// A mechanism, and whether all clients take part in every round or take turns.
  struct Column {
    let mechanism: PrivacySettings.Mechanism
    let training: TrainingSettings

    /// The name of the column in the record.
    var name: String {
      mechanism != .correlated && training.turns > 1
        ? mechanism.rawValue + CapstoneRecord.inTurns : mechanism.rawValue
    }
  }

  /// The training without noise.
  let training: TrainingSettings
  let columns: [Column]
  let epsilons: [Double]
  let delta: Double
  let clip: Double
  let repetitions: Int

  /// How many rounds of training there are in all.
  var totalRounds: Int { (1 + columns.count * epsilons.count) * repetitions * training.rounds }

  /// Trains.
  ///
  /// - Parameters:
  ///   - afterPoint: called with each point as soon as it is there.
  ///   - progress: called after every round with the number of rounds done and what is trained.
  /// - Throws: what a training throws; a sum that is wrong is no error, but counted.
  func run(
    afterPoint: (CapstoneRecord.Point) -> Void, progress: (Int, String) -> Void
  ) async throws -> CapstoneRecord {
    let started = ContinuousClock.now
    var record = CapstoneRecord(
      configuration: try TrainingRun(training).configuration, delta: delta, clip: clip,
      repetitions: repetitions, turns: columns.map(\.training.turns).max() ?? 1, points: [],
      seconds: 0)
    var budgets: [(column: Column?, epsilon: Double?)] = [(nil, nil)]
    for column in columns {
      for epsilon in epsilons { budgets.append((column, epsilon)) }
    }
    for (column, epsilon) in budgets {
      let done = record.points.count * repetitions * training.rounds
      let name = column.map(\.name) ?? "no noise"
      let note = epsilon.map { "\(name), epsilon \(DecimalText.significant($0))" } ?? name
      let point = try await point(column, epsilon: epsilon) { progress(done + $0, note) }
      record.points.append(point)
      afterPoint(point)
    }
    record.seconds = (ContinuousClock.now - started).milliseconds / 1000
    return record
  }

  private func point(
    _ column: Column?, epsilon: Double?, progress: (Int) -> Void
  ) async throws -> CapstoneRecord.Point {
    var privacy: PrivacySettings?
    if let column, let epsilon {
      privacy = PrivacySettings(
        mechanism: column.mechanism, epsilon: epsilon, delta: delta, clip: clip, noise: .seed)
    }
    var point = CapstoneRecord.Point(
      mechanism: column?.name, epsilon: epsilon, epsilonSpent: nil,
      noiseMultiplier: nil, accuracies: [], roundsApplied: 0, wrongSums: 0)
    var rounds = 0
    for repetition in 0..<repetitions {
      var settings = column?.training ?? training
      settings.seed &+= UInt64(repetition)
      settings.privacy = privacy
      settings.comparesWithPlain = false
      let record = try await TrainingRun(settings).run(
        afterRound: { _ in
          rounds += 1
          progress(rounds)
        }, progress: { _, _ in })
      point.accuracies.append(record.finalAccuracy)
      point.epsilonSpent = record.privacy?.epsilonSpent
      point.noiseMultiplier = record.privacy?.noiseMultiplier
      point.roundsApplied += record.rounds.count(where: \.applied)
      point.wrongSums += record.rounds.count { $0.sumsEqual == false }
    }
    return point
  }
}
