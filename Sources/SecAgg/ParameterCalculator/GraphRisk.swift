public import FLMath

/// The risks of a graph and a threshold under given assumptions, as upper bounds of probabilities.
public struct GraphRisk: Sendable, Hashable {
  /// The probability that the honest contributors are split into two parts, and the server learns
  /// the sum of one part.
  ///
  /// For random dropouts: that two stretches of k/2 neighbouring places are corrupt or dropped. For
  /// chosen ones: that two such stretches hold t - k/2 corrupt clients each.
  public let disconnection: LogProbability
  /// The probability that some client has at least as many corrupt neighbours as the threshold.
  /// These neighbours can compute one of its secrets on their own.
  public let corruptNeighbours: LogProbability
  /// The probability that some client has at least 2t - k corrupt neighbours. A malicious server
  /// that shows clients different things can then remove all masks of this client. `nil` if the
  /// server is assumed to be semi-honest.
  public let bothSecrets: LogProbability?
  /// The probability that at least 2t - k - 1 endorsers are corrupt, so that they can endorse two
  /// sets of contributors. The endorsers are the clients at the first k + 1 places of the circle.
  /// `nil` if the server is assumed to be semi-honest, and for random dropouts: Bell et al. 2020,
  /// section 4, count signatures of neighbours, which `bothSecrets` covers.
  public let contributorSets: LogProbability?
  /// The probability that fewer neighbours of some client stay than the threshold requires, so that
  /// there is no sum.
  public let failure: LogProbability

  /// The probability that anything beyond the sum becomes known, in any of these ways.
  ///
  /// A client with too many corrupt neighbours for the threshold also has too many for both secrets:
  /// of these two only the larger counts.
  public var leak: LogProbability {
    disconnection + (bothSecrets ?? corruptNeighbours) + (contributorSets ?? .zero)
  }
}

extension SessionAssumptions {
  /// Returns the risks of a given degree and threshold. It answers the inverse question of
  /// `smallestGraph()`.
  ///
  /// The probabilities are sums over all clients and all cuts of the graph, so they are upper
  /// bounds. None is larger than 1. The probability of a leak holds for every roster of `rosters`
  /// and every sum of at least `minimumContributors`.
  ///
  /// Complexity: some 100 tails, milliseconds at most.
  ///
  /// - Throws: `SessionParametersError` if no session of the cohort has this degree and threshold.
  public func risk(of graph: GraphParameters) throws(SessionParametersError) -> GraphRisk {
    try SessionParameters.check(graph, cohortSize: cohortSize)
    return GraphRequirements(assumptions: self).risk(
      degree: graph.degree, threshold: graph.threshold)
  }
}

/// The ways in which a server and corrupt clients can learn more than the sum, each with an upper bound
/// of its probability over all rosters that the assumptions allow.
///
/// With A corrupt clients on every roster, all tails fall as the roster grows: one more honest
/// client at a random place does not increase the number of corrupt clients among given places. So
/// the tail of the smallest sparse roster, times the number of events in the largest, bounds the
/// probability for each roster.
///
/// A roster of at most k + 1 clients has the complete graph, and nothing is random: every honest
/// client has all A corrupt clients as neighbours.
struct LeakBounds {
  let cohortSize: Int
  let corruptClients: Int
  let minimumContributors: Int
  let threatModel: ThreatModel
  let dropouts: SessionAssumptions.Dropouts
  let rosters: SessionAssumptions.Rosters

  private func isComplete(degree: Int) -> Bool { degree >= cohortSize - 1 }

  /// Whether some roster has the complete graph. A roster of k + 1 clients always has enough
  /// clients for the threshold, so the minimum of contributors decides.
  private func hasCompleteRoster(degree: Int) -> Bool {
    isComplete(degree: degree) || rosters == .any && minimumContributors <= degree + 1
  }

  /// The size of the smallest roster with a sparse graph.
  private func smallestSparseRoster(degree: Int) -> Int {
    switch rosters {
    case .full: cohortSize
    case .any: max(minimumContributors, degree + 2)
    }
  }

  private func corruptClients(inRosterOf size: Int) -> Int { min(corruptClients, size) }

  /// Returns a bound for the probability that the honest contributors are split into two parts, and
  /// the server learns the sum of one part.
  func disconnection(degree: Int, threshold: Int) -> LogProbability {
    guard !isComplete(degree: degree) else { return .zero }
    let pairs = ChosenDropouts.windowPairs(count: cohortSize, degree: degree)
    switch dropouts {
    case .random:
      return randomCut(degree: degree).unionBound(over: pairs)
    case .chosen:
      let chosen = chosenDropouts(degree: degree, threshold: threshold)
      // Near the mean, where tails are long sums, one term is enough.
      guard chosen.oneTerm.unionBound(over: pairs) < .certain else { return .certain }
      return chosen.bothWindows.unionBound(over: pairs)
    }
  }

  private func chosenDropouts(degree: Int, threshold: Int) -> ChosenDropouts {
    let size = smallestSparseRoster(degree: degree)
    return ChosenDropouts(
      rosterSize: size, corruptClients: corruptClients(inRosterOf: size), degree: degree,
      threshold: threshold)
  }

