internal import FLMath

extension SessionParameters {
  /// Returns the parameters of a new session, with degree and threshold computed from the
  /// assumptions. Create parameters this way, unless degree and threshold are prescribed.
  ///
  /// The minimum of contributors is that of the assumptions, but at least one more than the
  /// threshold, since fewer contributors cannot give a sum.
  ///
  /// - Parameters:
  ///   - assumptions: the dropouts and the collusion that the session must tolerate. Begin with the
  ///     defaults for your cohort size.
  ///   - layout: the lanes, for as many contributors as the cohort has clients.
  ///   - maskCiphers: the ciphers that all clients of the cohort have declared
  ///     (`MaskCipher.available`). The session uses the fastest of them that this processor has.
  ///     The default is ChaCha20, which every client has.
  /// - Throws: `RecommendationError` if no graph satisfies the assumptions, or the layout does not
  ///   suit the cohort.
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

/// The reason why there are no recommended parameters.
public enum RecommendationError: Error, Hashable, Sendable {
  /// No graph satisfies the assumptions.
  case graph(GraphSearchError)
  /// The other arguments do not suit the assumptions.
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

/// The two numbers that decide a session's cost and its tolerance of dropouts and collusion.
public struct GraphParameters: Sendable, Hashable {
  /// The number k of neighbours of a client; cohort size - 1 is the complete graph.
  public let degree: Int
  /// The number t of shares that recover a secret of a client. Its neighbours hold the shares.
  public let threshold: Int

  /// Creates a pair of numbers. The functions that take it check that it suits the cohort.
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
  /// Returns the smallest even degree with a threshold that satisfies all requirements, and the
  /// smallest such threshold (Bell et al. 2020, sections 3 and 4, with exact hypergeometric tails
  /// in place of their bounds). If no sparse graph satisfies them, it returns the complete graph.
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

  /// Returns the smallest threshold that keeps secrets in a graph of `degree`, even if fewer
  /// neighbours will stay. The result is at most the degree, even if that is too small.
  ///
  /// - Throws: `SessionParametersError` if no session of the cohort has the degree.
  package func smallestThreshold(degree: Int) throws(SessionParametersError) -> Int {
    // A session can always have the whole degree as its threshold.
    try SessionParameters.check(
      GraphParameters(degree: degree, threshold: max(2, degree)), cohortSize: cohortSize)
    let requirements = GraphRequirements(assumptions: self)
    return GraphSearch.smallest(in: 2...degree) {
      requirements.keepsSecrets(degree: degree, threshold: $0)
    }
  }
}

/// The reason why no graph satisfies the assumptions.
public enum GraphSearchError: Error, Hashable, Sendable {
  /// The threshold must be above the number of corrupt clients. Fewer neighbours than that stay,
  /// even in the complete graph.
  case tooFewStay(found: Int, needed: Int, corruptClients: Int)
  /// The same, for the threshold that keeps both secrets of a client from a malicious server.
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
/// Sufficiency is not monotone in the degree: the threshold is a whole number, and where it
/// increases by one, a larger degree may fail again. So the search tries one degree after the
/// other. Single terms of the tails, which need no sum, exclude most degrees that fail.
private struct GraphSearch {
  let requirements: GraphRequirements
  /// An upper bound of the thresholds for which enough neighbours of the current degree stay. Two
  /// more neighbours increase it by at most two.
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

  /// Returns the graph of a degree with the smallest threshold. A larger threshold leaks less and
  /// fails more, so the largest threshold that does not fail decides whether the degree suffices.
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

  /// Returns the first number that suffices, if all above it do, or the last of the range.
  static func smallest(in range: ClosedRange<Int>, where suffices: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if suffices(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
