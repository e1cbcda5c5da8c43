import FLMath
package import FLReport
import Foundation
import SecAgg

/// The results of a training run, for `--json` and for the HTML report. The keys of the JSON are the property names;
/// `null` means that there is no value.
package struct TrainingRecord: Encodable, Sendable {
  /// Version of this layout; readers refuse versions that they do not know.
  var schemaVersion = 3
  var configuration: Configuration
  /// The noise and its budget; nil for a training without.
  @ExplicitNull package var privacy: Privacy?
  package var rounds: [Round]
  /// What the server saw of one client in the last applied round; nil when no round was applied.
  @ExplicitNull var serverView: ServerView?
  /// Test accuracy of the securely trained model at the end, as a fraction in 0...1.
  @FiniteOrNull var finalAccuracy: Double
  /// Test accuracy of plain floating-point federated averaging at the end, in 0...1.
  @FiniteOrNull var finalPlainAccuracy: Double
  /// Wall-clock time of the whole run in seconds.
  @FiniteOrNull var seconds: Double

  /// The first warning about the clipping bound, and the rounds that got one.
  var clippingWarning: (text: String, rounds: Int)? {
    let warnings = rounds.compactMap { $0.clipping?.warning }
    return warnings.first.map { ($0, warnings.count) }
  }
}

extension TrainingRecord {
  /// The settings of the run: enough to repeat it.
  struct Configuration: Encodable, Sendable {
    /// "digits" or "breast-cancer".
    var data: String
    /// What was assumed of the server: "semi-honest" or "malicious".
    var threatModel: String
    /// The clients of a round.
    var clients: Int
    /// The number of such cohorts, which take turns.
    var turns: Int
    var roundsRequested: Int
    /// Share of the clients that leave at each of the three points of a round.
    @FiniteOrNull var dropout: Double
    /// How the training examples are split over the clients.
    var partition: String
    var model: String
    var parameterCount: Int
    /// The graph of neighbours: "complete" or "sparse".
    var graph: String
    /// Neighbours of each client in that graph.
    var degree: Int
    /// Shares needed to rebuild a secret.
    var threshold: Int
    /// The smallest number of clients in a sum.
    var minimumContributors: Int
    /// Bits of one quantised value.
    var valueBits: Int
    /// Bits of one lane: a quantised value and room for the sum over all clients.
    var laneBits: Int
    var lanesPerWord: Int
    /// Bound to which a client's update is clipped, in model units.
    @FiniteOrNull var clippingBound: Double
    var localEpochs: Int
    var batchSize: Int
    @FiniteOrNull var learningRate: Double
    var seed: UInt64
    var trainingExamples: Int
    var testExamples: Int
  }

  /// One round of training: one secure sum, released or not.
  package struct Round: Encodable, Sendable {
    /// Number of the round, from 1.
    var round: Int
    /// Clients whose update is in the sum.
    var contributors: Int
    var dropped: DroppedByPhase
    /// Test accuracy of the securely trained model after this round, in 0...1.
    @FiniteOrNull var accuracy: Double
    /// The same for plain floating-point federated averaging.
    @FiniteOrNull var plainAccuracy: Double
    /// Whether the secure sum equals the plaintext integer sum; nil when no sum was released.
    @ExplicitNull package var sumsEqual: Bool?
    /// Median over the contributors.
    var bytesUpPerClient: Int
    /// Median over the contributors.
    var bytesDownPerClient: Int
    /// Whether the decoded mean was added to the model.
    var applied: Bool
    /// Why the round was not applied.
    @ExplicitNull var refusal: String?
    /// The epsilon of everything up to this round; nil without a budget.
    @ExplicitNull var epsilonSpent: Double?
    /// What clipping cost; nil without a sum, and with noise, because these counts have none.
    @ExplicitNull var clipping: Clipping?
    var phases: [PhaseCost]
  }

  /// How many clients left at each of the three points of a round.
  struct DroppedByPhase: Encodable, Sendable {
    var beforeSharingKeys: Int
    var afterSharingKeys: Int
    /// These are in the sum, because their masked input had arrived.
    var afterMaskedInput: Int

