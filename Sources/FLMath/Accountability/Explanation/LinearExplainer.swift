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
  /// - Throws: ``ExplanationError`` if there is no feature, the numbers of weights and means differ,
  ///   or a number is not finite.
  public init(
    weights: [Double], intercept: Double, backgroundMeans: [Double]
  ) throws(ExplanationError) {
    guard !weights.isEmpty else { throw .noFeatures }
    guard backgroundMeans.count == weights.count else {
      throw .countMismatch(expected: weights.count, found: backgroundMeans.count)
    }
    for numbers in [weights, [intercept], backgroundMeans] {
      if let index = numbers.firstNonFiniteIndex {
        throw .nonFinite(index: index, found: numbers[index])
      }
    }
    self.weights = weights
    self.backgroundMeans = backgroundMeans
    var value = intercept
    for (weight, mean) in zip(weights, backgroundMeans) { value += weight * mean }
    guard value.isFinite else { throw .nonFinite(index: 0, found: value) }
    baseValue = value
  }

  /// Explains how much a regression prefers one class to another: the difference of their logits,
  /// which is the logarithm of the odds.
  ///
  /// - Throws: ``ExplanationError`` if the parameters are not of the model or a class is not there.
  public init(
    _ model: SoftmaxRegression, parameters: ParameterVector, for positive: Int,
    against negative: Int,
    backgroundMeans: [Double]
  ) throws(ExplanationError) {
    guard parameters.layout == model.layout,
      let weights = parameters.layer("weights"), let bias = parameters.layer("bias")
    else { throw .layoutMismatch }
    for found in [positive, negative] where found < 0 || found >= model.classCount {
      throw .noSuchClass(count: model.classCount, found: found)
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
  /// - Throws: ``ExplanationError`` if it has another number of features or one is not finite.
  public func explain(_ features: [Double]) throws(ExplanationError) -> ShapleyValues {
    guard features.count == weights.count else {
      throw .countMismatch(expected: weights.count, found: features.count)
    }
    let contributions = features.indices.map {
      weights[$0] * (features[$0] - backgroundMeans[$0])
    }
    if let index = contributions.firstNonFiniteIndex {
      throw .nonFinite(index: index, found: contributions[index])
    }
    return ShapleyValues(baseValue: baseValue, contributions: contributions)
  }
}
