import FLMath
import SecAgg

/// One run with many canaries: each client has a parameter of its own to contribute to, and does so or not
/// by the flip of a coin.
struct CanaryRun {
  let claim: AuditedClaim
  /// The number of canaries, of clients and of parameters.
  let canaries: Int

  /// The number of guesses, chosen beforehand: an eighth of the canaries.
  private var guesses: Int { max(2, canaries / 8) }

  /// Audits noise of the server: canaries that are not in the run are not in the sum.
  func central(using generator: inout SimulationGenerator) throws -> OneRunAudit {
    let multiplier = try NoiseCalibration.noiseMultiplier(
      epsilon: claim.target, delta: claim.delta,
      accountant: PrivacyLossAccountant(relation: .addOrRemove),
      tolerance: AuditedClaim.tolerance
    ) { multiplier throws(PrivacyParameterError) in
      [
        try PrivacyEvent(
          .gaussian(noiseMultiplier: multiplier), relation: .addOrRemove, sampling: .none,
          repetitions: claim.rounds)
      ]
    }
    let noise = try GaussianMechanism(standardDeviation: multiplier, sensitivity: 1)
    let isMember = flips(using: &generator)
    return try audit(isMember) {
      var sum = isMember.map { $0 ? 1.0 : 0 }
      noise.addNoise(to: &sum, using: &generator)
      return sum
    }
  }

  /// Audits noise that clients share: canaries that are not in the run add their noise nevertheless.
  func distributed(
    _ mechanism: AuditedMechanism, using generator: inout SimulationGenerator
  ) throws -> OneRunAudit {
    let release = try DistributedRelease(
      mechanism, claim, clients: canaries, parameters: canaries)
    let words = try ModularWords(bits: release.mechanism.parameters.choice.bits)
    let isMember = flips(using: &generator)
    return try audit(isMember) {
      let round = try release.mechanism.rotating(by: generator.next())
      var sum = [UInt64](repeating: 0, count: round.parameters.paddedDimension)
      for (index, isMember) in isMember.enumerated() {
        var update = [Double](repeating: 0, count: canaries)
        if isMember { update[index] = 1 }
        try words.add(round.encode(update, using: &generator), to: &sum)
      }
      return try round.decode(sum: sum)
    }
  }

  private func flips(using generator: inout SimulationGenerator) -> [Bool] {
    (0..<canaries).map { _ in Bool.random(using: &generator) }
  }

  /// A canary's score is its parameter of all rounds' sums.
  private func audit(_ isMember: [Bool], release: () throws -> [Double]) throws -> OneRunAudit {
    var scores = [Double](repeating: 0, count: canaries)
    for _ in 0..<claim.rounds {
      for (index, value) in try release().enumerated() { scores[index] += value }
    }
    return try OneRunAudit(scores: scores, isMember: isMember, guesses: guesses)
  }
}