    /// All clients that left.
    var total: Int { beforeSharingKeys + afterSharingKeys + afterMaskedInput }
  }

  /// What one phase of one round cost.
  struct PhaseCost: Encodable, Sendable {
    /// "advertise keys", "share keys", "masked input" or "unmasking".
    var phase: String
    /// CPU time of the median client.
    @FiniteOrNull var clientMilliseconds: Double
    /// CPU time of the server.
    @FiniteOrNull var serverMilliseconds: Double
    /// Bytes sent by the median client.
    var bytesUp: Int
    /// Bytes received by the median client.
    var bytesDown: Int
  }

  /// The three distributions that show what secure aggregation hides.
  struct ServerView: Encodable, Sendable {
    /// Identifier of the client that is shown.
    var client: Int
    var round: Int
    /// What the server received: lanes as a fraction of the modulus, in 0...1.
    var maskedUpdate: Histogram
    /// What the client computed and never sent in the clear, in model units.
    var trueUpdate: Histogram
    /// What the server learned: the mean over all contributors, in model units.
    var decodedMean: Histogram
  }
}

extension TrainingRecord {
  /// What the clients of a sum lost by clipping, and whether the bound fits the updates.
  struct Clipping: Encodable, Sendable {
    /// Clients with a coordinate beyond the bound.
    var clippedClients: Int
    /// Coordinates beyond the bound, of all clients together.
    var clippedCoordinates: UInt64
    /// All coordinates of all clients.
    var coordinates: UInt64
    /// The distance of neighbouring numbers that an update can hold, for a client of the largest weight.
    @FiniteOrNull var step: Double
    /// A bound that leaves the updates of nine in ten clients as they are; nil if that is unknown.
    @ExplicitNull var suggestedBound: Double?
    /// What is wrong with the bound, and what to do; nil if it fits.
    @ExplicitNull var warning: String?
  }
}

extension TrainingRecord.Clipping {
  /// A share of clipped coordinates that slows a training down.
  static let noticedShare = 0.01
  /// Fewer steps than this between 0 and the largest coordinate are too few.
  static let fewestSteps = 16.0

  init(_ counts: ClippingCounts, of secure: SecureFedAvg) {
    clippedClients = counts.clientsBeyondBound
    clippedCoordinates = counts.clippedCoordinates
    coordinates = UInt64(counts.contributors) * UInt64(secure.parameterCount)
    step = secure.codec.step
    suggestedBound = counts.suggestedBound(from: secure.clippingBound)
    warning = nil
    warning =
      clippedShare >= Self.noticedShare
      ? tooSmall(secure.clippingBound, clients: counts.contributors)
      : tooLarge(counts, bound: secure.clippingBound)
  }

  /// The part of all coordinates that was cut off.
  var clippedShare: Double { Double(clippedCoordinates) / Double(coordinates) }

  private func tooSmall(_ bound: Double, clients: Int) -> String {
    let advice =
      suggestedBound.map {
        "9 in 10 clients stay within --clipping-bound \(DecimalText.significant($0))."
      } ?? "Raise it by several powers of ten."
    return
      "\(Quantity.percent(clippedShare)) of all coordinates, of \(clippedClients) of \(clients) "
      + "clients, were cut off at the clipping bound of \(DecimalText.significant(bound)). "
      + "That costs accuracy. " + advice
  }

  private func tooLarge(_ counts: ClippingCounts, bound: Double) -> String? {
    guard let half = counts.suggestedBound(covering: 0.5, from: bound),
      half < Self.fewestSteps * step, let suggestedBound
    else { return nil }
    return
      "Half of the clients have no coordinate above \(DecimalText.significant(half)), and the clipping bound "
      + "of \(DecimalText.significant(bound)) leaves steps of \(DecimalText.significant(step)). "
      + "That costs accuracy. Lower it to --clipping-bound \(DecimalText.significant(suggestedBound)), or raise "
      + "--value-bits."
  }
}

