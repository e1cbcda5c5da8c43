internal import FLMath

extension SessionParameters {
  /// Parameters of a new session whose degree and threshold are computed from what it must
  /// withstand. This is the way to make them, unless degree and threshold are prescribed.
  ///
  /// The minimum of contributors is that of the assumptions, and at least one more than the threshold:
  /// there can be no sum of fewer.
  ///
  /// - Parameters:
  ///   - assumptions: what to withstand; those of a cohort size alone are a good beginning.
  ///   - layout: lanes for as many contributors as the cohort has clients.
  ///   - maskCiphers: the ciphers that all clients of the cohort have declared
  ///     (`MaskCipher.available`); the fastest of them that this processor has is
  ///     taken. Left out, ChaCha20, which everybody has.
  /// - Throws: `RecommendationError`: no graph will do, or the layout does not suit the cohort.
  public static func recommended(
    for assumptions: SessionAssumptions,
    layout: VectorLayout,
    maskCiphers: Set<MaskCipher> = [.chacha20],
    applicationContext: Digest
  ) throws(RecommendationError) -> SessionParameters {
    let graph: GraphParameters
    do {
      graph = try assumptions.smallestGraph()
    } catch {
      throw .graph(error)
    }
    guard let maskCipher = MaskCipher.fastest(of: maskCiphers) else {
      throw .noCommonMaskCipher(maskCiphers)
    }
    do {
      return try SessionParameters(
        threatModel: assumptions.threatModel, cohortSize: assumptions.cohortSize,
        degree: graph.degree, threshold: graph.threshold, layout: layout,
        minimumContributors: max(assumptions.minimumContributors, graph.threshold + 1),
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
  /// This processor has none of the ciphers that all clients declared.
  case noCommonMaskCipher(Set<MaskCipher>)
}

extension RecommendationError: CustomStringConvertible {
  /// What was expected, what came, what to do.
  public var description: String {
    switch self {
    case .graph(let error): error.description
    case .parameters(let error): error.description
    case .noCommonMaskCipher(let declared):
      "expected a mask cipher that all clients and this processor have; the clients' "
        + "\(declared.map(\.description).sorted()), this processor's "
        + "\(MaskCipher.available.map(\.description).sorted()); leave out the clients that differ"
    }
  }
}

/// The two numbers that decide how much a session costs and what it withstands.
public struct GraphParameters: Sendable, Hashable {
  /// The number k of neighbours of a client; cohort size - 1 is the complete graph.
  public let degree: Int
  /// The number t of shares that recover a secret of a client, of those its neighbours hold.
  public let threshold: Int

  /// A pair of numbers; whatever uses it checks that it suits the cohort.
  public init(degree: Int, threshold: Int) {
    self.degree = degree
    self.threshold = threshold
  }
}

extension GraphParameters: CustomStringConvertible {
  /// `degree 30, threshold 17`.
  public var description: String { "degree \(degree), threshold \(threshold)" }
}

extension SessionAssumptions {
  /// The smallest even degree for which there is a threshold that satisfies all requirements, with
  /// the smallest such threshold (Bell et al. 2020, sections 3 and 4, with exact hypergeometric
  /// tails in place of their bounds). Where no sparse graph does, the complete graph.
  ///
  /// Small cohorts get small numbers: without any corrupt client the threshold is 2.
  ///
  /// Complexity: O(k) tries of a few sums each, milliseconds for a million clients; k comes near n
  /// only where corrupt clients and dropouts together come near the whole cohort.
  ///
  /// - Throws: `GraphSearchError` if not even the complete graph does.
  public func smallestGraph() throws(GraphSearchError) -> GraphParameters {
    let requirements = GraphRequirements(assumptions: self)
    var search = GraphSearch(requirements: requirements)
    if let found = search.smallestGraph() { return found }
    let needed = requirements.completeThreshold + 1
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
    return GraphSearch.smallest(in: 2...degree) {
      requirements.keepsSecrets(degree: degree, threshold: $0)
    }
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
/// one, a larger degree may fail again. So degrees are tried one after the other. Single terms of the
/// tails, which cost no sum, pass over most degrees that fail.
private struct GraphSearch {
  let requirements: GraphRequirements
  /// At least the largest threshold that enough neighbours of the present degree stay for. With two
  /// neighbours more it is at most larger by two.
  private var threshold = 0

  init(requirements: GraphRequirements) {
    self.requirements = requirements
  }

  mutating func smallestGraph() -> GraphParameters? {
    let complete = requirements.assumptions.cohortSize - 1
    for degree in stride(from: 2, to: complete, by: 2) {
      raiseThreshold(degree: degree)
      if requirements.leaksByOneTerm(degree: degree, threshold: threshold) { continue }
      if let found = graph(degree: degree) { return found }
    }
    raiseThreshold(degree: complete)
    return graph(degree: complete)
  }

  private mutating func raiseThreshold(degree: Int) {
    threshold = min(degree, threshold + 2)
    while requirements.failsByOneTerm(degree: degree, threshold: threshold) { threshold -= 1 }
  }

  /// The graph of a degree with the smallest threshold. A larger threshold leaks less and fails more:
  /// the largest that does not fail decides whether the degree will do.
  private mutating func graph(degree: Int) -> GraphParameters? {
    while !requirements.isRecoverable(degree: degree, threshold: threshold) { threshold -= 1 }
    guard threshold >= 2, requirements.isSafe(degree: degree, threshold: threshold) else {
      return nil
    }
    let smallest = Self.smallest(in: 2...threshold) {
      requirements.isSafe(degree: degree, threshold: $0)
    }
    return GraphParameters(degree: degree, threshold: smallest)
  }

  /// The first number that suffices, if all above it do, or the last of the range.
  static func smallest(in range: ClosedRange<Int>, where suffices: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if suffices(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
