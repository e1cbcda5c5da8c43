import FLMath
import SecAgg

/// Sums of words with a share of the noise from every client, as ``PrivateFedAvg`` releases them.
///
/// The masks of a session cancel exactly, so that the words are added as the server sees them; see
/// ``SessionCheck``.
struct DistributedRelease: AuditedRelease {
  let mechanism: DistributedNoiseMechanism
  private let words: ModularWords
  private let clients: Int
  private let rounds: Int
  private let relation: NeighbouringRelation
  private let score: MembershipScore
  /// The longest vector that a client can contribute, its clip bit included.
  let canary: [Double]

  /// Finds the noise for the claim.
  ///
  /// Under `addOrRemove` it is the noise for the same distance of the means, that of the clients that
  /// are sure to be there: the claim before it was known that the variance tells as well.
  init(_ mechanism: AuditedMechanism, _ claim: AuditedClaim, clients: Int, parameters: Int) throws {
    let isRemoved = claim.relation == .addOrRemove
    let relation: NeighbouringRelation = isRemoved ? .zeroOut : claim.relation
    func averaging(_ multiplier: Double) throws(PrivateFedAvgError) -> PrivateFedAvg {
      try PrivateFedAvg(
        PrivateFedAvg.Settings(
          parameterCount: parameters, clippingBound: 1,
          noise: mechanism == .skellam ? .skellam : .discreteGaussian,
          noiseMultiplier: multiplier, cohortSize: clients,
          minimumContributors: isRemoved ? clients - 1 : clients, corruptFraction: 0,
          relation: relation, sampling: .none,
          clipBitDeviation: mechanism == .adaptiveClipping
            ? max(Double(clients) / 20, multiplier) : nil))
    }
    func events(_ multiplier: Double) throws(FLMathError) -> [PrivacyEvent] {
      do throws(PrivateFedAvgError) {
        return [try averaging(multiplier).event(rounds: claim.rounds)]
      } catch {
        guard case .parameters(let reason) = error else {
          throw .privacy(.outOfRange(.noiseMultiplier, found: multiplier))
        }
        throw reason
      }
    }
    let multiplier = try NoiseCalibration.noiseMultiplier(
      epsilon: claim.target, delta: claim.delta,
      accountant: PrivacyLossAccountant(relation: relation), tolerance: AuditedClaim.tolerance,
      events: events)
    let numbers = try averaging(multiplier).parameters
    self.mechanism = try DistributedNoiseMechanism(numbers, seed: 0)
    words = try ModularWords(bits: numbers.choice.bits)
    self.clients = clients
    rounds = claim.rounds
    self.relation = claim.relation

    // An update as long as the bound, and all that the clip bit adds to its norm.
    let square = numbers.choice.clip * numbers.choice.clip
    var canary = [Double](repeating: 0, count: numbers.choice.dimension)
    canary[0] = 1
    if mechanism == .adaptiveClipping {
      canary[parameters] = max(0, square - 1).squareRoot()
    }
    self.canary = canary
    let share = numbers.localStandardDeviation * numbers.localStandardDeviation
    score =
      switch claim.relation {
      case .addOrRemove:
        try MembershipScore.variance(
          canarySquaredNorm: square, others: clients - 1, shareVariance: share,
          dimension: numbers.paddedDimension)
      case .zeroOut:
        try MembershipScore.mean(canarySquaredNorm: square, variance: Double(clients) * share)
      case .replace:
        try MembershipScore.mean(
          canarySquaredNorm: square, otherMean: -1, variance: Double(clients) * share)
      }
  }

  func scores(using generator: inout SimulationGenerator) throws -> MembershipScores {
    try MembershipScores.sum(ofRounds: rounds) { try round(using: &generator) }
  }

  /// Each trial has one set of shares of the other clients, for both sums: the bounds do not need the two
  /// samples to be independent of each other.
  private func round(using generator: inout SimulationGenerator) throws -> MembershipScores {
    let round = try mechanism.rotating(by: generator.next())
    let nothing = [Double](repeating: 0, count: canary.count)
    var without = [UInt64](repeating: 0, count: round.parameters.paddedDimension)
    for _ in 1..<clients {
      try words.add(round.encode(nothing, using: &generator), to: &without)
    }
    var with = without
    try words.add(round.encode(canary, using: &generator), to: &with)
    switch relation {
    case .addOrRemove: break
    case .zeroOut:
      try words.add(round.encode(nothing, using: &generator), to: &without)
    case .replace:
      try words.add(round.encode(canary.map { -$0 }, using: &generator), to: &without)
    }
    return MembershipScores(
      member: try score(with, in: round), nonMember: try score(without, in: round))
  }

  /// The score of a sum of words, including the coordinates that padding added, because the server sees them.
  private func score(_ sum: [UInt64], in round: DistributedNoiseMechanism) throws -> Double {
    let decoded = try round.decode(sum: sum)
    let projection = zip(decoded, canary).reduce(0) { $0 + $1.0 * $1.1 }
    let scale = round.parameters.scale
    let square = try words.unwrapped(sum).reduce(0.0) { $0 + Double($1) * Double($1) }
    return score.score(projection: projection, squaredNorm: square / (scale * scale))
  }
}

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
    ) { multiplier throws(FLMathError) in
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

  /// Audits noise that clients share. A client without its canary still adds its noise.
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
