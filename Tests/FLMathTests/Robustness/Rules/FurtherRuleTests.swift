import Testing

@testable import FLMath

/// Rules that compare sets, spectra or signs, each with what is proved of it.
private struct FurtherRule: Sendable, CustomTestStringConvertible {
  let name: String
  /// Whether the result moves with the rows, so that it does not depend on where the origin is.
  var movesWithRows = true
  /// Whether arbitrary vectors in different places are withstood.
  var hasBound = true
  let make: @Sendable (_ attackers: Int) throws -> any RobustAggregationRule

  var testDescription: String { name }

  static let all: [FurtherRule] = [
    .init(name: "MDA") { try MinimumDiameterAveraging(attackers: $0) },
    .init(name: "MoNNA") { try NearestNeighbourAveraging(attackers: $0, trustedRow: 1) },
    .init(name: "SMEA") { try SmallestEigenvalueAveraging(attackers: $0) },
    .init(name: "CAF") { try CovarianceBoundAgnosticFilter(attackers: $0) },
    .init(name: "DnC", hasBound: false) { try DivideAndConquer(attackers: $0, seed: 1) },
    .init(name: "SignGuard", movesWithRows: false) {
      try SignGuard(attackers: $0, coordinateShare: 1, seed: 1)
    },
    .init(name: "ARC, trimmed mean", movesWithRows: false) { attackers in
      let clipping = try AdaptiveRobustClipping(attackers: attackers)
      return PreAggregatedRule(try TrimmedMean(attackers: attackers)) {
        updates throws(FLMathError) in try clipping.clipped(updates)
      }
    },
    .init(name: "adaptively trimmed mean") { try AdaptivelyTrimmedMean(attackers: $0) },
  ]
}

@Suite("Further robust rules")
struct FurtherRuleTests {
  private static let dimension = 13
  private static let rules = FurtherRule.all

  private static func honest(
    _ count: Int, dimension: Int = dimension, using generator: inout SimulationGenerator
  ) -> [[Double]] {
    (0..<count).map { _ in
      (0..<dimension).map { 0.5 + 0.1 * Double($0 % 5) + 0.1 * generator.standardNormal() }
    }
  }

  private static func difference(_ left: [Double], _ right: [Double]) -> [Double] {
    zip(left, right).map { $0 - $1 }
  }

  @Test("One huge vector and arbitrary numbers are left behind", arguments: rules)
  private func hugeVectors(rule: FurtherRule) throws {
    var generator = SimulationGenerator(seed: 3)
    let honest = Self.honest(9, using: &generator)
    for huge in [1e3, 1e100, 1e143, 1e300, .infinity, .nan] as [Double] {
      for element in [huge, -huge] {
        let far = [Double](repeating: element, count: Self.dimension)
        let inOne = [element] + [Double](repeating: 0.5, count: Self.dimension - 1)
        for vector in [far, inOne] {
          let rows = Array(honest[..<5]) + [vector, vector, vector] + Array(honest[5...])
          let result = try rule.make(3).aggregate(UpdateMatrix(rows))
          let mean = VectorArithmetic.mean(of: honest, at: Array(honest.indices))
          let distance = EuclideanNorm.distance(result.vector, mean)
          #expect(distance < 1, "\(rule.name), \(element): \(distance)")
        }
      }
    }
  }

  @Test("Attackers at 1e140, 1e60 and 1e20 do not hide each other", arguments: rules)
  private func attackersOnManyScales(rule: FurtherRule) throws {
    guard rule.hasBound else { return }
    var generator = SimulationGenerator(seed: 4)
    var rows = Self.honest(12, using: &generator)
    let mean = VectorArithmetic.mean(of: rows, at: Array(rows.indices))
    for (place, size) in [1e140, -1e60, 1e20].enumerated() {
      var row = [Double](repeating: 0.5, count: Self.dimension)
      row[place] = size
      rows.append(row)
    }
    let result = try rule.make(3).aggregate(UpdateMatrix(rows))
    let distance = EuclideanNorm.distance(result.vector, mean)
    #expect(distance < 1, "\(rule.name): \(distance)")
  }

