/// The importance of every feature over all clients' examples: the mean magnitude of its Shapley
/// values.
///
/// It is a mean weighted by numbers of examples, so the clients' parts add up like model updates, in
/// the clear or under secure aggregation, and equals what the pooled examples would give.
public struct FeatureImportance: Sendable, Hashable {
  /// The mean magnitude of every feature's Shapley values.
  public let meanMagnitudes: [Double]

  /// The number of examples that were explained.
  public let examples: UInt64

  /// The features, the most important first; of equal ones the first.
  public var ranking: [Int] {
    meanMagnitudes.indices.sorted {
      meanMagnitudes[$0] == meanMagnitudes[$1]
        ? $0 < $1 : meanMagnitudes[$0] > meanMagnitudes[$1]
    }
  }

  /// The importance in a mean of clients' parts.
  public init(_ mean: WeightedMean) {
    meanMagnitudes = mean.mean
    examples = mean.totalWeight
  }

  /// What one client contributes: its own mean magnitudes, weighted by its number of examples.
  ///
  /// Under secure aggregation the norm bound must be above the Euclidean norm of the mean magnitudes,
  /// or importance is lost.
  ///
  /// - Throws: ``ExplanationError`` if there are no explanations or they differ in features.
  public static func contribution(
    of explanations: [ShapleyValues]
  ) throws(ExplanationError) -> ClientUpdate {
    guard let first = explanations.first else { throw .noExamples }
    let features = first.contributions.indices
    for explanation in explanations where explanation.contributions.count != features.count {
      throw .countMismatch(expected: features.count, found: explanation.contributions.count)
    }
    let means = features.map { feature in
      explanations.map { $0.contributions[feature].magnitude }.finiteMean
    }
    return ClientUpdate(delta: means, weight: UInt64(explanations.count))
  }
}
