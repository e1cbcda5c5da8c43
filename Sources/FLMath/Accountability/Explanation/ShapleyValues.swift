/// How much each feature moved the output of a model for one example away from its mean over
/// background examples: Shapley values of the game in which features that are not in play take the
/// values of the background.
///
/// Lundberg and Lee 2017, "A Unified Approach to Interpreting Model Predictions" (SHAP), in the
/// interventional form, which takes features as independent of each other. Base value and
/// contributions add up to the output.
public struct ShapleyValues: Sendable, Hashable {
  /// The mean output over the background.
  public let baseValue: Double

  /// The part of every feature in the difference to it.
  public let contributions: [Double]

  /// The output for the example: the base value plus all contributions, up to rounding.
  public var output: Double { contributions.reduce(baseValue, +) }
}

extension FLMathError {
  /// Why an output cannot be explained.
  public enum Explanation: Hashable, Sendable, CustomStringConvertible {
    /// A model needs at least one feature.
    case noFeatures
    /// There are no background examples, or no values to average.
    case noExamples
    /// There is another number of features, weights or outputs.
    case countMismatch(expected: Int, found: Int)
    /// A number that goes into the explanation, or an output of the model, is not finite.
    case nonFinite(index: Int, found: Double)
    /// The model has no such class.
    case noSuchClass(count: Int, found: Int)
    /// The parameters are not of the model.
    case layoutMismatch
    /// Fewer coalitions than determine the contributions.
    case tooFewCoalitions(minimum: Int, found: Int)
    /// More coalitions than there is memory for.
    case tooManyCoalitions(maximum: Int, found: Int)
    /// The coalitions drawn do not determine the contributions.
    case underdetermined

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .noFeatures:
        "Expected at least one feature, got none; explain a model of some."
      case .noExamples:
        "Expected at least one example, got none; leave out clients without examples."
      case .countMismatch(let expected, let found):
        "Expected \(expected) numbers, got \(found); use one model and one table."
      case .nonFinite(let index, let found):
        "Expected finite numbers, but the one at index \(index) is \(found); check model and data."
      case .noSuchClass(let count, let found):
        "Expected a class from 0 to \(max(1, count) - 1), got \(found); number the classes from 0."
      case .layoutMismatch:
        "Expected parameters of the model, got others; pass the trained ones."
      case .tooFewCoalitions(let minimum, let found):
        "Expected at least \(minimum) coalitions, got \(found); a few thousand are usual."
      case .tooManyCoalitions(let maximum, let found):
        "Expected at most \(maximum) coalitions, got \(found); a few thousand are usual."
      case .underdetermined:
        "Expected coalitions that determine all contributions, got too similar ones; draw more."
      }
    }
  }
}

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
  /// - Throws: ``FLMathError`` if there are no explanations or they differ in features.
  public static func contribution(
    of explanations: [ShapleyValues]
  ) throws(FLMathError) -> ClientUpdate {
    guard let first = explanations.first else { throw .explanation(.noExamples) }
    let features = first.contributions.indices
    for explanation in explanations where explanation.contributions.count != features.count {
      throw .explanation(
        .countMismatch(expected: features.count, found: explanation.contributions.count))
    }
    let means = features.map { feature in
      explanations.map { $0.contributions[feature].magnitude }.finiteMean
    }
    return ClientUpdate(delta: means, weight: UInt64(explanations.count))
  }
}

extension [Double] {
  /// The mean of finite numbers, which is finite: where the sum overflows, shares are summed.
  ///
  /// There is at least one number.
  var finiteMean: Double {
    let sum = reduce(0, +)
    if sum.isFinite { return sum / Double(count) }
    return reduce(0) { $0 + $1 / Double(count) }
  }
}

/// Exact Shapley values of a linear output: weight times the feature's distance from its background
/// mean.
///
/// Lundberg and Lee 2017, section 4.1, Corollary 1 (Linear SHAP), for independent features.
public struct LinearExplainer: Sendable, Hashable {
  /// The weight of every feature.
  public let weights: [Double]

  /// The mean of every feature over the background. Clients can compute it together as a sum.
  public let backgroundMeans: [Double]

  /// The output for the background means.
  public let baseValue: Double

  /// Explains `intercept + sum of weights * features`.
  ///
  /// - Throws: ``FLMathError`` if there is no feature, the numbers of weights and means differ,
  ///   or a number is not finite.
  public init(
    weights: [Double], intercept: Double, backgroundMeans: [Double]
  ) throws(FLMathError) {
    guard !weights.isEmpty else { throw .explanation(.noFeatures) }
    guard backgroundMeans.count == weights.count else {
      throw .explanation(.countMismatch(expected: weights.count, found: backgroundMeans.count))
    }
    for numbers in [weights, [intercept], backgroundMeans] {
      if let index = numbers.firstNonFiniteIndex {
        throw .explanation(.nonFinite(index: index, found: numbers[index]))
      }
    }
    self.weights = weights
    self.backgroundMeans = backgroundMeans
    var value = intercept
    for (weight, mean) in zip(weights, backgroundMeans) { value += weight * mean }
    guard value.isFinite else { throw .explanation(.nonFinite(index: 0, found: value)) }
    baseValue = value
  }

  /// Explains how much a regression prefers one class to another: the difference of their logits,
  /// which is the logarithm of the odds.
  ///
  /// - Throws: ``FLMathError`` if the parameters are not of the model or a class is not there.
  public init(
    _ model: SoftmaxRegression, parameters: ParameterVector, for positive: Int,
    against negative: Int,
    backgroundMeans: [Double]
  ) throws(FLMathError) {
    guard parameters.layout == model.layout,
      let weights = parameters.layer("weights"), let bias = parameters.layer("bias")
    else { throw .explanation(.layoutMismatch) }
    for found in [positive, negative] where found < 0 || found >= model.classCount {
      throw .explanation(.noSuchClass(count: model.classCount, found: found))
    }
    let width = model.featureCount
    let differences = (0..<width).map { feature in
      weights[weights.startIndex + positive * width + feature]
        - weights[weights.startIndex + negative * width + feature]
    }
    try self.init(
      weights: differences,
      intercept: bias[bias.startIndex + positive] - bias[bias.startIndex + negative],
      backgroundMeans: backgroundMeans)
  }

  /// The Shapley values of one example.
  ///
  /// - Throws: ``FLMathError`` if it has another number of features or one is not finite.
  public func explain(_ features: [Double]) throws(FLMathError) -> ShapleyValues {
    guard features.count == weights.count else {
      throw .explanation(.countMismatch(expected: weights.count, found: features.count))
    }
    let contributions = features.indices.map {
      weights[$0] * (features[$0] - backgroundMeans[$0])
    }
    if let index = contributions.firstNonFiniteIndex {
      throw .explanation(.nonFinite(index: index, found: contributions[index]))
    }
    return ShapleyValues(baseValue: baseValue, contributions: contributions)
  }
}
