import FLMath

/// Robust rules over 100 vectors of a million coordinates, on one core. `make bench-robust` compares them.
enum AggregationBenchmarks {
  static func run(_ results: inout Results) throws {
    var generator = SimulationGenerator(seed: 1)
    let rows = (0..<100).map { _ in
      (0..<1_000_000).map { _ in Double(generator.next() >> 11) * 0x1p-53 }
    }
    let matrix = try UpdateMatrix(rows)
    let rules: [(String, any RobustAggregationRule, Double?)] = [
      ("median", try CoordinateMedian(attackers: 20), 2), ("Krum", try Krum(attackers: 20), 4),
      ("trimmed mean", try TrimmedMean(attackers: 20), nil),
    ]
    for (name, rule, target) in rules {
      var failure: (any Error)?
      let seconds = Stopwatch.samples(.wall, runs: 3, sampleSeconds: 0.1) {
        do {
          _ = try ThreadLimit.$current.withValue(1) { try rule.aggregate(matrix) }
        } catch { failure = error }
      }
      if let failure { throw failure }
      results.add(
        Figure(
          "Robust rules, 100 vectors of 10^6", name, unit: "s", seconds: seconds, perSecond: 1,
          target: target))
    }
  }
}
