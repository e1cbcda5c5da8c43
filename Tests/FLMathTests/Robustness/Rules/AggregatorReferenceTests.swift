import FLMath
import Testing

/// Every rule against ByzFL, Flower and the papers' formulas, each in the convention of its source.
@Suite("Robust aggregation against references")
struct AggregatorReferenceTests {
  struct Case {
    let name: String
    let updates: UpdateMatrix
    let attackers: Int
    let out: RobustnessReference
  }

  static let tolerance = 1e-12

  static func cases() throws -> [Case] {
    try RobustnessReference(file: "aggregators.json")["matrices"].items.map {
      Case(
        name: try $0["name"].string, updates: try UpdateMatrix($0["x"].matrix),
        attackers: try $0["f"].int, out: try $0["out"])
    }
  }

  private func expect(
    _ rule: some RobustAggregationRule, on one: Case, equals key: String,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let found = try rule.aggregate(one.updates).vector
    let difference = largestDifference(found, try one.out[key].doubles)
    #expect(
      difference <= Self.tolerance, "\(one.name) \(key): \(difference)", sourceLocation: location)
  }

  @Test("Coordinate-wise rules")
  func coordinatewise() throws {
    for one in try Self.cases() {
      let f = one.attackers
      try expect(CoordinateMedian(attackers: f), on: one, equals: "byzfl.median")
      try expect(CoordinateMedian(attackers: f), on: one, equals: "flower.median")
      try expect(TrimmedMean(attackers: f), on: one, equals: "byzfl.trmean")
      try expect(MeanAroundMedian(attackers: f), on: one, equals: "byzfl.meamed")
      for share in [0.1, 0.2, 0.3] {
        // Flower cuts off int(share * n) at either end.
        let cut = Int(share * Double(one.updates.rows.count))
        try expect(
          TrimmedMean(attackers: cut), on: one, equals: "flower.trimmed_avg_\(share)")
      }
    }
  }

  @Test("Krum and Multi-Krum, in the paper's scoring and in ByzFL's")
  func krum() throws {
    for one in try Self.cases() {
      let f = one.attackers
      try expect(
        Krum(attackers: f, scoring: .meanOfHonestMajority), on: one, equals: "byzfl.krum")
      try expect(
        MultiKrum(attackers: f, scoring: .meanOfHonestMajority), on: one,
        equals: "byzfl.multikrum")
      if one.updates.rows.count >= 2 * f + 3 {
        try expect(Krum(attackers: f), on: one, equals: "flower.krum")
        try expect(MultiKrum(attackers: f), on: one, equals: "flower.multikrum_keep_n-f")
      } else {
        #expect(throws: FLMathError.self) {
          try Krum(attackers: f).aggregate(one.updates)
        }
      }
    }
  }

  @Test("Bulyan, one vector at a time and all at once")
  func bulyan() throws {
    let reference = try RobustnessReference(file: "aggregators.json")
    let one = try #require(try Self.cases().first { $0.name == "heterogeneous_15x6" })
    let result = try Bulyan(attackers: 3).aggregate(one.updates)
    let expected = try one.out["numpy.bulyan_iterative"]
    #expect(largestDifference(result.vector, try expected["value"].doubles) <= Self.tolerance)
    #expect(result.selectedRows == (try expected["selected"].ints.sorted()))
    try expect(Bulyan(attackers: 3), on: one, equals: "flower.bulyan_legacy_iterative_krum")

    let flower = try #require(
      try reference["flower_serverapp_api"].items.first { try $0["name"].string == one.name })
    let singlePass = try Bulyan(attackers: 3, selection: .singlePass).aggregate(one.updates)
    let difference = largestDifference(
      singlePass.vector, try flower["bulyan_top_theta_selection"].doubles)
    #expect(difference <= Self.tolerance)
  }

  @Test("Geometric median: ByzFL's start at zero, and the exact one")
  func geometricMedian() throws {
    for one in try Self.cases() {
      let zero = GeometricMedian.Start.point([Double](repeating: 0, count: one.updates.dimension))
      for (smoothing, steps, name) in [(0.1, 3, "nu0.1_T3"), (1e-6, 100, "nu1e-6_T100")] {
        try expect(
          GeometricMedian(
            attackers: one.attackers, smoothing: smoothing, steps: steps, start: zero),
          on: one, equals: "byzfl.geometric_median_\(name)")
      }
      try expect(
        GeometricMedian(attackers: one.attackers, relativeTolerance: 1e-13),
        on: one, equals: "numpy.geometric_median_exact")
    }
  }

  @Test("RFA: every iterate, weighted and not, plain and as sums over clients")
  func rfa() throws {
    for one in try Self.cases() {
      let weighted = try one.out["numpy.rfa_weighted_R3_nu1e-6"]
      let weights = try weighted["weights"].ints.map(UInt64.init)
      try expectIterates(try weighted["iterates"].matrix, weights: weights, of: one)
      let uniform = try one.out["numpy.rfa_uniform_R3_nu1e-6"]
      try expectIterates(
        try uniform["iterates"].matrix,
        weights: [UInt64](repeating: 1, count: one.updates.rows.count), of: one)
    }
  }

  private func expectIterates(_ iterates: [[Double]], weights: [UInt64], of one: Case) throws {
    let weiszfeld = try SmoothedWeiszfeld(smoothing: 1e-6)
    var point = iterates[0]
    for steps in 1..<iterates.count {
      let plain = try GeometricMedian(
        attackers: 0, smoothing: weiszfeld.smoothing, steps: steps, start: .weightedMean
      ).aggregate(one.updates, weights: weights)
      let difference = largestDifference(plain.vector, iterates[steps])
      #expect(difference <= Self.tolerance, "\(one.name) step \(steps): \(difference)")

      var differences = [Double](repeating: 0, count: point.count)
      var shares = 0.0
      for (row, weight) in zip(one.updates.rows, weights) {
        let contribution = try weiszfeld.contribution(of: row, at: point)
        for index in differences.indices {
          differences[index] += Double(weight) * contribution.difference[index]
        }
        shares += Double(weight) * contribution.share
      }
      point = try weiszfeld.step(from: point, differences: differences, shares: shares)
      let ofSums = largestDifference(point, iterates[steps])
      #expect(ofSums <= Self.tolerance, "\(one.name) sums, step \(steps): \(ofSums)")
    }
  }

  @Test("Centred clipping from zero and from the median, norm clipping")
  func clipping() throws {
    for one in try Self.cases() {
      let f = one.attackers
      for (steps, radius) in [(1, 1.0), (3, 1.0), (1, 100.0)] {
        try expect(
          CenteredClipping(attackers: f, radius: radius, iterations: steps), on: one,
          equals: "byzfl.centered_clipping_m0_L\(steps)_tau\(Int(radius))")
      }
      let median = try CoordinateMedian(attackers: f).aggregate(one.updates).vector
      try expect(
        CenteredClipping(attackers: f, radius: 0.5, iterations: 2, center: median), on: one,
        equals: "numpy.centered_clipping_start_median_L2_tau0.5")
      try expect(
        NormClippedMean(attackers: f, clipping: NormClipping(bound: 1)), on: one,
        equals: "numpy.norm_clip_mean_c1")
      let clipped = try NormClipping(bound: 2).clipped(one.updates)
      for (row, expected) in zip(clipped.rows, try one.out["byzfl.clipping_c2"].matrix) {
        #expect(largestDifference(row, expected) <= Self.tolerance, "\(one.name)")
      }
    }
  }

  @Test("FLTrust, with the mean of the first three rows as trusted update")
  func trustBootstrapping() throws {
    for one in try Self.cases() {
      let expected = try one.out["numpy.fltrust_root_mean_of_first3"]
      let result = try TrustBootstrapping(
        attackers: one.attackers, trustedUpdate: expected["root"].doubles
      ).aggregate(one.updates)
      let difference = largestDifference(result.vector, try expected["value"].doubles)
      #expect(difference <= Self.tolerance, "\(one.name): \(difference)")
      let trusts = try expected["trust"].doubles
      #expect(result.selectedRows == trusts.indices.filter { trusts[$0] > 0 }, "\(one.name)")
    }
  }

  @Test("Nearest-neighbour mixing and bucketing")
  func preAggregation() throws {
    for one in try Self.cases() {
      let mixed = try NearestNeighbourMixing(attackers: one.attackers).mixed(one.updates)
      for (row, expected) in zip(mixed.rows, try one.out["byzfl.nnm"].matrix) {
        #expect(largestDifference(row, expected) <= Self.tolerance, "\(one.name)")
      }
      let trimmed = try TrimmedMean(attackers: one.attackers).aggregate(mixed).vector
      let difference = largestDifference(trimmed, try one.out["byzfl.nnm_then_trmean"].doubles)
      #expect(difference <= Self.tolerance, "\(one.name): \(difference)")

      let expected = try one.out["byzfl.bucketing"]
      let buckets = try Bucketing(size: expected["s"].int).means(
        of: one.updates, order: expected["permutation"].ints)
      let means = try expected["buckets"].matrix
      #expect(buckets.rows.count == means.count)
      for (row, mean) in zip(buckets.rows, means) {
        #expect(largestDifference(row, mean) <= Self.tolerance, "\(one.name)")
      }
    }
  }
}
