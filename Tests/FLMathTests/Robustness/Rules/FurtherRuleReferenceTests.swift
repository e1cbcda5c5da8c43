import Testing

@testable import FLMath

/// Rules that compare sets, spectra or signs, on matrices with attackers far away, near to each other, on
/// mixed scales, and with an offset in common.
@Suite("Further robust rules against ByzFL and the papers' formulas")
struct FurtherRuleReferenceTests {
  struct Case {
    let name: String
    let updates: UpdateMatrix
    let attackers: Int
    let out: RobustnessReference

    var size: Double { updates.rows.joined().map(\.magnitude).max() ?? 0 }

    func expect(
      _ found: [Double], _ expected: RobustnessReference, _ key: String,
      location: SourceLocation = #_sourceLocation
    ) throws {
      let difference = largestDifference(found, try expected.doubles)
      #expect(
        difference <= 1e-12 * size, "\(name) \(key): \(difference)", sourceLocation: location)
    }
  }

  static func cases() throws -> [Case] {
    try RobustnessReference(file: "aggregators_further.json")["matrices"].items.map {
      Case(
        name: try $0["name"].string, updates: try UpdateMatrix($0["x"].matrix),
        attackers: try $0["f"].int, out: try $0["out"])
    }
  }

  private func expect(
    _ found: RobustAggregate, _ one: Case, _ key: String,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try one.out[key]
    #expect(
      found.selectedRows == (try expected["selected"].ints), "\(one.name) \(key)",
      sourceLocation: location)
    try one.expect(found.vector, expected["value"], key, location: location)
  }

  @Test("Minimum diameter averaging and MoNNA")
  func distances() throws {
    var unique = 0
    for one in try Self.cases() {
      let (x, f) = (one.updates, one.attackers)
      let result = try MinimumDiameterAveraging(attackers: f).aggregate(x)
      try expect(result, one, "numpy.mda")
      if one.out.has("byzfl.mda") {
        unique += 1
        try one.expect(result.vector, one.out["byzfl.mda"], "byzfl.mda")
      }
      for (row, key) in [(f, "byzfl.monna_first"), (x.rows.count - 1, "byzfl.monna_last")] {
        let result = try NearestNeighbourAveraging(attackers: f, trustedRow: row).aggregate(x)
        try one.expect(result.vector, one.out[key], key)
      }
    }
    #expect(unique > 10)
  }

  @Test("Smallest eigenvalue averaging and the covariance-bound-agnostic filter")
  func spectra() throws {
    var (ofByzFL, ofPaper) = (0, 0)
    for one in try Self.cases() {
      let (x, f) = (one.updates, one.attackers)
      let smallest = try SmallestEigenvalueAveraging(attackers: f).aggregate(x)
      if one.out.has("numpy.smea") {
        ofPaper += 1
        try expect(smallest, one, "numpy.smea")
      }
      if one.out.has("byzfl.smea_converged") {
        ofByzFL += 1
        try one.expect(smallest.vector, one.out["byzfl.smea_converged"], "byzfl.smea_converged")
      }
      guard one.out.has("numpy.caf") else { continue }
      let filtered = try CovarianceBoundAgnosticFilter(attackers: f).aggregate(x)
      try one.expect(filtered.vector, one.out["numpy.caf"], "numpy.caf")
    }
    #expect(ofByzFL > 10)
    #expect(ofPaper > 30)
  }

  @Test("Divide and conquer, with all coordinates")
  func divideAndConquer() throws {
    for one in try Self.cases() where one.out.has("numpy.dnc") {
      let (x, f) = (one.updates, one.attackers)
      for expected in try one.out["numpy.dnc"].items {
        let removed = try expected["removed"].int
        let filtering = f == 0 ? 1 : Double(removed) / Double(f)
        let result = try DivideAndConquer(attackers: f, filtering: filtering, seed: 1).aggregate(x)
        #expect(result.selectedRows == (try expected["selected"].ints), "\(one.name) \(removed)")
        try one.expect(result.vector, expected["value"], "numpy.dnc \(removed)")
      }
    }
  }

  @Test("SignGuard, with all coordinates, clusters by scikit-learn")
  func signGuard() throws {
    for one in try Self.cases() {
      let rule = try SignGuard(attackers: one.attackers, coordinateShare: 1, seed: 1)
      if one.out.has("numpy.signguard") {
        try expect(rule.aggregate(one.updates), one, "numpy.signguard")
      } else {
        #expect(throws: FLMathError.robustAggregation(.nothingSelected)) {
          try rule.aggregate(one.updates)
        }
      }
    }
  }

  @Test("Adaptive robust clipping and the adaptively trimmed mean")
  func clippingAndTrimming() throws {
    for one in try Self.cases() {
      let (x, f) = (one.updates, one.attackers)
      let clipped = try AdaptiveRobustClipping(attackers: f).clipped(x)
      for (row, expected) in zip(clipped.rows, try one.out["byzfl.arc"].items) {
        try one.expect(row, expected, "byzfl.arc")
      }
      for cutoff in [1.0, 3.0] {
        let key = "numpy.trimmed_\(cutoff)"
        let result = try AdaptivelyTrimmedMean(attackers: f, cutoff: cutoff).aggregate(x)
        try one.expect(result.vector, one.out[key], key)
      }
    }
  }
}
