import Testing

@testable import FLMath

/// The fast forms against the definitions, on vectors of lengths that fill blocks and that do not.
@Suite("Robust rules against their definitions")
struct RobustRulePropertyTests {
  private struct Sample {
    let rows: [[Double]]
    let attackers: Int
    var count: Int { rows.count }
    var updates: UpdateMatrix { get throws { try UpdateMatrix(rows) } }

    /// Random rows, with many equal values at some seeds.
    init(seed: UInt64) {
      var generator = SimulationGenerator(seed: seed)
      let count = Int.random(in: 1...40, using: &generator)
      let dimension = [1, 7, 8, 63, 64, 65, 130, 300].randomElement(using: &generator) ?? 1
      let coarse = seed % 3 == 0
      rows = (0..<count).map { _ in
        (0..<dimension).map { _ in
          let value = generator.standardNormal()
          return coarse ? value.rounded() : value
        }
      }
      attackers = Int.random(in: 0...(count - 1) / 2, using: &generator)
    }

    func column(_ index: Int) -> [Double] { rows.map { $0[index] } }
    var columns: [[Double]] { rows[0].indices.map(column) }
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  @Test("Median, trimmed mean and mean around the median", arguments: 1...60 as ClosedRange<UInt64>)
  func coordinatewise(seed: UInt64) throws {
    let sample = Sample(seed: seed)
    let f = sample.attackers
    let medians = sample.columns.map(median)
    #expect(try CoordinateMedian(attackers: f).aggregate(sample.updates).vector == medians)

    let trimmed = sample.columns.map { column in
      column.sorted()[f..<(sample.count - f)].reduce(0, +) / Double(sample.count - 2 * f)
    }
    let fast = try TrimmedMean(attackers: f).aggregate(sample.updates).vector
    #expect(largestDifference(fast, trimmed) < 1e-13, "seed \(seed)")

    let around = zip(sample.columns, medians).map { column, median in
      let order = column.indices.sorted {
        let (a, b) = (abs(column[$0] - median), abs(column[$1] - median))
        return a == b ? $0 < $1 : a < b
      }
      return order.prefix(sample.count - f).reduce(0) { $0 + column[$1] }
        / Double(sample.count - f)
    }
    let meanAround = try MeanAroundMedian(attackers: f).aggregate(sample.updates).vector
    #expect(largestDifference(meanAround, around) < 1e-13, "seed \(seed)")
  }

  @Test("Pairwise distances", arguments: 1...30 as ClosedRange<UInt64>)
  func distances(seed: UInt64) {
    let sample = Sample(seed: seed)
    let distances = PairwiseDistances(of: sample.rows)
    for row in 0..<sample.count {
      for other in 0..<sample.count {
        let expected = zip(sample.rows[row], sample.rows[other])
          .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(abs(distances[row, other] - expected) <= 1e-13 * (1 + expected), "seed \(seed)")
      }
    }
  }

  @Test(
    "Nobody is nearer to all than the geometric median", arguments: 1...20 as ClosedRange<UInt64>)
  func geometricMedian(seed: UInt64) throws {
    let sample = Sample(seed: seed)
    let result = try GeometricMedian(attackers: sample.attackers)
      .aggregate(sample.updates).vector
    func objective(_ point: [Double]) -> Double {
      VectorArithmetic.squaredDistances(of: sample.rows, from: point)
        .reduce(0) { $0 + $1.squareRoot() }
    }
    let best = objective(result)
    var generator = SimulationGenerator(seed: seed + 1000)
    for size in [1e-3, 1e-2, 0.1, 1] {
      let other = result.map { $0 + size * generator.standardNormal() }
      #expect(objective(other) >= best - 1e-12 * (1 + best), "seed \(seed)")
    }
  }

  @Test("The order of rows changes nothing but rounding", arguments: 1...20 as ClosedRange<UInt64>)
  func order(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let rows = (0..<15).map { _ in (0..<70).map { _ in generator.standardNormal() } }
    var order = Array(rows.indices)
    generator.shuffle(&order)
    let updates = try UpdateMatrix(rows)
    let shuffled = try UpdateMatrix(order.map { rows[$0] })
    let rules: [any RobustAggregationRule] = [
      try CoordinateMedian(attackers: 3), try TrimmedMean(attackers: 3),
      try MeanAroundMedian(attackers: 3), try Krum(attackers: 3), try MultiKrum(attackers: 3),
      try Bulyan(attackers: 3), try GeometricMedian(attackers: 3),
      try CenteredClipping(attackers: 3, radius: 2),
    ]
    for rule in rules {
      let (one, other) = (try rule.aggregate(updates), try rule.aggregate(shuffled))
      #expect(largestDifference(one.vector, other.vector) < 1e-12, "\(rule), seed \(seed)")
      #expect(one.selectedRows == other.selectedRows.map { $0.map { order[$0] }.sorted() })
    }
  }

  @Test("Means of random buckets", arguments: 1...20 as ClosedRange<UInt64>)
  func bucketing(seed: UInt64) throws {
    let sample = Sample(seed: seed)
    var generator = SimulationGenerator(seed: seed)
    let size = Int.random(in: 1...sample.count, using: &generator)
    var order = Array(0..<sample.count)
    var copy = generator
    copy.shuffle(&order)
    let means = try Bucketing(size: size).means(of: sample.updates, using: &generator)
    let starts = stride(from: 0, to: sample.count, by: size)
    #expect(means.rows.count == starts.reduce(0) { count, _ in count + 1 })
    for (bucket, start) in starts.enumerated() {
      let members = order[start..<min(sample.count, start + size)]
      let expected = sample.rows[0].indices.map { column in
        members.reduce(0) { $0 + sample.rows[$1][column] } / Double(members.count)
      }
      #expect(largestDifference(means.rows[bucket], expected) < 1e-13, "seed \(seed)")
    }
  }

  @Test("A bucket with an unusable row is unusable, mixing leaves it out")
  func unusableRows() throws {
    let updates = try UpdateMatrix([[1], [.nan], [3], [4], [5], [1.5]])
    let buckets = try Bucketing(size: 2).means(of: updates, order: [0, 1, 2, 3, 4, 5])
    #expect(buckets.unusableRows == [0])
    #expect(buckets.rows[1] == [3.5])
    let mixed = try NearestNeighbourMixing(attackers: 2).mixed(updates)
    #expect(mixed.unusableRows == [1])
    #expect(mixed.rows[0] == [2.375])
    #expect(try NormClipping(bound: 2).clipped(updates).unusableRows == [1])
    #expect(throws: FLMathError.robustAggregation(.tooManyUnusableRows(attackers: 0, found: [1]))) {
      try NearestNeighbourMixing(attackers: 0).mixed(updates)
    }
  }
}
