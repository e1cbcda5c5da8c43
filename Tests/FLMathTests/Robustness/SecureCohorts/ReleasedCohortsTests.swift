import FLMath
import Testing

/// Which cohorts are too near to those of earlier sums.
@Suite("Released cohorts")
struct ReleasedCohortsTests {
  private func isTooNear(_ one: some Sequence<Int>, _ other: some Sequence<Int>, _ minimum: Int)
    -> Bool
  {
    (1..<minimum).contains(Set(one).symmetricDifference(other).count)
  }

  @Test("a cohort overlaps if some, and fewer than the minimum, are in one of two only")
  func definition() {
    var generator = SimulationGenerator(seed: 1)
    var outcomes: [Bool: Int] = [:]
    for _ in 0..<2_000 {
      let minimum = 2 + Int.random(in: 0..<6, using: &generator)
      let clients = Array(0..<6 + Int.random(in: 0..<10, using: &generator))
      var released = ReleasedCohorts<Int>(minimumDifference: minimum)
      var earlier: [[Int]] = []
      for _ in 0..<1 + Int.random(in: 0..<3, using: &generator) {
        let cohort = clients.filter { _ in Int.random(in: 0..<3, using: &generator) > 0 }.shuffled(
          using: &generator)
        let isNew = !earlier.contains { Set($0) == Set(cohort) }
        #expect(released.insert(cohort) == isNew)
        if isNew { earlier.append(cohort) }
      }
      let cohort = clients.filter { _ in Int.random(in: 0..<3, using: &generator) > 0 }.shuffled(
        using: &generator)
      // The same clients are allowed, whatever other sums there are: that sum is released already.
      let isSame = earlier.contains { Set($0) == Set(cohort) }
      let expected = isSame ? nil : earlier.firstIndex { isTooNear($0, cohort, minimum) }
      let found = released.overlap(of: cohort)
      #expect(found?.cohort == expected)
      #expect(
        found?.difference
          == expected.map { Set(earlier[$0]).symmetricDifference(cohort).count })
      outcomes[found == nil, default: 0] += 1
    }
    #expect(outcomes.count == 2 && outcomes.values.allSatisfy { $0 > 200 }, "\(outcomes)")
  }

  @Test("dropouts can make an overlap exactly if some allowed set of contributors does")
  func dropouts() {
    var generator = SimulationGenerator(seed: 2)
    var outcomes: [Bool: Int] = [:]
    for _ in 0..<1_500 {
      let minimum = 2 + Int.random(in: 0..<4, using: &generator)
      let earlier = (0..<9).filter { _ in Int.random(in: 0..<2, using: &generator) > 0 }
      let selected = (0..<9).filter { _ in Int.random(in: 0..<3, using: &generator) > 0 }
      let least = 1 + Int.random(in: 0..<6, using: &generator)
      var released = ReleasedCohorts<Int>(minimumDifference: minimum)
      released.insert(earlier)
      let differences = (0..<1 << selected.count).compactMap { bits -> Int? in
        let contributors = selected.indices.filter { bits >> $0 & 1 == 1 }.map { selected[$0] }
        guard contributors.count >= least else { return nil }
        let difference = Set(earlier).symmetricDifference(contributors).count
        return (1..<minimum).contains(difference) ? difference : nil
      }
      let found = released.possibleOverlap(of: selected, minimumContributors: least)
      #expect(found?.difference == differences.min(), "\(earlier) \(selected) \(least) \(minimum)")
      outcomes[found == nil, default: 0] += 1
    }
    #expect(outcomes.count == 2 && outcomes.values.allSatisfy { $0 > 200 }, "\(outcomes)")
  }

  @Test("a selection that avoids overlaps draws anew, claims nothing and gives up in the end")
  func selection() throws {
    let candidates = try Candidates(0..<40, optedOut: [])
    var rule = try UniformSelection(size: 8)
    var released = ReleasedCohorts<UInt32>(minimumDifference: 9)
    var redrawn = 0
    for round in 0..<30 as Range<UInt64> {
      let cohort = try rule.select(
        from: candidates, seed: 100 * round, avoiding: released, minimumContributors: 8)
      #expect(released.overlap(of: cohort.clients) == nil)
      #expect(cohort.scheme.accounted == .none)
      if cohort.seed != 100 * round { redrawn += 1 }
      released.insert(cohort.clients)
    }
    #expect(redrawn > 0)
    // All but one of the candidates: any two cohorts differ by two.
    var large = try UniformSelection(size: 39)
    released.insert(0..<39)
    #expect(throws: FLMathError.selection(.overlappingCohorts(attempts: 20))) {
      try large.select(
        from: candidates, seed: 1, avoiding: released, minimumContributors: 38, attempts: 20)
    }
  }
}
