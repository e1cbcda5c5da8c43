import FLMath
import Testing

/// The rules and attacks on random matrices of many shapes and scales: outliers, rows that are equal or
/// nearly so, a large offset in common. What ByzFL and Flower make of them, to 1e-12 of their size.
@Suite("Robust aggregation of random matrices against ByzFL and Flower")
struct RandomMatrixReferenceTests {
  private struct Case {
    let name: String
    let updates: UpdateMatrix
    let attackers: Int
    let scale: Double
    let out: RobustnessReference

    var size: Double { updates.rows.joined().map(\.magnitude).max() ?? 0 }
  }

  private func cases() throws -> [Case] {
    try RobustnessReference(file: "aggregators_random.json")["matrices"].items.map {
      Case(
        name: try $0["name"].string, updates: try UpdateMatrix($0["x"].matrix),
        attackers: try $0["f"].int, scale: try $0["scale"].double, out: try $0["out"])
    }
  }

  private func expect(
    _ found: [Double], _ one: Case, _ key: String, location: SourceLocation = #_sourceLocation
  ) throws {
    let difference = largestDifference(found, try one.out[key].doubles)
    #expect(
      difference <= 1e-12 * one.size, "\(one.name) \(key): \(difference)",
      sourceLocation: location)
  }

  @Test("coordinate-wise rules, geometric median, centred clipping")
  func means() throws {
    let cases = try cases()
    #expect(cases.count == 24)
    for one in cases {
      let (x, f) = (one.updates, one.attackers)
      try expect(CoordinateMedian(attackers: f).aggregate(x).vector, one, "byzfl.median")
      try expect(CoordinateMedian(attackers: f).aggregate(x).vector, one, "flower.median")
      try expect(TrimmedMean(attackers: f).aggregate(x).vector, one, "byzfl.trmean")
      try expect(
        TrimmedMean(attackers: Int(0.2 * Double(x.rows.count))).aggregate(x).vector, one,
        "flower.trimmed_0.2")
      try expect(MeanAroundMedian(attackers: f).aggregate(x).vector, one, "byzfl.meamed")
      try expect(
        GeometricMedian(
          attackers: f, smoothing: 0.05 * one.scale, steps: 7,
          start: .point([Double](repeating: 0, count: x.dimension))
        ).aggregate(x).vector, one, "byzfl.geometric_median")
      try expect(
        CenteredClipping(attackers: f, radius: 0.7 * one.scale, iterations: 4)
          .aggregate(x).vector, one, "byzfl.centered_clipping")
    }
  }

  @Test("Krum, Multi-Krum, mixing, clipping")
  func distances() throws {
    for one in try cases() {
      let (x, f) = (one.updates, one.attackers)
      let scoring = KrumScoring.meanOfHonestMajority
      try expect(Krum(attackers: f, scoring: scoring).aggregate(x).vector, one, "byzfl.krum")
      try expect(
        MultiKrum(attackers: f, scoring: scoring).aggregate(x).vector, one, "byzfl.multikrum")
      if one.out.has("flower.krum") {
        try expect(Krum(attackers: f).aggregate(x).vector, one, "flower.krum")
      }
      for (row, expected) in zip(
        try NearestNeighbourMixing(attackers: f).mixed(x).rows, try one.out["byzfl.nnm"].matrix)
      {
        #expect(largestDifference(row, expected) <= 1e-12 * one.size, "\(one.name)")
      }
      for (row, expected) in zip(
        try NormClipping(bound: 1.3 * one.scale).clipped(x).rows,
        try one.out["byzfl.clipping"].matrix)
      {
        #expect(largestDifference(row, expected) <= 1e-12 * one.size, "\(one.name)")
      }
    }
  }

  @Test("A Little Is Enough and inner-product manipulation")
  func attacks() throws {
    var generator = SimulationGenerator(seed: 1)
    for one in try cases() {
      let honest = try UpdateMatrix(Array(one.updates.rows[one.attackers...]))
      let own = one.updates.rows[0]
      try expect(
        ModelPoisoning.littleIsEnough(z: 1.5).maliciousUpdate(
          own: own, honest: honest, using: &generator), one, "byzfl.alie")
      try expect(
        ModelPoisoning.innerProduct(epsilon: 0.6).maliciousUpdate(
          own: own, honest: honest, using: &generator), one, "byzfl.ipm")
    }
  }
}