  /// Returns a lower bound of the bound of a leak in this sparse graph.
  ///
  /// Complexity: O(1).
  func leastLeak(degree: Int, threshold: Int) -> LogProbability {
    switch dropouts {
    case .random:
      let corrupt = exposing(degree: degree, threshold: threshold)
      let neighbours = neighbourhood(degree: degree)
      // Half of all neighbourhoods have at least the mean, rounded down.
      let mean = degree * neighbours.marked / neighbours.population
      guard corrupt > mean else { return .certain }
      return max(
        disconnection(degree: degree, threshold: threshold),
        neighbours.probability(of: corrupt).unionBound(over: Double(cohortSize)))
    case .chosen:
      return chosenDropouts(degree: degree, threshold: threshold).oneTerm
        .unionBound(over: ChosenDropouts.windowPairs(count: cohortSize, degree: degree))
    }
  }

  /// Returns the number of corrupt neighbours of a client that reveals its secrets.
  func exposing(degree: Int, threshold: Int) -> Int {
    switch threatModel {
    case .semiHonest: threshold
    case .malicious: Self.sharesOfBothSecrets(degree: degree, threshold: threshold)
    }
  }

  /// The probability that two given windows of k/2 places are corrupt or dropped: with L such clients,
  /// C(L, k) / C(n, k) (Bell et al. 2020, section 3).
  ///
  /// L is A and the clients that can be missing from a sum, n - minimum. The full roster is the worst:
  /// both L and n are larger by the same number than in a smaller one, so that L / n is larger.
  private func randomCut(degree: Int) -> LogProbability {
    let lost = min(cohortSize, corruptClients + cohortSize - minimumContributors)
    return HypergeometricDistribution(population: cohortSize, marked: lost, draws: degree)
      .probability(of: degree)
  }

  /// A bound for the probability that some client has at least `corrupt` corrupt neighbours.
  func exposure(degree: Int, corrupt: Int) -> LogProbability {
    neighbourhood(degree: degree, corrupt: corrupt).unionBound(over: Double(cohortSize))
  }

  /// A bound for the probability that at least `corrupt` corrupt clients are at `degree` given places.
  func neighbourhood(degree: Int, corrupt: Int) -> LogProbability {
    if hasCompleteRoster(degree: degree), corruptClients >= corrupt { return .certain }
    if isComplete(degree: degree) { return .zero }
    return neighbourhood(degree: degree).upperTail(above: corrupt - 1)
  }

  /// A bound for the probability that enough endorsers are corrupt to endorse two sets of contributors.
  ///
  /// Two clients that accept different sets have t endorsers each, among the same k + 1 in a sparse graph. Honest
  /// ones sign once: 2t - (k + 1) are corrupt. In a complete graph each client has n - 1 others.
  func dividedEndorsers(degree: Int, threshold: Int) -> LogProbability {
    let needed = 2 * threshold - degree
    if hasCompleteRoster(degree: degree), corruptClients >= needed { return .certain }
    if isComplete(degree: degree) { return .zero }
    let size = smallestSparseRoster(degree: degree)
    return HypergeometricDistribution(
      population: size, marked: corruptClients(inRosterOf: size), draws: degree + 1
    ).upperTail(above: needed - 2)
  }

  private func neighbourhood(degree: Int) -> HypergeometricDistribution {
    let size = smallestSparseRoster(degree: degree)
    return HypergeometricDistribution(
      population: size, marked: corruptClients(inRosterOf: size), draws: degree)
  }

  /// Returns the number of corrupt neighbours that give a malicious server both secrets of a
  /// client.
  ///
  /// The server withholds the shares of some honest neighbours from the client. So the client does
  /// not mask with them, but they still reveal shares of its self mask. The client masks with t
  /// neighbours that the server knows, t reveal shares, and only corrupt neighbours can do both: 2t
  /// - k (`ChosenDropouts`, step 3). Two sets of contributors with t answers each need as many.
  static func sharesOfBothSecrets(degree: Int, threshold: Int) -> Int { 2 * threshold - degree }

  /// Returns the bounds by cause, together with the probability of a failure from the caller.
  func risk(degree: Int, threshold: Int, failure: LogProbability) -> GraphRisk {
    let both = exposing(degree: degree, threshold: threshold)
    let isMalicious = threatModel == .malicious
    return GraphRisk(
      disconnection: disconnection(degree: degree, threshold: threshold),
      corruptNeighbours: exposure(degree: degree, corrupt: threshold),
      bothSecrets: isMalicious ? exposure(degree: degree, corrupt: both) : nil,
      contributorSets: isMalicious && dropouts == .chosen
        ? dividedEndorsers(degree: degree, threshold: threshold) : nil,
      failure: failure)
  }

  /// Returns the sum of the bounds.
  func leak(degree: Int, threshold: Int) -> LogProbability {
    risk(degree: degree, threshold: threshold, failure: .zero).leak
  }
}
