import Testing

@testable import FLMath

@Suite("Stream of correlated noise")
struct CorrelatedNoiseStreamTests {
  static let strategies: [NoiseStrategy] = {
    var strategies: [NoiseStrategy] = [.toeplitz(.independent)]
    for coefficients in [[2, 1, -0.5], [1, 0.5, 0.375, 0.3125, 0.273, 0.246], [1, 0.9]] {
      strategies.append(.toeplitz(ToeplitzStrategy(unchecked: coefficients)))
    }
    for columns in [
      [[1.0, 0.4, -0.2], [1.5, 0.7, 0.1], [0.8, 0.3], [2, -1, 0.5], [1, 0.25], [0.5]],
      [[0.5], [1], [2], [0.25], [1], [3]],
    ] {
      if let banded = try? BandedStrategy(columns: columns) { strategies.append(.banded(banded)) }
    }
    for steps in [[6], [3, 3]] {
      for estimator in TreeAggregation.Estimator.allCases {
        if let trees = try? TreeAggregation(stepCounts: steps, estimator: estimator) {
          strategies.append(.trees(trees))
        }
      }
    }
    return strategies
  }()

  static func noise(_ strategy: NoiseStrategy) throws -> CorrelatedNoise {
    try CorrelatedNoise(
      strategy, rounds: 6, participation: .once, relation: .zeroOut, clip: 1.5,
      noiseMultiplier: 0.8)
  }

  /// The noise of all rounds, a vector for each.
  static func draw(_ noise: CorrelatedNoise, dimension: Int, seed: UInt64) throws -> [[Double]] {
    var generator = SimulationGenerator(seed: seed)
    var stream = try CorrelatedNoiseStream(noise, dimension: dimension)
    var rounds: [[Double]] = []
    for _ in 0..<noise.rounds {
      var sum = [Double](repeating: 0, count: dimension)
      try stream.addNoise(to: &sum, using: &generator)
      rounds.append(sum)
    }
    return rounds
  }

  /// The lower triangle of C^-1, whose covariance is (C^T C)^-1, by substitution in whole columns.
  private static func inverse(_ columns: [[Double]]) -> [[Double]] {
    var inverse = [[Double]](repeating: [Double](repeating: 0, count: 6), count: 6)
    for column in 0..<6 {
      for row in column..<6 {
        var value = row == column ? 1.0 : 0
        for earlier in column..<row where row - earlier < columns[earlier].count {
          value -= columns[earlier][row - earlier] * inverse[earlier][column]
        }
        inverse[row][column] = value / columns[row][0]
      }
    }
    return inverse
  }

  /// The covariance of the rounds' noise, for independent numbers of variance 1.
  private static func covariance(_ strategy: NoiseStrategy) -> [[Double]] {
    switch strategy {
    case .toeplitz(let toeplitz):
      return products(inverse([[Double]](repeating: toeplitz.coefficients, count: 6)))
    case .banded(let banded):
      return products(inverse(banded.columns))
    case .trees(let trees):
      // A tree's noise has nothing in common with that of another one, and its first rounds are those of
      // any tree.
      let six = products(sixRounds(trees.estimator))
      let places = trees.stepCounts.enumerated().flatMap { tree, steps in
        (0..<steps).map { (tree, $0) }
      }
      return places.map { one in
        places.map { other in one.0 == other.0 ? six[one.1][other.1] : 0 }
      }
    }
  }

  /// Rows: the noise of each of 6 rounds, as a combination of the nodes' numbers.
  private static func sixRounds(_ estimator: TreeAggregation.Estimator) -> [[Double]] {
    let prefixes: [[Double]]
    switch estimator {
    case .node:
      // Leaves 0, 2 and 4, pairs 1 and 5, the four 3.
      prefixes = [
        [1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 0, 0], [0, 0, 0, 1, 1, 0], [0, 0, 0, 1, 0, 1],
      ]
    case .fromBelow:
      // Leaves 0...5, pairs 6...8, the four 9. A pair is 2/3 its own number and 1/3 its leaves.
      func leaf(_ index: Int) -> [Double] { (0..<10).map { $0 == index ? 1 : 0 } }
      func sum(_ one: [Double], _ other: [Double]) -> [Double] { zip(one, other).map { $0 + $1 } }
      func scaled(_ vector: [Double], _ factor: Double) -> [Double] { vector.map { factor * $0 } }
      func pair(_ first: Int) -> [Double] {
        sum(
          scaled(sum(leaf(first), leaf(first + 1)), 1 / 3.0), scaled(leaf(6 + first / 2), 2 / 3.0))
      }
      let four = sum(scaled(sum(pair(0), pair(2)), 3 / 7.0), scaled(leaf(9), 4 / 7.0))
      prefixes = [
        leaf(0), pair(0), sum(pair(0), leaf(2)), four, sum(four, leaf(4)), sum(four, pair(4)),
      ]
    }
    return prefixes.indices.map { index in
      index == 0 ? prefixes[0] : zip(prefixes[index], prefixes[index - 1]).map { $0 - $1 }
    }
  }

