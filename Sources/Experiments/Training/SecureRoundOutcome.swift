import FLMath
import FLReport
import SecAgg
import SecAggWire
import SimulatedSessions

/// The outcome of one round of training through secure aggregation.
struct SecureRoundOutcome {
  let report: SessionRun.Report
  /// The client whose masked input is shown in the report.
  let observed: ClientID?
  /// That client's true update.
  var update: [Double]?
  /// The contributors and the session of the sum; nil if there was no sum.
  var released: (contributors: [ClientID], parameters: SessionParameters)?
  /// The decoded mean; nil when no sum was released.
  var mean: WeightedMean?
  /// Whether the secure sum equals the plaintext sum of the same integers.
  var sumsEqual: Bool?
  /// The effect of clipping; nil without a sum, and with noise.
  var clipping: TrainingRecord.Clipping?

  /// The round's entry in the record.
  func summary(
    round: Int, leaving: [ClientID: LeavingPoint], accuracy: Double, plainAccuracy: Double
  ) -> TrainingRecord.Round {
    let phases = report.phases.map { phase in
      TrainingRecord.PhaseCost(
        phase: phase.round.description,
        clientMilliseconds: Median.of(Array(phase.clientMilliseconds.values)) ?? 0,
        serverMilliseconds: phase.server.milliseconds,
        bytesUp: Int(Median.of(phase.bytesUp.values.map(Double.init)) ?? 0),
        bytesDown: Int(Median.of(phase.bytesDown.values.map(Double.init)) ?? 0))
    }
    return TrainingRecord.Round(
      round: round, contributors: mean?.contributors.count ?? 0,
      dropped: TrainingRecord.DroppedByPhase(
        beforeSharingKeys: leaving.values.count { $0 == .beforeSharingKeys },
        afterSharingKeys: leaving.values.count { $0 == .afterSharingKeys },
        afterMaskedInput: leaving.values.count { $0 == .afterMaskedInput }),
      accuracy: accuracy, plainAccuracy: plainAccuracy, sumsEqual: sumsEqual,
      bytesUpPerClient: total(\.bytesUp), bytesDownPerClient: total(\.bytesDown),
      applied: mean != nil, refusal: report.refusal, epsilonSpent: nil, clipping: clipping,
      phases: phases)
  }

  /// The bytes of the median client that stayed to the end.
  private func total(_ bytes: KeyPath<SessionRun.Phase, [ClientID: Int]>) -> Int {
    let totals = report.stayed.map { id in
      Double(report.phases.reduce(0) { $0 + ($1[keyPath: bytes][id] ?? 0) })
    }
    return Int(Median.of(totals) ?? 0)
  }

  /// What the server saw of the observed client, beside what that client kept to itself.
  func serverView(round: Int, layout: VectorLayout) -> TrainingRecord.ServerView? {
    guard let observed, let update, let mean, let bytes = report.observedInput,
      case .maskedInput(let input)? = try? ClientMessage(serialized: bytes, from: observed)
    else { return nil }
    let laneBits = UInt64(layout.lanes.laneBits)
    let modulus = Double(sign: .plus, exponent: Int(laneBits), significand: 1)
    var fractions: [Double] = []
    for word in input.words.dropLast() {
      for lane in 0..<layout.lanes.lanesPerWord {
        let value = (word >> (laneBits * UInt64(lane))) & (UInt64.max >> (64 - laneBits))
        fractions.append(Double(value) / modulus)
      }
    }
    let largest = max(update.map(abs).max() ?? 1, mean.mean.map(abs).max() ?? 1)
    return TrainingRecord.ServerView(
      client: Int(observed.rawValue), round: round,
      maskedUpdate: .histogram(
        of: fractions, bins: 24, range: 0...1, label: "masked update",
        unit: "fraction of 2^\(laneBits)"),
      trueUpdate: .histogram(
        of: update, bins: 31, range: -largest...largest, label: "true update",
        unit: "model units"),
      decodedMean: .histogram(
        of: mean.mean, bins: 31, range: -largest...largest, label: "decoded mean",
        unit: "model units"))
  }
}
