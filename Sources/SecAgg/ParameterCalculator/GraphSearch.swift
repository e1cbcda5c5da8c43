internal import FLMath

extension SessionAssumptions {
  /// The smallest even degree for which there is a threshold that satisfies all requirements, with
  /// the smallest such threshold (Bell et al. 2020, sections 3 and 4, with exact hypergeometric
  /// tails in place of their bounds). Where no sparse graph does, the complete graph.
  ///
  /// Small cohorts get small numbers: whoever counts on no corrupt client at all is given a
  /// threshold of 2.
  ///
  /// Complexity: O(k) tries of a few sums each, milliseconds for a million clients; k comes near n
  /// only where corrupt clients and dropouts together come near the whole cohort.
  ///
  /// - Throws: `GraphSearchError` if not even the complete graph does.
  public func smallestGraph() throws(GraphSearchError) -> GraphParameters {
    var search = GraphSearch(requirements: GraphRequirements(assumptions: self))
    if let found = search.smallestSparseGraph() ?? search.completeGraph() { return found }
    let requirements = GraphRequirements(assumptions: self)
    let needed =
      requirements.threshold(
        degree: cohortSize - 1, corruptNeighbours: corruptClients) + 1
    switch threatModel {
    case .semiHonest:
      throw .tooFewStay(found: stayingClients, needed: needed, corruptClients: corruptClients)
    case .malicious:
      throw .tooFewStayForMalicious(
        found: stayingClients, needed: needed, corruptClients: corruptClients)
    }
  }

  /// The smallest threshold that keeps secrets in a graph of `degree`, whether or not so many
  /// neighbours will stay. At most the degree, which may then be too little.
  ///
  /// - Throws: `SessionParametersError` if no session of the cohort has the degree.
  package func smallestThreshold(degree: Int) throws(SessionParametersError) -> Int {
    // A threshold of the whole degree is always one that a session can have.
    try SessionParameters.check(
      GraphParameters(degree: degree, threshold: max(2, degree)), cohortSize: cohortSize)
    let requirements = GraphRequirements(assumptions: self)
    let corrupt = requirements.corruptNeighbourBound(degree: degree, from: 0)
    return min(degree, requirements.threshold(degree: degree, corruptNeighbours: corrupt))
  }
}

/// Why there is no graph for some assumptions.
public enum GraphSearchError: Error, Hashable, Sendable {
  /// The threshold, above the number of corrupt clients, is more than a client's neighbours that
  /// stay, even if all are its neighbours.
  case tooFewStay(found: Int, needed: Int, corruptClients: Int)
  /// The same with the threshold that keeps a malicious server from both secrets of a client.
  case tooFewStayForMalicious(found: Int, needed: Int, corruptClients: Int)
}

extension GraphSearchError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .tooFewStay(let found, let needed, let corrupt):
      "a threshold above \(corrupt) corrupt clients needs at least \(needed) clients that stay, "
        + "found \(found); assume fewer corrupt clients or fewer dropouts"
    case .tooFewStayForMalicious(let found, let needed, let corrupt):
      "a threshold that keeps both secrets of a client from a malicious server with \(corrupt) "
        + "corrupt clients needs at least \(needed) clients that stay, found \(found); assume fewer "
        + "corrupt clients, fewer dropouts or a semi-honest server"
    }
  }
}

/// The search for the smallest degree.
///
/// Whether a degree will do is not monotone: the threshold is a whole number, and where it jumps by
/// one, a larger degree may fail again. So degrees are tried one after the other, from the smallest
/// that stays in one piece.
private struct GraphSearch {
  let requirements: GraphRequirements
  /// At most the t1 of the present degree.
  private var corrupt = 0

  init(requirements: GraphRequirements) {
    self.requirements = requirements
  }

  private var cohortSize: Int { requirements.assumptions.cohortSize }

  mutating func smallestSparseGraph() -> GraphParameters? {
    for degree in stride(from: smallestConnectedDegree(), to: cohortSize - 1, by: 2) {
      if isHopeless(degree: degree) { continue }
      if let found = graph(degree: degree) { return found }
    }
    return nil
  }

  mutating func completeGraph() -> GraphParameters? { graph(degree: cohortSize - 1) }

  /// The graph of a connected degree with the smallest threshold, if that is small enough for
  /// those that stay. Larger thresholds are only harder to reach.
  private mutating func graph(degree: Int) -> GraphParameters? {
    corrupt = requirements.corruptNeighbourBound(degree: degree, from: corrupt)
    let threshold = requirements.threshold(degree: degree, corruptNeighbours: corrupt)
    guard threshold <= degree,
      requirements.failure(degree: degree, threshold: threshold) < requirements.failureTarget
    else { return nil }
    return GraphParameters(degree: degree, threshold: threshold)
  }

  /// The smallest even degree in which the graph stays in one piece, or one that is too large to be
  /// sparse.
  ///
  /// Bisection is valid: C(m, k) / C(n, k) is the product of the k factors (m - i) / (n - i), none
  /// above 1, and n - k - 1 falls too. So the probability of a cut falls as k grows.
  private func smallestConnectedDegree() -> Int {
    // Halves of degrees; the upper one stands for the complete graph, which nothing cuts.
    var (low, high) = (1, cohortSize / 2)
    while low < high {
      let middle = (low + high) / 2
      if requirements.isConnected(degree: 2 * middle) { high = middle } else { low = middle + 1 }
    }
    return 2 * low
  }

  /// Whether single terms of the tails already show that a degree will not do. A tail is no less
  /// than its first term, which costs no sum: this passes over most degrees that fail.
  ///
  /// What it learns about t1 stays true for larger degrees: one more neighbour makes no client's
  /// corrupt ones fewer, so tails above an x only grow with k, and t1 never falls.
  private mutating func isHopeless(degree: Int) -> Bool {
    let corruptNeighbours = requirements.corruptNeighbours(degree: degree)
    while isOver(requirements.leakTarget, corruptNeighbours.probability(of: corrupt + 1)) {
      corrupt += 1
    }
    let threshold = requirements.threshold(degree: degree, corruptNeighbours: corrupt)
    let staying = requirements.stayingNeighbours(degree: degree)
    // For a threshold above the mean, the term below the mean is the one to look at.
    let mean = degree * requirements.assumptions.stayingClients / cohortSize
    return threshold > degree
      || isOver(
        requirements.failureTarget, staying.probability(of: min(threshold - 1, mean)))
  }

  private func isOver(_ target: LogProbability, _ term: LogProbability) -> Bool {
    term.unionBound(over: Double(cohortSize)) > target
  }
}
