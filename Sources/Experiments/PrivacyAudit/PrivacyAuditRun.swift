import FLMath
import SecAgg
import SimulatedSessions

/// Attacks on what every mechanism releases, with the canary and without it, in many trials.
package struct PrivacyAuditRun {
  let settings: PrivacyAuditRecord.Settings

  package init(
    settings: PrivacyAuditRecord.Settings
  ) {
    self.settings = settings
  }

  /// One mechanism under one relation.
  private struct Case: Sendable {
    var mechanism: AuditedMechanism
    var relation: NeighbouringRelation
    var rounds: Int
    var isOneRun = false

    /// The number of bounds that are compared with the claim.
    var bounds: Int { !isOneRun && mechanism.isGaussian(under: relation) ? 2 : 1 }
  }

  /// Trials that one task makes.
  private static let batch = 50

  private var cases: [Case] {
    var cases: [Case] = []
    for mechanism in AuditedMechanism.allCases {
      for relation in mechanism.relations(assuming: settings.assumption) {
        // Noise of one round is correlated with nothing.
        if mechanism != .correlatedGaussian {
          cases.append(Case(mechanism: mechanism, relation: relation, rounds: 1))
        }
        guard settings.rounds > 1 else { continue }
        cases.append(Case(mechanism: mechanism, relation: relation, rounds: settings.rounds))
      }
    }
    // One run cannot have canaries that take their noise away: it has one amount of noise.
    cases.append(
      Case(mechanism: .centralGaussian, relation: .addOrRemove, rounds: 1, isOneRun: true))
    if settings.assumption == .claimed {
      for mechanism in [AuditedMechanism.discreteGaussian, .skellam] {
        cases.append(
          Case(mechanism: mechanism, relation: .zeroOut, rounds: 1, isOneRun: true))
      }
    }
    return cases
  }

  /// The number of steps of a run.
  package var totalSteps: Int {
    cases.reduce(1) { $0 + ($1.isOneRun ? 1 : batches.count) }
  }

  private var batches: [Range<Int>] {
    stride(from: 0, to: settings.trials, by: Self.batch).map {
      $0..<min($0 + Self.batch, settings.trials)
    }
  }

  /// Runs everything.
  ///
  /// - Parameter advance: called after each step with what it was.
  package func run(advance: @escaping @Sendable (String) -> Void) async throws -> PrivacyAuditRecord
  {
    let started = ContinuousClock.now
    let cases = cases
    // All bounds hold together, so that each of them may be wrong with its part of the error only.
    let bounds = cases.reduce(0) { $0 + $1.bounds }
    let confidence = 1 - (1 - settings.confidence) / Double(bounds)
    var entries: [PrivacyAuditRecord.Entry] = []
    for (index, audited) in cases.enumerated() {
      entries.append(
        audited.isOneRun
          ? try oneRun(audited, index: index, confidence: confidence)
          : try await manyRuns(
            audited, index: index, confidence: confidence, advance: advance))
      if audited.isOneRun { advance("") }
    }
    var generator = SimulationSeeds(seed: settings.seed).generator(.audit, client: cases.count)
    let release = try DistributedRelease(
      .discreteGaussian, claim(.zeroOut, rounds: 1), clients: settings.clients,
      parameters: settings.parameters)
    let equal = try await SessionCheck.holds(
      release, clients: settings.clients, using: &generator)
    advance("")
    return PrivacyAuditRecord(
      settings: settings, entries: entries, sessionEqualsSum: equal,
      seconds: (ContinuousClock.now - started).milliseconds / 1000)
  }

  private func claim(_ relation: NeighbouringRelation, rounds: Int) -> AuditedClaim {
    AuditedClaim(
      epsilon: settings.epsilon, delta: settings.delta, relation: relation, rounds: rounds)
  }

  private func manyRuns(
    _ audited: Case, index: Int, confidence: Double, advance: @escaping @Sendable (String) -> Void
  ) async throws -> PrivacyAuditRecord.Entry {
    let claim = claim(audited.relation, rounds: audited.rounds)
    let (clients, parameters) = (settings.clients, settings.parameters)
    let release: any AuditedRelease =
      switch audited.mechanism {
      case .centralGaussian:
        try CentralRelease(claim, clients: clients, parameters: parameters)
      case .correlatedGaussian:
        try CorrelatedRelease(claim, clients: clients, parameters: parameters)
      case .discreteGaussian, .skellam, .adaptiveClipping:
        try DistributedRelease(
          audited.mechanism, claim, clients: clients, parameters: parameters)
      }
    let seeds = SimulationSeeds(seed: settings.seed)
    let trials = await concurrentMap(batches) { batch in
      Result {
        defer { advance(audited.mechanism.title) }
        return try batch.map { trial in
          var generator = seeds.generator(.audit, round: trial, client: index)
          return try release.scores(using: &generator)
        }
      }
    }
    let scores = try trials.flatMap { try $0.get() }
    let (members, nonMembers) = (scores.map(\.member), scores.map(\.nonMember))
    let audit = try ThresholdAudit(delta: settings.delta, confidence: confidence)
    func bound(_ family: ThresholdAudit.Family) throws -> Double {
      try audit.bound(members: members, nonMembers: nonMembers, family: family).epsilon
    }
    return PrivacyAuditRecord.Entry(
      mechanism: audited.mechanism, relation: audited.relation.rawValue, rounds: audited.rounds,
      canaries: nil, claimedEpsilon: settings.epsilon, delta: settings.delta,
      epsilonLowerBound: try bound(.anyMechanism),
      gaussianEpsilonLowerBound: audited.mechanism.isGaussian(under: audited.relation)
        ? try bound(.gaussian) : nil, confidence: confidence,
      truePositivesAtOnePercent: AttackCurve(members: members, nonMembers: nonMembers)
        .truePositives(at: 0.01),
      curve: AttackCurve(members: members, nonMembers: nonMembers).points)
  }

  private func oneRun(
    _ audited: Case, index: Int, confidence: Double
  ) throws -> PrivacyAuditRecord.Entry {
    var generator = SimulationSeeds(seed: settings.seed).generator(.audit, client: index)
    let run = CanaryRun(
      claim: claim(audited.relation, rounds: audited.rounds), canaries: settings.parameters)
    let audit =
      audited.mechanism == .centralGaussian
      ? try run.central(using: &generator)
      : try run.distributed(audited.mechanism, using: &generator)
    return PrivacyAuditRecord.Entry(
      mechanism: audited.mechanism, relation: audited.relation.rawValue, rounds: audited.rounds,
      canaries: run.canaries, claimedEpsilon: settings.epsilon, delta: settings.delta,
      epsilonLowerBound: try audit.epsilonLowerBound(
        delta: settings.delta, confidence: confidence), gaussianEpsilonLowerBound: nil,
      confidence: confidence, truePositivesAtOnePercent: nil, curve: [])
  }
}

