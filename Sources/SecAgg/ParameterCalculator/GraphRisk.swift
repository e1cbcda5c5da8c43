public import FLMath

/// What a graph and a threshold risk under given assumptions, as upper bounds of probabilities.
public struct GraphRisk: Sendable, Hashable {
  /// That the honest contributors fall apart into two parts, and the server learns the sum of one.
  ///
  /// For random dropouts: that two stretches of k/2 neighbouring places are corrupt or dropped. For
  /// chosen ones: that two such stretches hold t - k/2 corrupt clients each.
  public let disconnection: LogProbability
  /// That some client has at least as many corrupt neighbours as the threshold, which know one of
  /// its secrets without being asked.
  public let corruptNeighbours: LogProbability
  /// That some client has at least 2t - k corrupt neighbours. A malicious server that shows clients
  /// different things can then remove all masks of this client. `nil` if the server is assumed to be
  /// semi-honest.
  public let bothSecrets: LogProbability?
  /// That so many endorsers are corrupt, the clients at the first k + 1 places of the circle, that they can
  /// endorse two sets of contributors: 2t - k - 1. `nil` if the server
  /// is assumed to be semi-honest, and for random dropouts: Bell et al. 2020, section 4, count
  /// signatures of neighbours, which `bothSecrets` covers.
  public let contributorSets: LogProbability?
  /// That some client has fewer neighbours that stay than the threshold, so that there is no sum.
  public let failure: LogProbability

  /// That anything is learnt beyond the sum, by any of these ways.
  ///
  /// A client with too many corrupt neighbours for the threshold also has too many for both secrets:
  /// of these two only the larger counts.
  public var leak: LogProbability {
    disconnection + (bothSecrets ?? corruptNeighbours) + (contributorSets ?? .zero)
  }
}

extension SessionAssumptions {
  /// The inverse question: what a given degree and threshold risk.
  ///
  /// The probabilities are sums over all clients and all cuts of the graph, so they are somewhat too
  /// large rather than too small; none is given as more than 1. The probability of a leak holds for
  /// every roster of `rosters` and every sum of at least `minimumContributors`.
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
