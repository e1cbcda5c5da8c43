import FLMath

@testable import SecAgg

/// What it costs the server to close a round when clients are silent in the way that costs most.
enum ClosingBenchmarks {
  private static let suite = "closing"

  /// A gap of silent clients on the ring: the clients beside it have too few neighbours and are left
  /// out, then those beside them, and so on around the ring.
  static func run(_ results: inout Results, clients: Int) throws {
    // In the malicious model the threshold is more than half of the degree, so that a gap spreads. The
    // phase is the same in both models; this one has no signatures to make.
    let graph = try SessionAssumptions(cohortSize: clients, threatModel: .malicious).smallestGraph()
    let parameters = try SessionParameters(
      threatModel: .semiHonest, cohortSize: clients, degree: graph.degree,
      threshold: graph.threshold,
      layout: VectorLayout(
        elementCount: 1, lanes: UnsignedLanes(minimumValueBits: 16, maximumContributors: clients)),
      minimumContributors: 2,
      applicationContext: SessionParameters.applicationContext(of: []))
    let roster = ServerRoster(
      try ClientID.all(cohortSize: clients).map {
        try AdvertiseKeysRound(
          id: $0, parameters: parameters,
          policy: ClientPolicy(applicationContext: parameters.applicationContext)
        ).message
      }, parameters: parameters)
    let places = RosterPermutation(count: clients, commitment: roster.commitment).placeOfIndex
    let gap = parameters.degree - parameters.threshold + 1
    for (silent, name) in [(0, "nobody silent"), (gap, "\(gap) neighbours silent")] {
      let distributions = places.enumerated().map { index, place in
        place < silent
          ? nil
          : ShareDistribution(
            session: parameters.digest, sender: roster.id(at: index),
            selfMaskCommitment: parameters.digest, shares: [])
      }
      let phase = SharingPhase(roster: roster, distributions: distributions)
      let seconds = Stopwatch.samples(runs: 5) { _ = try? phase.close(parameters: parameters) }
      results.add(
        Figure(
          suite, "n = \(clients), degree \(parameters.degree), \(name)", unit: "ms",
          seconds: seconds,
          perSecond: 1e3))
    }
  }
}