  @Test("An attacker hides from divide and conquer behind another one, as it says")
  func divideAndConquerHasNoBound() throws {
    var generator = SimulationGenerator(seed: 4)
    for size in [1, 1e10, 1e100] {
      let honest = Self.honest(12, using: &generator)
      var rows = honest
      // The first decides the direction, the second lies at the mean along it.
      for (inFirst, inSecond) in [(1300 * size, 0.5), (100 * size, 1000 * size)] {
        rows.append([Double](repeating: 0.5, count: Self.dimension))
        rows[rows.count - 1][0] = inFirst
        rows[rows.count - 1][1] = inSecond
      }
      let updates = try UpdateMatrix(rows)
      let result = try DivideAndConquer(attackers: 2, seed: 1).aggregate(updates)
      #expect(result.vector[1] > 80 * size)
      let filtered = try CovarianceBoundAgnosticFilter(attackers: 2).aggregate(updates)
      #expect(filtered.vector.allSatisfy { $0.magnitude < 2 })
      let clipped = try DivideAndConquer(attackers: 2, seed: 1).aggregate(
        AdaptiveRobustClipping(attackers: 2).clipped(updates))
      #expect(clipped.vector.allSatisfy { $0.magnitude < 2 })
    }
  }

  @Test("Powers of two go through, bit for bit", arguments: rules)
  private func scale(rule: FurtherRule) throws {
    for seed in 1...2 as ClosedRange<UInt64> {
      var generator = SimulationGenerator(seed: seed)
      let attack = (0..<3).map { _ in
        (0..<Self.dimension).map { _ in 3 * generator.standardNormal() }
      }
      let rows = Self.honest(9, using: &generator) + attack
      let plain = try rule.make(3).aggregate(UpdateMatrix(rows))
      for exponent in [-1000, -700, -530, -480, -30, 30, 300, 460] {
        let factor = Double(sign: .plus, exponent: exponent, significand: 1)
        let scaled = try rule.make(3).aggregate(
          UpdateMatrix(rows.map { row in row.map { factor * $0 } }))
        #expect(scaled.selectedRows == plain.selectedRows, "\(rule.name) 2^\(exponent)")
        let difference = largestDifference(scaled.vector, plain.vector.map { factor * $0 })
        #expect(difference <= 1e-15 * factor, "\(rule.name) 2^\(exponent): \(difference / factor)")
      }
    }
  }

  @Test(
    "Honest vectors of 1e-300 are told from each other beside attackers at 1e140", arguments: rules)
  private func smallHonestVectors(rule: FurtherRule) throws {
    var generator = SimulationGenerator(seed: 9)
    let rows = Self.honest(9, using: &generator)
    let attack = (0..<3).map { _ in
      (0..<Self.dimension).map { _ in 3 * generator.standardNormal() }
    }
    let small = try rule.make(4).aggregate(
      UpdateMatrix(
        (rows + attack).map { row in row.map { 1e-300 * $0 } }
          + [[Double](repeating: 1e140, count: Self.dimension)]))
    let plain = try rule.make(4).aggregate(
      UpdateMatrix(rows + attack + [[Double](repeating: 1e140, count: Self.dimension)]))
    // The huge vector's weight in a mean is 0, or it is shortened to the others' length.
    #expect(small.selectedRows == plain.selectedRows, "\(rule.name)")
    let difference = largestDifference(small.vector, plain.vector.map { 1e-300 * $0 })
    #expect(difference <= 1e-300 * 1e-12, "\(rule.name): \(difference)")
  }

  @Test("The order of rows changes nothing but rounding", arguments: rules)
  private func order(rule: FurtherRule) throws {
    for seed in 1...5 as ClosedRange<UInt64> {
      var generator = SimulationGenerator(seed: seed)
      let attack = (0..<3).map { _ in
        (0..<Self.dimension).map { _ in 2 * generator.standardNormal() }
      }
      let rows = Self.honest(9, using: &generator) + attack
      var order = Array(rows.indices)
      generator.shuffle(&order)
      // The trusted row stays the same one.
      if let place = order.firstIndex(of: 1) { order.swapAt(1, place) }
      let one = try rule.make(3).aggregate(UpdateMatrix(rows))
      let other = try rule.make(3).aggregate(UpdateMatrix(order.map { rows[$0] }))
      let difference = largestDifference(one.vector, other.vector)
      #expect(difference < 1e-12, "\(rule.name), seed \(seed): \(difference)")
      #expect(one.selectedRows == other.selectedRows.map { $0.map { order[$0] }.sorted() })
    }
  }

