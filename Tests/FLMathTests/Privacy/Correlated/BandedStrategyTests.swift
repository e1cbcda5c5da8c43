import RealModule
import Testing

@testable import FLMath

@Suite("Banded factors")
struct BandedStrategyTests {
  /// All sets of rounds that the rule allows.
  private static func sets(_ rounds: Int, _ rule: ParticipationRule) -> [[Int]] {
    (0..<(1 << rounds)).compactMap { mask in
      let set = (0..<rounds).filter { mask >> $0 & 1 == 1 }
      let isSpaced = zip(set, set.dropFirst()).allSatisfy { $1 - $0 >= rule.minimumSeparation }
      return set.count <= rule.maximum && isSpaced ? set : nil
    }
  }

  @Test(
    "The sensitivity is the largest norm over all allowed sets of rounds and all signs",
    arguments: [(9, 3, 3, 2), (10, 2, 4, 4), (10, 10, 2, 2), (8, 1, 1, 8), (10, 3, 1, 1)])
  func sensitivity(rounds: Int, maximum: Int, separation: Int, bands: Int) throws {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SimulationGenerator(seed: seed)
    let rule = try ParticipationRule(maximum: maximum, minimumSeparation: separation)
    for _ in 0..<20 {
      let columns = (0..<rounds).map { column in
        [Double.random(in: 0.1...2, using: &generator)]
          + (1..<max(1, min(bands, rounds - column))).map { _ in
            Double.random(in: -1...1, using: &generator)
          }
      }
      let strategy = try BandedStrategy(columns: columns)
      #expect(strategy.columns.map { $0.prefix(bands) } == columns.map { $0.prefix(bands) })
      var largest = 0.0
      for set in Self.sets(rounds, rule) {
        for signs in 0..<(1 << set.count) {
          var change = [Double](repeating: 0, count: rounds)
          for (index, column) in set.enumerated() {
            for (offset, element) in columns[column].enumerated() {
              change[column + offset] += signs >> index & 1 == 1 ? element : -element
            }
          }
          largest = max(largest, change.reduce(0) { $0 + $1 * $1 })
        }
      }
      let found = try strategy.squaredSensitivity(participation: rule)
      #expect(relativeError(found, largest) < 1e-12, "seed \(seed)")
    }
  }

  @Test("The derivative of the objective is that of small differences")
  func derivative() throws {
    for (rounds, bands, maximum, separation) in [(7, 3, 2, 4), (6, 6, 1, 1), (9, 1, 3, 3)] {
      let problem = BandedProblem(
        rounds: rounds, bands: bands,
        participation: try ParticipationRule(maximum: maximum, minimumSeparation: separation))
      let seed = UInt64.random(in: 0 ... .max)
      var generator = SimulationGenerator(seed: seed)
      var point = (0..<(rounds * bands + rounds + 1)).map { index in
        let (column, band) = (index / bands, index % bands)
        if index < rounds * bands, column + band >= rounds { return 0.0 }
        return Double.random(in: 0.2...1, using: &generator)
      }
      let gradient = problem.value(at: point).gradient
      for index in point.indices where point[index] != 0 {
        let (value, step) = (point[index], 1e-5)
        point[index] = value + step
        let above = problem.value(at: point).value
        point[index] = value - step
        let below = problem.value(at: point).value
        point[index] = value
        #expect(abs((above - below) / (2 * step) - gradient[index]) < 1e-7, "seed \(seed)")
      }
    }
  }

