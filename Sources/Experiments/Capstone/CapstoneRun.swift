import FLMath
import FLReport
import SimulatedSessions

/// Trains with each budget and each mechanism, several times over, to see what privacy costs.
package struct CapstoneRun {
  /// A mechanism, and whether all clients take part in every round or take turns.
  package struct Column {
    let mechanism: PrivacySettings.Mechanism
    package let training: TrainingSettings

    package init(
      mechanism: PrivacySettings.Mechanism, training: TrainingSettings
    ) {
      self.mechanism = mechanism
      self.training = training
    }

    /// The name of the column in the record.
    var name: String {
      mechanism != .correlated && training.turns > 1
        ? mechanism.rawValue + CapstoneRecord.inTurns : mechanism.rawValue
    }
  }

  /// The training without noise.
  let training: TrainingSettings
  package let columns: [Column]
  let epsilons: [Double]
  let delta: Double
  let clip: Double
  let repetitions: Int

  package init(
    training: TrainingSettings, columns: [Column], epsilons: [Double], delta: Double, clip: Double,
    repetitions: Int
  ) {
    self.training = training
    self.columns = columns
    self.epsilons = epsilons
    self.delta = delta
    self.clip = clip
    self.repetitions = repetitions
  }

  /// How many rounds of training there are in all.
  package var totalRounds: Int {
    (1 + columns.count * epsilons.count) * repetitions * training.rounds
  }

  /// Trains.
  ///
  /// - Parameter progress: called after every round with the number of rounds done and what is trained.
  /// - Throws: the errors of a training. Wrong sums are counted and do not throw.
  package func run(
    progress: (Int, String) -> Void
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
      record.points.append(
        try await point(column, epsilon: epsilon) { progress(done + $0, note) })
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

/// What `capstone --json` writes and what its report shows: accuracy against epsilon. `null` means
/// that there is no value.
package struct CapstoneRecord: Encodable, Sendable {
  /// Version of this layout; readers refuse versions that they do not know.
  var schemaVersion = 2
  /// The settings that all trainings have in common.
  var configuration: TrainingRecord.Configuration
  @FiniteOrNull var delta: Double
  /// Largest Euclidean norm of an update where there is noise, in model units.
  @FiniteOrNull var clip: Double
  /// Trainings for each point: the same with other seeds.
  var repetitions: Int
  /// The number of cohorts that take turns in the columns where they do: a client takes part in every so many
  /// rounds at the most.
  var turns: Int
  /// In the order in which they were computed: without noise first, then by mechanism.
  package var points: [Point]
  /// Wall-clock time of all trainings in seconds.
  @FiniteOrNull var seconds: Double

  /// One mechanism with one budget.
  package struct Point: Encodable, Sendable {
    /// Who adds the noise: "central" or "distributed", and all clients take part in every round; "central-in-turns"
    /// or "correlated", and cohorts take turns. Nil without noise.
    @ExplicitNull var mechanism: String?
    /// The budget; nil without noise.
    @ExplicitNull var epsilon: Double?
    /// What was spent after the last round.
    @ExplicitNull var epsilonSpent: Double?
    /// Standard deviation of the noise on the sum, in clips; of correlated noise that of the whole training, in
    /// sensitivities.
    @ExplicitNull var noiseMultiplier: Double?
    /// Test accuracy at the end of each repetition, in 0...1.
    var accuracies: [Double]
    /// Rounds whose sum was applied, over all repetitions.
    var roundsApplied: Int
    /// Secure sums that did not equal the plaintext sum: none, or something is broken.
    package var wrongSums: Int
  }
}

extension CapstoneRecord.Point {
  /// The mean over the repetitions.
  var meanAccuracy: Double { accuracies.reduce(0, +) / Double(accuracies.count) }
  /// The least and the largest of the repetitions.
  var range: (lowest: Double, highest: Double) {
    (accuracies.min() ?? .nan, accuracies.max() ?? .nan)
  }
}

extension CapstoneRecord {
  /// The end of the name of a mechanism for which cohorts take turns.
  static let inTurns = "-in-turns"

  /// Names of the mechanisms that add noise, in the order in which they were computed.
  var mechanisms: [String] {
    points.compactMap(\.mechanism).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The budgets, the largest first.
  var epsilons: [Double] { Set(points.compactMap(\.epsilon)).sorted(by: >) }

  /// The point without noise.
  var withoutNoise: Point? { points.first { $0.mechanism == nil } }

  /// The point of a mechanism and a budget.
  func point(_ mechanism: String, epsilon: Double) -> Point? {
    points.first { $0.mechanism == mechanism && $0.epsilon == epsilon }
  }
}

extension CapstoneRecord {
  /// Accuracy by budget and mechanism, for a terminal. Ends without a newline.
  package func terminalTable() -> String {
    var rows = [["epsilon"] + mechanisms.flatMap { [$0, "noise"] }]
    if let point = withoutNoise {
      rows.append(["none"] + mechanisms.flatMap { _ in [Self.accuracy(of: point), "0"] })
    }
    for epsilon in epsilons {
      rows.append(
        [DecimalText.significant(epsilon)]
          + mechanisms.flatMap { name in
            let point = point(name, epsilon: epsilon)
            return [
              point.map(Self.accuracy) ?? DecimalText.missing,
              point?.noiseMultiplier.map { DecimalText.significant($0) } ?? DecimalText.missing,
            ]
          })
    }
    return
      (["Test accuracy (lowest to highest of \(repetitions)); noise in clips, delta \(delta)"]
      + TextColumns.aligned(rows)).joined(separator: "\n")
  }

  /// "92.3 % (91.4 to 93.1)".
  static func accuracy(of point: Point) -> String {
    let mean = Quantity.percent(point.meanAccuracy)
    guard point.accuracies.count > 1 else { return mean }
    let (lowest, highest) = point.range
    return "\(mean) (\(DecimalText.fixed(lowest * 100, decimals: 1)) to "
      + "\(DecimalText.fixed(highest * 100, decimals: 1)))"
  }
}
