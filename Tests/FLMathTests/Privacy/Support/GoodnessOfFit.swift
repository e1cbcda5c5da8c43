import Testing

/// How many draws the decisive tests of samplers take: enough to find a variance that is wrong by
/// 0.5 %. The standard error of a variance is sqrt(2 / n) of it: here 0.07 %.
enum StatisticalEffort {
  static let draws = 4_000_000
}

/// How far draws are from a distribution on the whole numbers.
struct GoodnessOfFit {
  /// In standard deviations; a right sampler goes beyond once in 150,000 draws of a seed.
  static let limit = 4.5

  let chiSquareDeviations: Double
  let varianceDeviations: Double
  let meanDeviations: Double
  /// The log of the probability of a draw as far out as the farthest, times the number of draws.
  let tailExpectation: Double

  init(_ draws: [Int], probability: (Int) -> Double) {
    let count = Double(draws.count)
    let (low, high) = (draws.min() ?? 0, draws.max() ?? 0)
    var counts = [Int](repeating: 0, count: high - low + 1)
    for draw in draws { counts[draw - low] += 1 }

    // Moments of the distribution, over everything that could be drawn.
    let reach = 4 * max(abs(low), abs(high)) + 40
    var (mean, second, fourth) = (0.0, 0.0, 0.0)
    var (tail, rest) = (0.0, 1.0)
    var (statistic, cells) = (0.0, 0)
    var (pooledCount, pooledExpected) = (0.0, 0.0)
    for k in -reach...reach {
      let p = probability(k)
      let x = Double(k)
      mean += x * p
      second += x * x * p
      fourth += x * x * x * x * p
      if k < low || k > high { tail += p }
      let found = k < low || k > high ? 0 : Double(counts[k - low])
      rest -= p
      // Cells with few expected draws are pooled with their neighbours.
      pooledCount += found
      pooledExpected += count * p
      if pooledExpected >= 20 {
        let difference = pooledCount - pooledExpected
        statistic += difference * difference / pooledExpected
        cells += 1
        (pooledCount, pooledExpected) = (0, 0)
      }
    }
    if pooledExpected > 0 {
      let difference = pooledCount - pooledExpected
      statistic += difference * difference / max(pooledExpected, 1)
      cells += 1
    }
    let freedom = Double(max(1, cells - 1))
    // Wilson and Hilferty 1931: the cube root of a chi-square number is nearly normal.
    let ninth = 2 / (9 * freedom)
    chiSquareDeviations =
      (Double.cubeRoot(statistic / freedom) - (1 - ninth)) / ninth.squareRoot()

    let total = draws.reduce(0.0) { $0 + Double($1) }
    let squares = draws.reduce(0.0) { $0 + Double($1) * Double($1) }
    meanDeviations = (total / count - mean) / ((second - mean * mean) / count).squareRoot()
    varianceDeviations =
      (squares / count - second) / ((fourth - second * second) / count).squareRoot()
    tailExpectation = count * tail
  }

  /// Expects that nothing contradicts the distribution.
  func expectNoMisfit(sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(chiSquareDeviations < Self.limit, sourceLocation: sourceLocation)
    #expect(abs(varianceDeviations) < Self.limit, sourceLocation: sourceLocation)
    #expect(abs(meanDeviations) < Self.limit, sourceLocation: sourceLocation)
    // The farthest draw is where it should be: not so near that much more was to be expected beyond
    // it, and (the chi-square's last cell) not too far out.
    #expect(tailExpectation < 20, sourceLocation: sourceLocation)
  }
}