extension TrainingRecord {
  /// The noise of a run and its privacy guarantee.
  package struct Privacy: Encodable, Sendable {
    /// Who adds the noise: "central", the server; "distributed", the clients; "correlated", the server, which
    /// takes a part of it back in later rounds.
    var mechanism: String
    /// The budget of the whole run.
    @FiniteOrNull var epsilon: Double
    @FiniteOrNull var delta: Double
    /// Largest Euclidean norm of an update, in model units.
    @FiniteOrNull var clip: Double
    /// The same after the last round; another number if it follows the norms.
    @FiniteOrNull var clipAtEnd: Double
    /// Standard deviation of the noise on the sum, in clips; of correlated noise that of the whole training, in
    /// sensitivities.
    @FiniteOrNull var noiseMultiplier: Double
    /// The distribution of the noise: "gaussian", "discreteGaussian" or "skellam".
    var noise: String
    /// The number of contributors that are certainly honest. Their shares of distributed noise have that deviation
    /// together. Nil for central noise.
    @ExplicitNull var survivingHonest: Int?
    /// What the noisy sum is divided by.
    @FiniteOrNull var denominator: Double
    /// What neighbouring data sets differ in: "addOrRemove", one client more or less, for central noise;
    /// "zeroOut", the update of one client or 0 in its place, for distributed noise.
    var relation: String
    /// How the clients of a round are chosen at random: "none".
    var sampling: String
    /// The accountant of the ledger.
    var accountant: String
    /// The epsilon of everything in the ledger at the end of the run.
    @FiniteOrNull var epsilonSpent: Double
    /// The least type II error of an adversary for some type I errors, for everything in the ledger at the end of
    /// the run: how often it misses that a client's update was used, and how often it says so wrongly.
    var tradeOff: [TradeOffPoint]
    /// Why the run ended early: the next round would have exceeded the budget.
    @ExplicitNull package var refusal: String?
  }

  /// The two errors of an adversary.
  struct TradeOffPoint: Encodable, Sendable {
    @FiniteOrNull var typeIError: Double
    @FiniteOrNull var typeIIError: Double
  }
}

extension TrainingRecord.Privacy {
  /// The figures of a plan.
  init(_ plan: PrivacyPlan) {
    let (noise, survivingHonest): (String, Int?) =
      switch plan.noise {
      case .central, .correlated: ("gaussian", nil)
      case .distributed(let averaging):
        (plan.settings.shares.rawValue, averaging.parameters.choice.survivingHonest)
      }
    self.init(
      mechanism: plan.settings.mechanism.rawValue, epsilon: plan.settings.epsilon,
      delta: plan.settings.delta, clip: plan.settings.clip, clipAtEnd: plan.settings.clip,
      noiseMultiplier: plan.noiseMultiplier, noise: noise, survivingHonest: survivingHonest,
      denominator: plan.denominator, relation: plan.settings.relation.rawValue,
      sampling: "none",
      accountant: "privacy loss distribution",
      epsilonSpent: 0, tradeOff: [], refusal: nil)
  }

  /// How much of the budget is spent, in one sentence.
  var spending: String {
    "Epsilon \(DecimalText.fixed(epsilonSpent, decimals: 3)) of "
      + "\(DecimalText.significant(epsilon)) is spent, at delta \(delta)."
  }

  /// The adversaries of the guarantee, and the parties that have to be trusted with the noise.
  var trust: String {
    guard let survivingHonest else {
      return
        "It holds against everybody who sees the models; the server, which adds the noise, sees"
        + " the sums without it."
    }
    return "It holds against the server as well, which gets nothing but noisy sums, if at least"
      + " \(DecimalText.integer(survivingHonest)) of the contributors add their shares of the noise."
  }
}

extension TrainingRecord.Privacy {
  /// Points of a curve, on the logarithmic axis of false alarms from 0.1 % to 100 %.
  static func tradeOffPoints(
    of curve: TradeOffCurve
  ) throws(FLMathError) -> [TrainingRecord.TradeOffPoint] {
    var points: [TrainingRecord.TradeOffPoint] = []
    for step in 0...90 {
      let typeIError = step == 90 ? 1 : pow(10, Double(step) / 30 - 3)
      points.append(
        TrainingRecord.TradeOffPoint(
          typeIError: typeIError, typeIIError: try curve.typeIIError(typeIError: typeIError)))
    }
    return points
  }
}