  private static func products(_ rows: [[Double]]) -> [[Double]] {
    rows.map { row in rows.map { other in zip(row, other).reduce(0) { $0 + $1.0 * $1.1 } } }
  }

  /// An empirical covariance of normal numbers has a standard error of
  /// sqrt((c_ii c_jj + c_ij^2) / draws). The seed is fixed; a right stream goes beyond 6 of them for one of
  /// the 21 x 10 elements with a seed in 2 million.
  @Test("Noise has the covariance of C^-1, or of the trees' nodes", arguments: strategies)
  func covariance(strategy: NoiseStrategy) throws {
    let noise = try Self.noise(strategy)
    let draws = 60_000
    let rounds = try Self.draw(noise, dimension: draws, seed: 4)
    let expected = Self.covariance(strategy)
    let variance = noise.standardDeviation * noise.standardDeviation
    for row in 0..<6 {
      for column in 0...row {
        let found = zip(rounds[row], rounds[column]).reduce(0) { $0 + $1.0 * $1.1 } / Double(draws)
        let right = expected[row][column] * variance
        let squaredError =
          (expected[row][row] * expected[column][column] + expected[row][column]
            * expected[row][column]) * variance * variance / Double(draws)
        #expect(
          abs(found - right) < 6 * squaredError.squareRoot(), "\(strategy), \(row), \(column)")
      }
    }
    // The sums up to each round, exactly.
    let errors = noise.prefixVariances()
    for round in 0..<6 {
      var sum = 0.0
      for row in 0...round { for column in 0...round { sum += expected[row][column] } }
      #expect(relativeError(errors[round], sum * variance) < 1e-12, "\(strategy), \(round)")
    }
  }

  @Test("C times the noise is the independent noise, for more rounds than bands")
  func inversion() throws {
    let strategy = try ToeplitzStrategy.squareRoot(bands: 7)
    let noise = try CorrelatedNoise(
      .toeplitz(strategy), rounds: 60, participation: .once, relation: .zeroOut, clip: 1,
      noiseMultiplier: 1)
    let correlated = try Self.draw(noise, dimension: 3, seed: 9)
    var generator = SimulationGenerator(seed: 9)
    for round in 0..<60 {
      for index in 0..<3 {
        let independent = noise.standardDeviation * generator.standardNormal()
        let product = (0..<min(7, round + 1)).reduce(0.0) {
          $0 + strategy.coefficients[$1] * correlated[round - $1][index]
        }
        #expect(abs(product - independent) < 1e-12)
      }
    }
  }

  @Test("Noise is added to the sum", arguments: strategies)
  func addition(strategy: NoiseStrategy) throws {
    let noise = try Self.noise(strategy)
    let drawn = try Self.draw(noise, dimension: 4, seed: 3)
    var generator = SimulationGenerator(seed: 3)
    var stream = try CorrelatedNoiseStream(noise, dimension: 4)
    for round in 0..<6 {
      let values: [Double] = [1, -2, 3, 0.5]
      var sum = values
      try stream.addNoise(to: &sum, using: &generator)
      for index in 0..<4 {
        #expect(abs(sum[index] - values[index] - drawn[round][index]) < 1e-12)
      }
      #expect(stream.finishedRounds == round + 1)
    }
  }

  @Test("More rounds than planned, and sums of another length, get no noise", arguments: strategies)
  func refusals(strategy: NoiseStrategy) throws {
    var generator = SimulationGenerator(seed: 1)
    var stream = try CorrelatedNoiseStream(Self.noise(strategy), dimension: 2)
    var sum: [Double] = [1, 2, 3]
    do {
      try stream.addNoise(to: &sum, using: &generator)
      Issue.record("A sum of 3 elements got noise.")
    } catch {
      #expect(error == .correlatedNoise(.dimensionMismatch(expected: 2, found: 3)))
    }
    #expect(sum == [1, 2, 3] && stream.finishedRounds == 0)
    sum = [1, 2]
    for _ in 0..<6 { try stream.addNoise(to: &sum, using: &generator) }
    sum = [1, 2]
    do {
      try stream.addNoise(to: &sum, using: &generator)
      Issue.record("A seventh round got noise.")
    } catch {
      #expect(error == .correlatedNoise(.roundsExhausted(planned: 6)))
    }
    #expect(sum == [1, 2])
    let noise = try Self.noise(strategy)
    for dimension in [0, -1, 1 << 31] {
      #expect(throws: FLMathError.self) {
        _ = try CorrelatedNoiseStream(noise, dimension: dimension)
      }
    }
  }
}
