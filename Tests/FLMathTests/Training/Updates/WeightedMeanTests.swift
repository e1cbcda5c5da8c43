import FLMath
import Testing

@Suite("Weighted mean")
struct WeightedMeanTests {
  private func update(_ delta: [Double], _ weight: UInt64) -> ClientUpdate {
    ClientUpdate(delta: delta, weight: weight)
  }

  @Test("Weights by examples and names the contributors in order")
  func weighs() throws {
    let mean = try WeightedMean.of([
      (contributor: 9, update: update([4, 0], 3)), (contributor: 2, update: update([0, 8], 1)),
    ])
    #expect(mean.mean == [3, 2])
    #expect(mean.totalWeight == 4)
    #expect(mean.contributors == [2, 9])
  }

  @Test("The order of arrival changes no bit", arguments: 1...20 as ClosedRange<UInt64>)
  func orderDoesNotMatter(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    var updates = (0..<7).map { client in
      (
        contributor: UInt32(client),
        update: update(
          (0..<5).map { _ in Double.random(in: -1...1, using: &generator) },
          .random(in: 1...100, using: &generator))
      )
    }
    let mean = try WeightedMean.of(updates)
    updates.shuffle(using: &generator)
    #expect(try WeightedMean.of(updates) == mean, "seed \(seed)")
  }

  @Test("A weight of 0 has no influence")
  func zeroWeight() throws {
    let mean = try WeightedMean.of([
      (contributor: 1, update: update([1e300], 0)), (contributor: 2, update: update([0.5], 7)),
    ])
    #expect(mean.mean == [0.5])
    #expect(mean.contributors == [1, 2])
  }

  @Test("Refuses what has no mean")
  func refusesUpdates() {
    #expect(throws: FLMathError.update(.noContributors)) { try WeightedMean.of([]) }
    #expect(throws: FLMathError.update(.duplicateContributor(5))) {
      try WeightedMean.of([
        (contributor: 5, update: update([1], 1)), (contributor: 6, update: update([1], 1)),
        (contributor: 5, update: update([1], 1)),
      ])
    }
    #expect(throws: FLMathError.update(.dimensionMismatch(contributor: 6, expected: 1, found: 2))) {
      try WeightedMean.of([
        (contributor: 5, update: update([1], 1)), (contributor: 6, update: update([1, 2], 1)),
      ])
    }
    #expect(
      throws: FLMathError.update(.nonFiniteUpdate(contributor: 5, index: 1, found: -.infinity))
    ) {
      try WeightedMean.of([(contributor: 5, update: update([1, -.infinity], 1))])
    }
    #expect(throws: FLMathError.update(.zeroTotalWeight)) {
      try WeightedMean.of([(contributor: 5, update: update([1], 0))])
    }
    #expect(throws: FLMathError.update(.totalWeightOverflow(contributor: 6))) {
      try WeightedMean.of([
        (contributor: 5, update: update([1], .max)), (contributor: 6, update: update([1], 1)),
      ])
    }
    #expect(throws: FLMathError.update(.noParameters)) {
      try WeightedMean.of([(contributor: 5, update: update([], 1))])
    }
  }

  @Test("Refuses a mean that cannot be one")
  func refusesMeans() {
    #expect(throws: FLMathError.update(.noParameters)) {
      try WeightedMean(mean: [], totalWeight: 1, contributors: [1])
    }
    #expect(throws: FLMathError.update(.nonFiniteMean(index: 1, found: .infinity))) {
      try WeightedMean(mean: [0, .infinity], totalWeight: 1, contributors: [1])
    }
    #expect(throws: FLMathError.update(.zeroTotalWeight)) {
      try WeightedMean(mean: [0], totalWeight: 0, contributors: [1])
    }
    #expect(throws: FLMathError.update(.noContributors)) {
      try WeightedMean(mean: [0], totalWeight: 1, contributors: [])
    }
    #expect(throws: FLMathError.update(.duplicateContributor(3))) {
      try WeightedMean(mean: [0], totalWeight: 1, contributors: [3, 1, 3])
    }
  }
}
