/// Shapley values of any output, by regression on coalitions of features (KernelSHAP).
///
/// Lundberg and Lee 2017, section 4.1, Theorem 2: the Shapley values are the weighted least squares
/// fit of an additive game to the outputs of coalitions. They are exact with all coalitions. If
/// there are too many, the smallest and the largest ones are all used, since they weigh most, and others are drawn.
public struct KernelExplainer: Sendable, Hashable {
  /// The number of features.
  public let featureCount: Int

  /// The examples that supply the features outside of a coalition, row-major.
  public let background: [Double]

  /// Takes the examples that supply the features outside of a coalition.
  ///
  /// - Parameters:
  ///   - background: row-major, a multiple of `featureCount` finite numbers. The work grows with the
  ///     number of rows: some tens are usual. A row is somebody's data: under federated learning take
  ///     public or synthetic rows, or the single row of securely computed means.
  ///   - featureCount: at least 1.
  /// - Throws: ``FLMathError`` if this does not hold.
  public init(background: [Double], featureCount: Int) throws(FLMathError) {
    guard featureCount >= 1 else { throw .explanation(.noFeatures) }
    guard !background.isEmpty else { throw .explanation(.noExamples) }
    guard background.count % featureCount == 0 else {
      throw .explanation(
        .countMismatch(
          expected: (background.count / featureCount + 1) * featureCount, found: background.count))
    }
    if let index = background.firstNonFiniteIndex {
      throw .explanation(.nonFinite(index: index, found: background[index]))
    }
    self.background = background
    self.featureCount = featureCount
  }

  /// The Shapley values of one example.
  ///
  /// - Parameters:
  ///   - features: of the example, `featureCount` finite numbers.
  ///   - coalitions: the largest number of coalitions that the model is asked about, beside none and
  ///     all. From 2^featureCount - 2 on the result is exact, up to rounding. At most 2^24 are taken.
  ///   - generator: draws coalitions where they cannot all be taken.
  ///   - output: the model: for examples given row-major one number each.
  /// - Throws: ``FLMathError``, also if an output is not finite or the coalitions do not determine
  ///   the contributions.
  /// - Complexity: coalitions x rows of background outputs, and O(coalitions x features^2).
  public func explain(
    _ features: [Double], coalitions limit: Int, using generator: inout some RandomNumberGenerator,
    output: ([Double]) throws(FLMathError) -> [Double]
  ) throws(FLMathError) -> ShapleyValues {
    guard features.count == featureCount else {
      throw .explanation(.countMismatch(expected: featureCount, found: features.count))
    }
    if let index = features.firstNonFiniteIndex {
      throw .explanation(.nonFinite(index: index, found: features[index]))
    }
    let base = try meanOutput(of: features, coalition: { _ in false }, output)
    let all = try meanOutput(of: features, coalition: { _ in true }, output)
    if featureCount == 1 {
      guard (all - base).isFinite else {
        throw .explanation(.nonFinite(index: 0, found: all - base))
      }
      return ShapleyValues(baseValue: base, contributions: [all - base])
    }
    let coalitions = try WeightedCoalitions.covering(
      featureCount, limit: limit, using: &generator)
    var values: [Double] = []
    values.reserveCapacity(coalitions.count)
    for coalition in coalitions {
      values.append(
        try meanOutput(of: features, coalition: { coalition.members[$0] }, output) - base)
    }
    return ShapleyValues(
      baseValue: base,
      contributions: try AdditiveFit.contributions(
        of: coalitions, values: values, total: all - base, featureCount: featureCount))
  }

  /// The mean output over the background with the features of a coalition replaced by the example's.
  private func meanOutput(
    of features: [Double], coalition: (Int) -> Bool,
    _ output: ([Double]) throws(FLMathError) -> [Double]
  ) throws(FLMathError) -> Double {
    var rows = background
    for feature in 0..<featureCount where coalition(feature) {
      for place in stride(from: feature, to: rows.count, by: featureCount) {
        rows[place] = features[feature]
      }
    }
    let outputs = try output(rows)
    let count = background.count / featureCount
    guard outputs.count == count else {
      throw .explanation(.countMismatch(expected: count, found: outputs.count))
    }
    if let index = outputs.firstNonFiniteIndex {
      throw .explanation(.nonFinite(index: index, found: outputs[index]))
    }
    return outputs.finiteMean
  }
}

extension KernelExplainer {
  /// The Shapley values of the probability that a model gives one class.
  ///
  /// - Parameters:
  ///   - features: of the example, `featureCount` finite numbers.
  ///   - label: the class whose probability is explained.
  ///   - model: any classifier.
  ///   - parameters: of the model.
  ///   - coalitions: as in ``explain(_:coalitions:using:output:)``.
  ///   - generator: draws coalitions where they cannot all be taken.
  /// - Throws: ``FLMathError``, also if class, parameters or features do not fit the model.
  public func explain(
    _ features: [Double], probabilityOf label: Int, by model: some Classifier,
    with parameters: ParameterVector, coalitions: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(FLMathError) -> ShapleyValues {
    let (classes, width) = (model.classCount, featureCount)
    guard label >= 0, label < classes else {
      throw .explanation(.noSuchClass(count: classes, found: label))
    }
    return try explain(features, coalitions: coalitions, using: &generator) {
      (rows: [Double]) throws(FLMathError) -> [Double] in
      let count = rows.count / width
      // The labels are not looked at.
      let dataset = try Dataset(
        features: rows, featureCount: width, labels: [Int](repeating: 0, count: count),
        classCount: classes)
      var logits = try model.logits(parameters, on: dataset)
      return (0..<count).map { example in
        _ = Softmax.logSumExp(&logits, example * classes..<(example + 1) * classes)
        return logits[example * classes + label]
      }
    }
  }
}
