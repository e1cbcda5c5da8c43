/// Labelled examples for classification: a table of numbers and a class for every row.
///
/// A dataset has at least one example, so that means over it are always defined.
public struct Dataset: Sendable, Hashable {
  /// The features of all examples in row-major order, `count * featureCount` finite numbers.
  public let features: [Double]

  /// The number of features of an example.
  public let featureCount: Int

  /// The class of every example, in `0..<classCount`.
  public let labels: [Int]

  /// The number of classes that there are, whether or not all occur here.
  public let classCount: Int

  /// The number of examples.
  public var count: Int { labels.count }

  /// Takes a table of examples.
  ///
  /// - Parameters:
  ///   - features: row-major, `labels.count * featureCount` finite numbers.
  ///   - featureCount: the number of features of an example, at least 1.
  ///   - labels: one class in `0..<classCount` for every example.
  ///   - classCount: the number of classes, at least 1.
  /// - Throws: ``FLMathError`` if any of this does not hold.
  public init(
    features: [Double], featureCount: Int, labels: [Int], classCount: Int
  ) throws(FLMathError) {
    guard featureCount >= 1 else { throw .dataset(.invalidFeatureCount(featureCount)) }
    guard classCount >= 1 else { throw .dataset(.invalidClassCount(classCount)) }
    guard !labels.isEmpty else { throw .dataset(.noExamples) }
    let (expected, overflow) = labels.count.multipliedReportingOverflow(by: featureCount)
    guard !overflow, features.count == expected else {
      throw .dataset(
        .valueCountMismatch(
          examples: labels.count, featureCount: featureCount, found: features.count))
    }
    if let index = features.firstNonFiniteIndex {
      throw .dataset(
        .nonFinite(
          example: index / featureCount, feature: index % featureCount, found: features[index]))
    }
    if let example = labels.firstIndex(where: { $0 < 0 || $0 >= classCount }) {
      throw .dataset(
        .labelOutOfRange(example: example, classCount: classCount, found: labels[example]))
    }
    self.features = features
    self.featureCount = featureCount
    self.labels = labels
    self.classCount = classCount
  }

  /// The examples with these indices, in this order; an index may come more than once.
  ///
  /// - Throws: ``FLMathError/Dataset/noExamples`` or ``FLMathError/Dataset/indexOutOfRange(count:found:)``.
  public func subset(_ indices: [Int]) throws(FLMathError) -> Dataset {
    var chosenFeatures: [Double] = []
    var chosenLabels: [Int] = []
    chosenLabels.reserveCapacity(indices.count)
    for index in indices {
      guard labels.indices.contains(index) else {
        throw .dataset(.indexOutOfRange(count: count, found: index))
      }
      let start = index * featureCount
      chosenFeatures.append(contentsOf: features[start..<(start + featureCount)])
      chosenLabels.append(labels[index])
    }
    return try Dataset(
      features: chosenFeatures, featureCount: featureCount,
      labels: chosenLabels, classCount: classCount)
  }

  /// The same examples with every feature multiplied by `factor`.
  ///
  /// - Throws: ``FLMathError/Dataset/nonFinite(example:feature:found:)`` if a product is not finite.
  public func scaled(by factor: Double) throws(FLMathError) -> Dataset {
    var scaled = features
    for index in scaled.indices {
      scaled[index] *= factor
    }
    return try Dataset(
      features: scaled, featureCount: featureCount, labels: labels, classCount: classCount)
  }
}

extension FLMathError {
  /// Why numbers and labels are not a ``Dataset``, or cannot be made into the one asked for.
  public enum Dataset: Hashable, Sendable, CustomStringConvertible {
    /// The number of features is below 1.
    case invalidFeatureCount(Int)
    /// The number of classes is below 1.
    case invalidClassCount(Int)
    /// There would be no examples.
    case noExamples
    /// The number of values is not the product of examples and features.
    case valueCountMismatch(examples: Int, featureCount: Int, found: Int)
    /// A feature is NaN or infinite.
    case nonFinite(example: Int, feature: Int, found: Double)
    /// A label is not a class.
    case labelOutOfRange(example: Int, classCount: Int, found: Int)
    /// There is no example with this index.
    case indexOutOfRange(count: Int, found: Int)
    /// Another number of features was expected, by what was fitted to other data.
    case featureCountMismatch(expected: Int, found: Int)
    /// The values of a feature spread beyond the range of `Double`.
    case spreadTooLarge(feature: Int)

    /// One sentence: what was expected, what came, what to do.
    public var description: String {
      switch self {
      case .invalidFeatureCount(let found):
        "Expected at least 1 feature, got \(found); pass the number of columns without the label."
      case .invalidClassCount(let found):
        "Expected at least 1 class, got \(found); pass the number of different labels."
      case .noExamples:
        "Expected at least one example, got none; leave out clients without data."
      case .valueCountMismatch(let examples, let featureCount, let found):
        "Expected \(featureCount) values for each of \(examples) examples, got \(found) in all; "
          + "pass complete rows."
      case .nonFinite(let example, let feature, let found):
        "Expected finite features, but feature \(feature) of example \(example) is \(found); "
          + "leave the example out or fill the gap."
      case .labelOutOfRange(let example, let classCount, let found):
        "Expected labels from 0 to \(max(1, classCount) - 1), but that of example \(example) is \(found); "
          + "number the classes from 0."
      case .indexOutOfRange(let count, let found):
        "Expected indices from 0 to \(max(1, count) - 1), got \(found); index into this dataset."
      case .featureCountMismatch(let expected, let found):
        "Expected \(expected) features, as in the data fitted to, got \(found); use the same columns."
      case .spreadTooLarge(let feature):
        "Expected features with a finite standard deviation, but that of feature \(feature) overflows; "
          + "scale the data down first."
      }
    }
  }
}

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
  /// - Throws: ``FLMathError/Dataset/spreadTooLarge(feature:)`` if they are beyond the range of `Double`.
  /// - Complexity: O(examples x features).
  public init(fittedTo dataset: Dataset) throws(FLMathError) {
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
      throw .dataset(.spreadTooLarge(feature: feature))
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
  /// - Throws: ``FLMathError`` if the number of features is not the one fitted to, or a result
  ///   is not finite.
  public func applied(to dataset: Dataset) throws(FLMathError) -> Dataset {
    guard dataset.featureCount == means.count else {
      throw .dataset(.featureCountMismatch(expected: means.count, found: dataset.featureCount))
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
