public import FLMath

/// What a graph and a threshold risk under given assumptions, as upper bounds of probabilities.
public struct GraphRisk: Sendable, Hashable {
  /// That the honest clients that stay fall apart into two parts, each with a sum of its own that
  /// the server learns.
  public let disconnection: LogProbability
  /// That some client has at least as many corrupt neighbours as the threshold, which know one of
  /// its secrets without being asked.
  public let corruptNeighbours: LogProbability
  /// That a malicious server can get both secrets of some client, by telling its neighbours
  /// different things. `nil` if the server is assumed to be semi-honest.
  public let bothSecrets: LogProbability?
  /// That some client has fewer neighbours that stay than the threshold, so that there is no sum.
  public let failure: LogProbability

  /// That anything is learnt beyond the sum, by any of these ways.
  ///
  /// Whoever has too many corrupt neighbours for the threshold also has too many for both secrets:
  /// of these two only the larger counts.
  public var leak: LogProbability { disconnection + (bothSecrets ?? corruptNeighbours) }
}

extension SessionAssumptions {
  /// The inverse question: what a given degree and threshold risk.
  ///
  /// The probabilities are sums over all clients and all cuts of the graph, so they are somewhat too
  /// large rather than too small; none is given as more than 1.
  ///
  /// - Throws: `SessionParametersError` if no session of the cohort has this degree and threshold.
  public func risk(of graph: GraphParameters) throws(SessionParametersError) -> GraphRisk {
    try SessionParameters.check(graph, cohortSize: cohortSize)
    let (degree, threshold) = (graph.degree, graph.threshold)
    let requirements = GraphRequirements(assumptions: self)
    // k + x shares in all, x of them second ones of corrupt neighbours, make twice the threshold.
    let both: LogProbability? =
      switch threatModel {
      case .semiHonest: nil
      case .malicious: requirements.exposure(degree: degree, corrupt: 2 * threshold - degree)
      }
    return GraphRisk(
      disconnection: requirements.disconnection(degree: degree),
      corruptNeighbours: requirements.exposure(degree: degree, corrupt: threshold),
      bothSecrets: both,
      failure: requirements.failure(degree: degree, threshold: threshold))
  }
}
