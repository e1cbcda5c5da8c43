import Testing

@testable import FLMath

/// Every rule gives the same bits on any number of threads.
@Suite("Threads of robust rules")
struct ThreadLimitTests {
  private static func rows(_ count: Int, dimension: Int, scale: Double = 1) -> [[Double]] {
    var generator = SimulationGenerator(seed: UInt64(dimension))
    return (0..<count).map { row in
      (0..<dimension).map { _ in (generator.standardNormal() + (row < 2 ? 3 : 0)) * scale }
    }
  }

  private static func rules(_ trusted: [Double]) throws -> [any RobustAggregationRule] {
    [
      try CoordinateMedian(attackers: 2), try TrimmedMean(attackers: 2),
      try MeanAroundMedian(attackers: 2), try AdaptivelyTrimmedMean(attackers: 2),
      try Krum(attackers: 2), try MultiKrum(attackers: 2), try Bulyan(attackers: 2),
      try GeometricMedian(attackers: 2),
      try GeometricMedian(attackers: 2, smoothing: 1e-6, steps: 3),
      try CenteredClipping(attackers: 2, radius: 2, iterations: 2),
      try NormClippedMean(attackers: 2, clipping: NormClipping(bound: 2)),
      try TrustBootstrapping(attackers: 2, trustedUpdate: trusted),
      try MinimumDiameterAveraging(attackers: 2),
      try NearestNeighbourAveraging(attackers: 2, trustedRow: 4),
      try SmallestEigenvalueAveraging(attackers: 2),
      try CovarianceBoundAgnosticFilter(attackers: 2),
      try DivideAndConquer(attackers: 2, seed: 5), try SignGuard(attackers: 2, seed: 5),
    ]
  }

  @Test(
    "Rules",
    arguments: [1, 100, ColumnChunks.width - 1, ColumnChunks.width, 5 * ColumnChunks.width + 9],
    [1, 1e-170, 1e300])
  func rules(dimension: Int, scale: Double) throws {
    let rows = Self.rows(12, dimension: dimension, scale: scale / Double(dimension))
    for rule in try Self.rules(rows[7]) {
      let results = try [1, 2, 3, 7, nil].map { threads in
        try ThreadLimit.$current.withValue(threads) { try rule.aggregate(UpdateMatrix(rows)) }
      }
      for result in results {
        #expect(result.vector.map(\.bitPattern) == results[0].vector.map(\.bitPattern), "\(rule)")
        #expect(result == results[0], "\(rule)")
      }
    }
  }

  @Test("What is done before rules", arguments: [100, 3 * ColumnChunks.width + 9])
  func preparation(dimension: Int) throws {
    let rows = Self.rows(12, dimension: dimension)
    let results = try [1, 2, 3, 7, 0, -1, nil].map { threads in
      try ThreadLimit.$current.withValue(threads) {
        let updates = try UpdateMatrix(rows)
        return [
          try NearestNeighbourMixing(attackers: 2).mixed(updates).rows,
          try AdaptiveRobustClipping(attackers: 2).clipped(updates).rows,
          try Bucketing(size: 3).means(of: updates, order: Array(0..<12)).rows,
          try NormClipping(bound: 2).clipped(updates).rows,
        ]
      }
    }
    for result in results { #expect(result == results[0]) }
  }

  @Test("Unusable rows are found on any number of threads", arguments: [1, 2, 7])
  func unusableRows(threads: Int) throws {
    var rows = Self.rows(12, dimension: 3 * ColumnChunks.width)
    rows[3][ColumnChunks.width + 1] = .nan
    rows[11][0] = -.infinity
    rows[5][9] = 1e302
    let found = try ThreadLimit.$current.withValue(threads) { try UpdateMatrix(rows).unusableRows }
    #expect(found == [3, 5, 11])
  }

  @Test("Items are put together in order", arguments: [0, 1, 2, 500])
  func order(count: Int) {
    for threads in [1, 2, 3, 7] {
      let squares = ThreadLimit.$current.withValue(threads) {
        ParallelWork.reduce(count, into: [Int]()) { item in
          // The first items take longest, so that later ones have to wait for them.
          (0..<(count - item) * 50).reduce(item * item) { $0 &+ $1 &- $1 }
        } _: {
          $0.append($1)
        }
      }
      #expect(squares == (0..<count).map { $0 * $0 })
      let doubles = ThreadLimit.$current.withValue(threads) {
        ParallelWork.map(count, size: 10_000) { 2 * $0 }
      }
      #expect(doubles == (0..<count).map { 2 * $0 })
    }
  }
}