  @Test("The result moves with the rows", arguments: rules)
  private func translation(rule: FurtherRule) throws {
    guard rule.movesWithRows else { return }
    for seed in 1...5 as ClosedRange<UInt64> {
      var generator = SimulationGenerator(seed: seed)
      // Multiples of 2^-30, so that moving them is exact.
      let rows = (0..<12).map { _ in
        (0..<Self.dimension).map { _ in (generator.standardNormal() * 0x1p30).rounded() * 0x1p-30 }
      }
      let shift = (0..<Self.dimension).map { _ in (64 * generator.standardNormal()).rounded() }
      let one = try rule.make(3).aggregate(UpdateMatrix(rows))
      let other = try rule.make(3).aggregate(
        UpdateMatrix(rows.map { zip($0, shift).map { $0 + $1 } }))
      let difference = largestDifference(
        other.vector, zip(one.vector, shift).map { $0 + $1 })
      #expect(difference < 1e-12, "\(rule.name), seed \(seed): \(difference)")
      #expect(one.selectedRows == other.selectedRows)
    }
  }

  /// The largest distance of a result from the mean of the honest vectors, the first rows.
  private func bound(_ name: String, honest: [[Double]], attackers: Int) -> Double? {
    let (n, f) = (Double(honest.count + attackers), Double(attackers))
    let all = Array(honest.indices)
    let distances = EuclideanDistances(of: honest)
    let deviation = PrincipalAxis(of: distances, at: all).deviation
    switch name {
    case "MDA", "MoNNA": return 2 * f / (n - f) * distances.diameter(of: all)
    case "SMEA": return 2 * (f / (n - 2 * f)).squareRoot() * deviation
    case "CAF":
      let filtered = (2 * n * (n - f)).squareRoot() / (n - 2 * f)
      return
        (((f / (n - f)).squareRoot() + (2 * f / (n - 2 * f)).squareRoot()) * filtered
        + (f / (n - 2 * f)).squareRoot()) * deviation
    default: return nil
    }
  }

