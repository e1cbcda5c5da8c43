import FLMath
import Testing

@Suite("Dataset")
struct DatasetTests {
  private let dataset: Dataset

  init() throws {
    dataset = try Dataset(
      features: [1, 2, 3, 4, 5, 6], featureCount: 2, labels: [0, 2, 1], classCount: 3)
  }

  @Test("Picks examples in the order asked for")
  func subset() throws {
    let subset = try dataset.subset([2, 0, 2])
    #expect(subset.features == [5, 6, 1, 2, 5, 6])
    #expect(subset.labels == [1, 0, 1])
    #expect(subset.classCount == 3)
    #expect(subset.count == 3)
  }

  @Test("Refuses indices without an example", arguments: [-1, 3, Int.max, Int.min])
  func refusesIndices(index: Int) {
    #expect(throws: FLMathError.dataset(.indexOutOfRange(count: 3, found: index))) {
      try dataset.subset([0, index])
    }
  }

  @Test("Refuses tables that are no dataset")
  func refuses() {
    #expect(throws: FLMathError.dataset(.noExamples)) { try dataset.subset([]) }
    #expect(throws: FLMathError.dataset(.invalidFeatureCount(0))) {
      try Dataset(features: [], featureCount: 0, labels: [0], classCount: 1)
    }
    #expect(throws: FLMathError.dataset(.invalidClassCount(0))) {
      try Dataset(features: [1], featureCount: 1, labels: [0], classCount: 0)
    }
    #expect(
      throws: FLMathError.dataset(.valueCountMismatch(examples: 2, featureCount: 2, found: 3))
    ) {
      try Dataset(features: [1, 2, 3], featureCount: 2, labels: [0, 0], classCount: 1)
    }
    #expect(
      throws: FLMathError.dataset(.valueCountMismatch(examples: 2, featureCount: .max, found: 3))
    ) {
      try Dataset(features: [1, 2, 3], featureCount: .max, labels: [0, 0], classCount: 1)
    }
    #expect(throws: FLMathError.dataset(.nonFinite(example: 1, feature: 0, found: .infinity))) {
      try Dataset(features: [1, 2, .infinity, 4], featureCount: 2, labels: [0, 0], classCount: 1)
    }
    for label in [-1, 3] {
      #expect(
        throws: FLMathError.dataset(.labelOutOfRange(example: 1, classCount: 3, found: label))
      ) {
        try Dataset(features: [1, 2], featureCount: 1, labels: [0, label], classCount: 3)
      }
    }
  }

  @Test("Scales all features")
  func scales() throws {
    #expect(try dataset.scaled(by: 0.5).features == [0.5, 1, 1.5, 2, 2.5, 3])
    #expect(throws: FLMathError.dataset(.nonFinite(example: 0, feature: 0, found: .infinity))) {
      try dataset.scaled(by: .infinity)
    }
  }

  @Test("Standardised features have mean 0 and deviation 1, constant ones become 0")
  func standardises() throws {
    let table = try Dataset(
      features: [1, 7, 1e9, 2, 7, 1e9 + 1, 6, 7, 1e9 + 2], featureCount: 3,
      labels: [0, 0, 0], classCount: 1)
    let scaling = try FeatureScaling(fittedTo: table)
    #expect(scaling.means == [3, 7, 1e9 + 1])
    #expect(abs(scaling.standardDeviations[0] - (14.0 / 3).squareRoot()) < 1e-14)
    #expect(scaling.standardDeviations[1] == 1)
    #expect(abs(scaling.standardDeviations[2] - (2.0 / 3).squareRoot()) < 1e-14)
    let scaled = try scaling.applied(to: table)
    for feature in 0..<3 {
      let column = (0..<3).map { scaled.features[$0 * 3 + feature] }
      let squares = column.map { $0 * $0 }.reduce(0, +) / 3
      #expect(abs(column.reduce(0, +)) < 1e-12)
      #expect(abs(squares - (feature == 1 ? 0 : 1)) < 1e-12)
    }
  }

  @Test("Scaling refuses other columns")
  func refusesScaling() throws {
    let scaling = try FeatureScaling(fittedTo: dataset)
    let narrow = try Dataset(features: [1], featureCount: 1, labels: [0], classCount: 1)
    #expect(throws: FLMathError.dataset(.featureCountMismatch(expected: 2, found: 1))) {
      try scaling.applied(to: narrow)
    }
  }

  @Test("The breast-cancer table standardises")
  func breastCancer() throws {
    let (training, test) = try DemoData.breastCancer()
    #expect(training.featureCount == 30)
    #expect(training.count == 455)
    #expect(test.count == 114)
    let scaling = try FeatureScaling(fittedTo: training)
    let scaled = try scaling.applied(to: training)
    for feature in 0..<30 {
      let column = stride(from: feature, to: scaled.features.count, by: 30).map {
        scaled.features[$0]
      }
      #expect(abs(column.reduce(0, +) / 455) < 1e-9)
      #expect(abs(column.map { $0 * $0 }.reduce(0, +) / 455 - 1) < 1e-9)
    }
  }
}
