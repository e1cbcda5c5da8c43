/// What `capstone --json` writes and what its report shows: accuracy against epsilon. `null` means
/// that there is no value.
struct CapstoneRecord: Codable, Sendable, Equatable {
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
  var points: [Point]
  /// Wall-clock time of all trainings in seconds.
  @FiniteOrNull var seconds: Double

  /// One mechanism with one budget.
  struct Point: Codable, Sendable, Equatable {
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
    var wrongSums: Int
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