  @Test(
    "Attackers do not move the result beyond the bound that is proved",
    arguments: rules, 1...3 as ClosedRange<UInt64>)
  private func bounds(rule: FurtherRule, seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    for attackers in 1...4 {
      let honest = Self.honest(9 - attackers, dimension: 4, using: &generator)
      let mean = VectorArithmetic.mean(of: honest, at: Array(honest.indices))
      guard let bound = bound(rule.name, honest: honest, attackers: attackers) else { return }
      for size in [0.1, 0.3, 1, 10, 1e9] {
        let together = (0..<4).map { _ in size * generator.standardNormal() }
        for spread in [0, 0.3, 3] {
          let attack = (0..<attackers).map { _ in
            zip(mean, together).map { $0 + $1 + spread * size * generator.standardNormal() }
          }
          // An honest row is in the place of the trusted one.
          let rows = Array(honest[..<2]) + attack + Array(honest[2...])
          let result = try rule.make(attackers).aggregate(UpdateMatrix(rows)).vector
          let distance = EuclideanNorm.distance(result, mean)
          #expect(
            distance <= bound * (1 + 1e-9) + 1e-12, "\(rule.name), f \(attackers), size \(size)")
        }
      }
    }
  }

  @Test("Clipping and signs bound the length", arguments: 1...20 as ClosedRange<UInt64>)
  func lengths(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    for attackers in 1...7 {
      let honest = Self.honest(15 - attackers, using: &generator)
      let longest = honest.map { EuclideanNorm.norm($0) }.max() ?? 0
      let attack = (0..<attackers).map { place in
        (0..<Self.dimension).map { _ in Double(place + 1) * 10 * generator.standardNormal() }
      }
      let updates = try UpdateMatrix(attack + honest)
      let clipped = try AdaptiveRobustClipping(attackers: attackers).clipped(updates)
      for row in clipped.rows {
        #expect(EuclideanNorm.norm(row) <= longest * (1 + 1e-15))
      }
      let guarded = try SignGuard(attackers: attackers, seed: seed).aggregate(updates)
      #expect(EuclideanNorm.norm(guarded.vector) <= longest * (1 + 1e-15))
    }
  }

  @Test("Cut-off values stay in the range that is proved", arguments: 1...20 as ClosedRange<UInt64>)
  func adaptiveTrimming(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    for attackers in 0...7 {
      let honest = Self.honest(15 - attackers, using: &generator)
      let attack = (0..<attackers).map { _ in
        (0..<Self.dimension).map { _ in
          let cube = 10 * generator.standardNormal()
          return cube * cube * cube
        }
      }
      for cutoff in [0.3, 1, 3] {
        let rule = try AdaptivelyTrimmedMean(anyMinorityOf: 15, cutoff: cutoff)
        let result = try rule.aggregate(UpdateMatrix(attack + honest)).vector
        for (column, value) in result.enumerated() {
          let values = honest.map { $0[column] }
          let (lowest, highest) = (values.min() ?? 0, values.max() ?? 0)
          let reach = AdaptivelyTrimmedMean.normalConsistency * cutoff * (highest - lowest)
          #expect(value >= lowest - reach && value <= highest + reach)
        }
      }
    }
    let calm = try UpdateMatrix(Self.honest(15, using: &generator))
    let kept = try AdaptivelyTrimmedMean(anyMinorityOf: 15, cutoff: 100).aggregate(calm).vector
    #expect(
      largestDifference(kept, VectorArithmetic.mean(of: calm.rows, at: Array(0..<15))) < 1e-15)
  }

  @Test("Rows that are all equal, or a majority of them")
  func equalRows() throws {
    let row = (0..<Self.dimension).map { Double($0) - 3 }
    for rule in Self.rules {
      let result = try rule.make(3).aggregate(UpdateMatrix([[Double]](repeating: row, count: 12)))
      #expect(largestDifference(result.vector, row) < 1e-13, "\(rule.name)")
      let zero = [Double](repeating: 0, count: Self.dimension)
      let zeros = try rule.make(3).aggregate(UpdateMatrix([[Double]](repeating: zero, count: 12)))
      #expect(zeros.vector == zero, "\(rule.name)")
      let attacked = [[Double]](repeating: row, count: 9) + [[Double]](repeating: zero, count: 3)
      let majority = try rule.make(3).aggregate(UpdateMatrix(attacked))
      #expect(largestDifference(majority.vector, row) < 1e-13, "\(rule.name)")
    }
  }

  @Test("As many attackers as stated are withstood, one more is refused", arguments: rules)
  private func refusesBeyondBreakdown(rule: FurtherRule) throws {
    var generator = SimulationGenerator(seed: 5)
    for count in 2...11 {
      let updates = try UpdateMatrix(Self.honest(count, using: &generator))
      let most = try rule.make(0).tolerance.maximumAttackers(among: count)
      #expect(most == (count - 1) / 2)
      _ = try rule.make(most).aggregate(updates)
      #expect(
        throws: FLMathError.robustAggregation(
          .beyondBreakdown(
            vectors: count, attackers: most + 1, maximum: most))
      ) { try rule.make(most + 1).aggregate(updates) }
    }
    #expect(throws: FLMathError.robustAggregation(.invalidAttackers(-1))) { try rule.make(-1) }
    var rows = Self.honest(15, using: &generator)
    rows[2] = [Double](repeating: .nan, count: Self.dimension)
    rows[9] = [Double](repeating: .infinity, count: Self.dimension)
    let updates = try UpdateMatrix(rows)
    #expect(
      throws: FLMathError.robustAggregation(.tooManyUnusableRows(attackers: 1, found: [2, 9]))
    ) {
      try rule.make(1).aggregate(updates)
    }
    #expect(try rule.make(2).aggregate(updates).unusableRows == [2, 9])
  }

  @Test("Searches that are too expensive are refused before they start")
  func expensive() throws {
    var generator = SimulationGenerator(seed: 5)
    let updates = try UpdateMatrix(Self.honest(100, using: &generator))
    #expect(
      throws: FLMathError.robustAggregation(
        .tooExpensive(
          cost: SmallestDiameterSearch.branches(removing: 40), maximum: 100_000))
    ) { try MinimumDiameterAveraging(attackers: 40).aggregate(updates) }
    #expect(throws: FLMathError.robustAggregation(.tooExpensive(cost: 161_700, maximum: 130_000))) {
      try SmallestEigenvalueAveraging(attackers: 3).aggregate(updates)
    }
    #expect(SmallestDiameterSearch.branches(removing: 31) < 100_000)
    #expect(SmallestDiameterSearch.branches(removing: 32) > 100_000)
    #expect(Combinations.count(of: 8, from: 20) == 125_970)
    #expect(Combinations.count(of: 500, from: 1000) > 1e18)
  }

  @Test("A hundred vectors with twenty attackers, where there are 5 x 10^20 sets")
  func manyVectors() throws {
    var generator = SimulationGenerator(seed: 5)
    let honest = Self.honest(80, using: &generator)
    let attack = (0..<20).map { _ in
      (0..<Self.dimension).map { _ in 0.7 + 0.2 * generator.standardNormal() }
    }
    let result = try MinimumDiameterAveraging(attackers: 20).aggregate(
      UpdateMatrix(attack + honest))
    let distances = EuclideanDistances(of: attack + honest)
    let diameter = distances.diameter(of: try #require(result.selectedRows))
    #expect(result.selectedRows?.count == 80)
    #expect(diameter <= distances.diameter(of: Array(20..<100)))
  }

  @Test("Arguments out of their range are refused")
  func refusals() throws {
    let updates = try UpdateMatrix((0..<7).map { [Double($0), 1] })
    #expect(throws: FLMathError.robustAggregation(.noSuchRow(-1))) {
      try NearestNeighbourAveraging(attackers: 0, trustedRow: -1)
    }
    #expect(throws: FLMathError.robustAggregation(.noSuchRow(7))) {
      try NearestNeighbourAveraging(attackers: 0, trustedRow: 7).aggregate(updates)
    }
    #expect(throws: FLMathError.robustAggregation(.unusableReference)) {
      try NearestNeighbourAveraging(attackers: 1, trustedRow: 2).aggregate(
        UpdateMatrix([[0], [1], [.nan]]))
    }
    #expect(throws: FLMathError.robustAggregation(.tooExpensive(cost: 1, maximum: 0))) {
      try MinimumDiameterAveraging(attackers: 0, maximumBranches: 0).aggregate(updates)
    }
    #expect(throws: FLMathError.robustAggregation(.tooExpensive(cost: 1, maximum: 0))) {
      try SmallestEigenvalueAveraging(attackers: 0, maximumSets: 0).aggregate(updates)
    }
    #expect(throws: FLMathError.robustAggregation(.invalidIterations(0))) {
      try DivideAndConquer(attackers: 0, iterations: 0, seed: 1)
    }
    #expect(throws: FLMathError.robustAggregation(.invalidCoordinates(0))) {
      try DivideAndConquer(attackers: 0, coordinates: 0, seed: 1)
    }
    for filtering in [0.9, .nan, .infinity] as [Double] {
      #expect(throws: FLMathError.self) {
        try DivideAndConquer(attackers: 0, filtering: filtering, seed: 1)
      }
    }
    #expect(throws: FLMathError.robustAggregation(.invalidSelection(maximum: 7, found: 0))) {
      try DivideAndConquer(attackers: 3, filtering: 3, seed: 1).aggregate(updates)
    }
    for share in [0, -1, 1.1, .nan] as [Double] {
      #expect(throws: FLMathError.self) {
        try SignGuard(attackers: 0, coordinateShare: share, seed: 1)
      }
    }
    for cutoff in [0, -1, .nan, .infinity] as [Double] {
      #expect(throws: FLMathError.self) {
        try AdaptivelyTrimmedMean(attackers: 0, cutoff: cutoff)
      }
    }
    #expect(throws: FLMathError.self) { try AdaptivelyTrimmedMean(anyMinorityOf: 0) }
    #expect(throws: FLMathError.self) {
      try AdaptiveRobustClipping(attackers: 4).clipped(updates)
    }
  }
}
