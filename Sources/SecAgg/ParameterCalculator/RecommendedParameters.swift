extension SessionParameters {
  /// Parameters of a new session whose degree and threshold are computed from what it must
  /// withstand. This is the way to make them, unless degree and threshold are prescribed.
  ///
  /// - Parameters:
  ///   - assumptions: what to withstand; those of a cohort size alone are a good beginning.
  ///   - layout: lanes for as many contributors as the cohort has clients.
  ///   - minimumContributors: leave out for the number of clients that stay if no more leave than
  ///     assumed, and at least one more than the threshold. A smaller one releases sums where more
  ///     clients have left than the computed probabilities allow for.
  /// - Throws: `RecommendationError`: no graph will do, or the layout does not suit the cohort.
  public static func recommended(
    for assumptions: SessionAssumptions,
    layout: VectorLayout,
    minimumContributors: Int? = nil,
    maskCipher: MaskCipher = .chacha20,
    applicationContext: Digest
  ) throws(RecommendationError) -> SessionParameters {
    let graph: GraphParameters
    do {
      graph = try assumptions.smallestGraph()
    } catch {
      throw .graph(error)
    }
    do {
      return try SessionParameters(
        threatModel: assumptions.threatModel, cohortSize: assumptions.cohortSize,
        degree: graph.degree, threshold: graph.threshold, layout: layout,
        minimumContributors: minimumContributors
          ?? max(assumptions.stayingClients, graph.threshold + 1),
        maskCipher: maskCipher, applicationContext: applicationContext)
    } catch {
      throw .parameters(error)
    }
  }
}

/// Why there are no recommended parameters.
public enum RecommendationError: Error, Hashable, Sendable {
  /// No graph withstands what is assumed.
  case graph(GraphSearchError)
  /// What was given beside the assumptions does not suit them.
  case parameters(SessionParametersError)
}

extension RecommendationError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .graph(let error): error.description
    case .parameters(let error): error.description
    }
  }
}