/// Checks that a secure session releases the sum that the audit attacks: that of the clients' words, modulo a power of
/// two.
enum SessionCheck {
  /// Runs a session over the clients' words. One client has the canary.
  ///
  /// - Returns: whether the words that the session released are the sum of the words, and both decode to
  ///   the same numbers.
  static func holds(
    _ release: DistributedRelease, clients: Int, using generator: inout SimulationGenerator
  ) async throws -> Bool {
    let mechanism = try release.mechanism.rotating(by: generator.next())
    let bits = mechanism.parameters.choice.bits
    let words = try ModularWords(bits: bits)
    let layout = try VectorLayout(
      elementCount: mechanism.parameters.paddedDimension,
      lanes: LaneLayout(minimumValueBits: bits, maximumContributors: clients))
    let nothing = [Double](repeating: 0, count: release.canary.count)
    var sum = [UInt64](repeating: 0, count: layout.elementCount)
    var inputs: [PackedVector] = []
    for client in 0..<clients {
      let encoded = try mechanism.encode(
        client == 0 ? release.canary : nothing, using: &generator)
      try words.add(encoded, to: &sum)
      inputs.append(try PackedVector(encoded, layout: layout))
    }
    let session = try await SecureSum.run(
      inputs, layout: layout, minimumContributors: clients,
      context: SessionParameters.applicationContext(of: Array("privacy audit".utf8)))
    let modulus = UInt64(1) << UInt64(bits)
    let released = try session.released().sums.unsigned?.map { $0 % modulus }
    guard let released, session.sumsEqual == true, released == sum else { return false }
    return try mechanism.decode(sum: released) == mechanism.decode(sum: sum)
  }
}
