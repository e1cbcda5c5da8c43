import FLMath
import Foundation

/// Trains with each budget and each mechanism, several times over, to see what privacy costs.
struct CapstoneRun {
  /// The training that all have in common, without noise.
  let training: TrainingSettings
  let mechanisms: [PrivacySettings.Mechanism]
  let epsilons: [Double]
  let delta: Double
  let clip: Double
  let repetitions: Int

  /// How many rounds of training there are in all.
  var totalRounds: Int { (1 + mechanisms.count * epsilons.count) * repetitions * training.rounds }

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
      repetitions: repetitions, points: [], seconds: 0)
    var budgets: [PrivacySettings?] = [nil]
    for mechanism in mechanisms {
      budgets += epsilons.map { epsilon in
        PrivacySettings(
          mechanism: mechanism, epsilon: epsilon, delta: delta, clip: clip, noise: .seed)
      }
    }
    for privacy in budgets {
      let done = record.points.count * repetitions * training.rounds
      let point = try await point(privacy) { progress(done + $0, Self.name(of: privacy)) }
      record.points.append(point)
      afterPoint(point)
    }
    record.seconds = (ContinuousClock.now - started).milliseconds / 1000
    return record
  }

  private static func name(of privacy: PrivacySettings?) -> String {
    guard let privacy else { return "no noise" }
    return "\(privacy.mechanism.rawValue), epsilon \(DecimalText.significant(privacy.epsilon))"
  }

  private func point(
    _ privacy: PrivacySettings?, progress: (Int) -> Void
  ) async throws -> CapstoneRecord.Point {
    var point = CapstoneRecord.Point(
      mechanism: privacy?.mechanism.rawValue, epsilon: privacy?.epsilon, epsilonSpent: nil,
      noiseMultiplier: nil, accuracies: [], roundsApplied: 0, wrongSums: 0)
    var rounds = 0
    for repetition in 0..<repetitions {
      var settings = training
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
