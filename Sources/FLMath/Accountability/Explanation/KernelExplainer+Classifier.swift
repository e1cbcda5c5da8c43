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
  /// - Throws: ``ExplanationError``, also if class, parameters or features do not fit the model.
  public func explain(
    _ features: [Double], probabilityOf label: Int, by model: some Classifier,
    with parameters: ParameterVector, coalitions: Int,
    using generator: inout some RandomNumberGenerator
  ) throws(ExplanationError) -> ShapleyValues {
    let (classes, width) = (model.classCount, featureCount)
    guard label >= 0, label < classes else { throw .noSuchClass(count: classes, found: label) }
    return try explain(features, coalitions: coalitions, using: &generator) {
      (rows: [Double]) throws(ExplanationError) -> [Double] in
      let count = rows.count / width
      let dataset: Dataset
      do throws(DatasetError) {
        // The labels are not looked at.
        dataset = try Dataset(
          features: rows, featureCount: width, labels: [Int](repeating: 0, count: count),
          classCount: classes)
      } catch {
        throw .noExamples
      }
      var logits: [Double]
      do throws(ClassifierError) {
        logits = try model.logits(parameters, on: dataset)
      } catch {
        throw .mismatch(error)
      }
      return (0..<count).map { example in
        _ = Softmax.logSumExp(&logits, example * classes..<(example + 1) * classes)
        return logits[example * classes + label]
      }
    }
  }
}
