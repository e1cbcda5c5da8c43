// A privacy budget around a training loop, and a log of who took part. Every build of the package
// compiles this file.

import FLMath
import FLRecords
import SecAgg

/// Trains until the rounds are done or the budget is spent; may be started again at any time.
///
/// - Parameters:
///   - aggregate: one secure session with a cohort, whose noise has this multiplier.
///   - apply: folds a sum into the global model.
func train(
  rounds: Int, clients: [UInt32], noiseMultiplier: Double, folder: String,
  seed: () -> UInt64, modelDigest: () -> Digest,
  aggregate: (Cohort) throws -> (UnmaskedAggregate, participants: [UInt32], SessionParameters),
  apply: (UnmaskedAggregate) throws -> Void
) throws {
  // snippet: records
  // The event of a round as planned. Its sampling changes when clients opt out, so the accountant has one order.
  let planned = try PrivacyEvent(
    .gaussian(noiseMultiplier: noiseMultiplier), relation: .replace,
    sampling: .withoutReplacement(sampleSize: 100, population: clients.count),
    repetitions: rounds)
  var ledger = try PrivacyLedger(
    at: "\(folder)/privacy.jsonl", budget: PrivacyBudget(epsilon: 8, delta: 1e-5),
    accountant: RenyiAccountant(relation: .replace, planned: [planned], delta: 1e-5))
  var log = try AuditLog(at: "\(folder)/audit.jsonl", minimumGroupSize: 50)
  let selection = try UniformSelection(size: 100)
  for round in 1...rounds {
    let optOuts = log.optOuts
    let candidates = try Candidates(clients, optedOut: optOuts.clients)
    let cohort = try selection.select(from: candidates, losses: [:], seed: seed())
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: noiseMultiplier), relation: .replace,
      sampling: cohort.scheme.accounted, repetitions: 1)
    // Before anybody is asked: what does not fit the budget is refused here.
    do { try ledger.spend(event, for: round) } catch .ledger(.exceedsBudget) { break }
    let model = modelDigest()
    let (sum, participants, parameters) = try aggregate(cohort)
    try log.record(
      ReleasedSum(
        round: round, participants: participants, contributors: sum.contributors,
        parameters: parameters, model: model),
      selectedWith: optOuts)
    try apply(sum)
  }
  // snippet: end
}