  /// X = C^T C is optimal if and only if X^-1 A^T A X^-1 is 0 off its diagonal within the bands, and its
  /// diagonal, the prices of the columns' squared norms, makes no other norms cheaper: norms of the same
  /// sensitivity cost at most the error.
  ///
  /// For the largest error, A holds the roots of weights of the rounds, large ones for the largest errors. No factor
  /// has a mean error below that of the optimum by these weights, so that none has a lower largest error.
  @Test(
    "The optimum meets the conditions of optimality",
    arguments: [(24, 4, 6, 4), (20, 3, 3, 5), (12, 12, 1, 1)], NoiseErrorMeasure.allCases)
  func optimality(
    _ sizes: (rounds: Int, bands: Int, maximum: Int, separation: Int), measure: NoiseErrorMeasure
  ) throws {
    let (rounds, bands) = (sizes.rounds, sizes.bands)
    let rule = try ParticipationRule(
      maximum: sizes.maximum, minimumSeparation: sizes.separation)
    let strategy = try BandedStrategy.optimal(
      bands: bands, rounds: rounds, participation: rule, error: measure)
    #expect(strategy.columns.allSatisfy { $0[0] > 0 })
    let errors = strategy.squaredErrors()
    let largestError = errors.reduce(0, max)
    let weights = errors.map { measure == .mean ? 1 : Double.pow($0 / largestError, 2047) }
    let error = zip(errors, weights).reduce(0) { $0 + $1.0 * $1.1 }
    if measure == .largest { #expect(error / weights.reduce(0, +) > 0.998 * largestError) }
    // C^T z = e_i by substitution, then C x = z: the columns of X^-1.
    func inverse(_ right: [Double]) -> [Double] {
      var solution = right
      let columns = strategy.columns
      for column in (0..<rounds).reversed() {
        for (offset, element) in columns[column].enumerated().dropFirst() {
          solution[column] -= element * solution[column + offset]
        }
        solution[column] /= columns[column][0]
      }
      for row in 0..<rounds {
        let elements = strategy.row(row)
        for band in 1..<max(1, elements.count) {
          solution[row] -= elements[band] * solution[row - band]
        }
        solution[row] /= elements[0]
      }
      return solution
    }
    let columns = (0..<rounds).map { index in
      inverse((0..<rounds).map { $0 == index ? 1 : 0 })
    }
    // A times each column of X^-1, so that prices are products of these.
    let prefixes = columns.map { column in
      var sum = 0.0
      return column.map { element in
        sum += element
        return sum
      }
    }
    func price(_ one: Int, _ other: Int) -> Double {
      zip(weights, zip(prefixes[one], prefixes[other])).reduce(0) { $0 + $1.0 * $1.1.0 * $1.1.1 }
    }
    let largest = (0..<rounds).map { price($0, $0) }.reduce(0, max)
    for one in 0..<rounds {
      for other in max(0, one - bands + 1)..<max(one, 0) {
        #expect(abs(price(one, other)) < 3e-3 * largest, "\(one), \(other)")
      }
    }
    let sensitivity = try strategy.squaredSensitivity(participation: rule)
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SimulationGenerator(seed: seed)
    for exponent in 0..<50 {
      // From equal norms to very different ones.
      let norms = (0..<rounds).map { _ in
        Double.pow(.random(in: 0.01...1, using: &generator), Double(exponent) / 10)
      }
      let cost = norms.indices.reduce(0) { $0 + price($1, $1) * norms[$1] * norms[$1] }
      let other = try BandedStrategy(columns: norms.map { [$0] })
        .squaredSensitivity(participation: rule)
      #expect(cost / other <= error / sensitivity * (1 + 1e-3), "seed \(seed)")
    }
  }

  @Test(
    "The optimum has less error than the optimal Toeplitz factor",
    arguments: NoiseErrorMeasure.allCases)
  func comparison(measure: NoiseErrorMeasure) throws {
    for (rounds, bands, maximum, separation) in [(30, 3, 10, 3), (24, 6, 4, 6), (32, 3, 4, 8)] {
      let rule = try ParticipationRule(maximum: maximum, minimumSeparation: separation)
      func error(_ strategy: NoiseStrategy) throws -> Double {
        try CorrelatedNoise(
          strategy, rounds: rounds, participation: rule, relation: .addOrRemove, clip: 1,
          noiseMultiplier: 1
        ).variance(measure)
      }
      let toeplitz = try ToeplitzStrategy.optimal(
        bands: bands, rounds: rounds, participation: rule, error: measure)
      let banded = try BandedStrategy.optimal(
        bands: bands, rounds: rounds, participation: rule, error: measure)
      let ratio = try error(.banded(banded)) / error(.toeplitz(toeplitz))
      #expect(ratio > 0.75 && ratio < 0.92, "\(ratio)")
    }
  }

  @Test("Equal columns are the Toeplitz factor")
  func toeplitz() throws {
    let toeplitz = try ToeplitzStrategy(coefficients: [1, 0.5, 0.375])
    let columns = (0..<20).map { Array(toeplitz.coefficients.prefix(20 - $0)) }
    let banded = try BandedStrategy(columns: columns)
    for (one, other) in zip(banded.squaredErrors(), toeplitz.squaredErrors(rounds: 20)) {
      #expect(relativeError(one, other) < 1e-12)
    }
    let rule = try ParticipationRule(maximum: 4, minimumSeparation: 6)
    let squared = try banded.squaredSensitivity(participation: rule)
    #expect(
      relativeError(squared, toeplitz.squaredSensitivity(rounds: 20, participation: rule)) < 1e-12)
  }

  @Test("Impossible strategies are rejected")
  func rejections() throws {
    for columns: [[Double]] in [
      [], [[]], [[1, 1]], [[1, .nan], [1]], [[0], [1]], [[1], [-1]], [[.infinity]],
      [[Double]](repeating: [1], count: BandedStrategy.maximumRounds + 1),
    ] {
      #expect(throws: FLMathError.self) { try BandedStrategy(columns: columns) }
    }
    let rule = try ParticipationRule(maximum: 3, minimumSeparation: 4)
    for (bands, rounds) in [
      (0, 10), (5, 10), (11, 10), (4, 0), (1, BandedStrategy.maximumRounds + 1), (.min, .max),
      (.max, 100),
    ] {
      #expect(throws: FLMathError.self) {
        try BandedStrategy.optimal(bands: bands, rounds: rounds, participation: rule, error: .mean)
      }
    }
    // rounds x bands^2 is too large, although a client takes part once.
    #expect(throws: FLMathError.self) {
      try BandedStrategy.optimal(bands: 1_000, rounds: 1_000, participation: .once, error: .mean)
    }
    let strategy = try BandedStrategy(columns: [[1, 0.5], [1, 0.5], [1]])
    // Another number of rounds, and rounds of one client that share a row of C.
    for (rounds, participation) in [
      (4, ParticipationRule.once), (3, try ParticipationRule(maximum: 2, minimumSeparation: 1)),
    ] {
      #expect(throws: FLMathError.self) {
        try CorrelatedNoise(
          .banded(strategy), rounds: rounds, participation: participation, relation: .zeroOut,
          clip: 1, noiseMultiplier: 1)
      }
    }
  }
}
