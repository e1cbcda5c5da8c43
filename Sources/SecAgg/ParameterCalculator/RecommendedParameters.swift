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
