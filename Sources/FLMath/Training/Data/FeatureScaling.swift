/// Standardisation: every feature less its mean, divided by its standard deviation.
///
/// Fit it to training data and apply it to training and test data alike.
public struct FeatureScaling: Sendable, Hashable {
  /// The mean of every feature in the data fitted to.
  public let means: [Double]

  /// The standard deviation of every feature in the data fitted to, over all examples (divided by
  /// their number, not by one less); 1 for a feature that is constant there.
  public let standardDeviations: [Double]

  /// Finds the mean and the standard deviation of every feature.
  ///
  /// - Throws: ``DatasetError/spreadTooLarge(feature:)`` if they are beyond the range of `Double`.
  /// - Complexity: O(examples x features).
  public init(fittedTo dataset: Dataset) throws(DatasetError) {
    let featureCount = dataset.featureCount
    var means = [Double](repeating: 0, count: featureCount)
    var squares = [Double](repeating: 0, count: featureCount)
    for example in 0..<dataset.count {
      let start = example * featureCount
      let seen = Double(example + 1)
      for feature in 0..<featureCount {
        // Welford 1962: a running mean, and squares about it, lose no digits where a feature's
        // spread is small beside its mean.
        let value = dataset.features[start + feature]
        let distance = value - means[feature]
        means[feature] += distance / seen
        squares[feature] += distance * (value - means[feature])
      }
    }
    let count = Double(dataset.count)
    var deviations = squares.map { ($0 / count).squareRoot() }
    for feature in 0..<featureCount where !EuclideanNorm.plainSquares.contains(squares[feature]) {
      (means[feature], deviations[feature]) = Self.scaledMoments(of: feature, in: dataset)
    }
    standardDeviations = deviations.map { $0 > 0 ? $0 : 1 }
    self.means = means
    if let feature = standardDeviations.firstNonFiniteIndex ?? means.firstNonFiniteIndex {
      throw .spreadTooLarge(feature: feature)
    }
  }

  /// The mean and the standard deviation of a feature whose squares do not fit `Double`, from numbers that
  /// a power of two brings to 1 and less, and distances from the mean that another one does.
  private static func scaledMoments(
    of feature: Int, in dataset: Dataset
  ) -> (mean: Double, deviation: Double) {
    let places = stride(from: feature, to: dataset.features.count, by: dataset.featureCount)
    let largest = places.reduce(0) { max($0, dataset.features[$1].magnitude) }
    let scale = EuclideanNorm.reciprocalPowerOfTwo(of: largest) / 4
    let values = places.map { dataset.features[$0] * scale }
    var mean = 0.0
    for (index, value) in values.enumerated() { mean += (value - mean) / Double(index + 1) }
    let deviation =
      EuclideanNorm.norm(values.map { $0 - mean }) / Double(values.count).squareRoot()
    return (mean / scale, deviation / scale)
  }

  /// The same examples with standardised features.
  ///
  /// - Throws: ``DatasetError`` if the number of features is not the one fitted to, or a result
  ///   is not finite.
  public func applied(to dataset: Dataset) throws(DatasetError) -> Dataset {
    guard dataset.featureCount == means.count else {
      throw .featureCountMismatch(expected: means.count, found: dataset.featureCount)
    }
    var features = dataset.features
    for example in 0..<dataset.count {
      let start = example * means.count
      for feature in 0..<means.count {
        features[start + feature] =
          (features[start + feature] - means[feature]) / standardDeviations[feature]
      }
    }
    return try Dataset(
      features: features, featureCount: means.count,
      labels: dataset.labels, classCount: dataset.classCount)
  }
}
