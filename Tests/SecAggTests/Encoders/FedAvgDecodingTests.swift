import FLMath
import Testing

@testable import SecAgg

/// The sum of encoded updates decodes to the weighted mean.
@Suite("Decoding of secure FedAvg")
struct FedAvgDecodingTests {
  /// Element-wise sums of what clients encode, without any masks.
  private func sums(_ vectors: [PackedVector]) -> [UInt64] {
    var sums = [UInt64](repeating: 0, count: vectors.first?.layout.elementCount ?? 0)
    for vector in vectors {
      for (index, element) in (vector.elements.unsigned ?? []).enumerated() {
        sums[index] += element
      }
    }
    return sums
  }

  @Test("bit for bit the fixed-point mean", arguments: FedAvgShape.all)
  func exact(shape: FedAvgShape) throws {
    let secure = try shape.secure()
    for seed in UInt64(0)..<20 {
      var generator = SimulationGenerator(seed: seed)
      let count = 1 + Int(generator.next() % UInt64(shape.maximumContributors))
      let updates = randomUpdates(count, for: secure, &generator)
      var plain = PlainFedAvg(secure)
      var roundings = generator
      var vectors: [PackedVector] = []
      for update in updates {
        vectors.append(try secure.encode(update, using: &generator))
        plain.add(update, &roundings)
      }
      let contributors = Array(ClientID.all(cohortSize: count))
      let mean = try secure.decode(sums: sums(vectors), contributors: contributors)
      #expect(mean.totalWeight == plain.totalWeight, "seed \(seed)")
      #expect(mean.contributors == contributors.map(\.rawValue), "seed \(seed)")
      if secure.normBound == nil {
        #expect(
          mean.mean.map(\.bitPattern) == plain.mean.map(\.bitPattern), "seed \(seed)")
      } else {
        // The norm is summed in another order here; a rounding may come out one step apart.
        let scale = Double(secure.maximumWeight) / Double(plain.totalWeight)
        let step = secure.codec.step * scale * Double(count) * 1.001
        for (found, expected) in zip(mean.mean, plain.mean) {
          #expect(abs(found - expected) <= step, "seed \(seed)")
        }
      }
    }
  }

  /// Each client's rounding is off by less than a step of `update x weight / maximumWeight`.
  @Test("near the mean in floating point, as the step implies", arguments: FedAvgShape.all)
  func accuracy(shape: FedAvgShape) throws {
    let secure = try shape.secure()
    for seed in UInt64(100)..<120 {
      var generator = SimulationGenerator(seed: seed)
      let count = 1 + Int(generator.next() % UInt64(shape.maximumContributors))
      var updates = randomUpdates(count, for: secure, &generator)
      updates = updates.map { update in
        // Within both bounds, so that nothing is clipped.
        let norm = update.delta.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let shrink = 0.99 * min(secure.clippingBound, secure.normBound ?? .infinity) / norm
        return ClientUpdate(delta: update.delta.map { $0 * shrink }, weight: update.weight)
      }
      let vectors = try updates.map { try secure.encode($0, using: &generator) }
      let contributors = ClientID.all(cohortSize: count)
      let found = try secure.decode(sums: sums(vectors), contributors: contributors)
      let expected = try WeightedMean.of(
        zip(contributors.map(\.rawValue), updates).map { ($0, $1) })
      #expect(found.totalWeight == expected.totalWeight, "seed \(seed)")
      let scale = Double(secure.maximumWeight) / Double(found.totalWeight)
      let bound = Double(count) * secure.codec.step * scale + 1e-12 * secure.clippingBound
      for (mean, exact) in zip(found.mean, expected.mean) {
        #expect(abs(mean - exact) <= bound, "seed \(seed)")
      }
    }
  }

  @Test("stochastic rounding is right on average")
  func unbiased() throws {
    let secure = try SecureFedAvg(
      parameterCount: 4000, clippingBound: 1, maximumWeight: 1, maximumContributors: 3,
      minimumValueBits: 2)
    var generator = SimulationGenerator(seed: 2)
    let value = 0.3 * secure.codec.step
    let update = ClientUpdate(delta: [Double](repeating: value, count: 4000), weight: 1)
    let vector = try secure.encode(update, using: &generator)
    let mean = try secure.decode(
      sums: vector.elements.unsigned ?? [], contributors: ClientID.all(cohortSize: 1))
    let rounded = mean.mean.count { $0 > value }
    // 4,000 throws at 0.3: 1,200 with a deviation of 29.
    #expect((1000...1400).contains(rounded), "seed 2")
    #expect(Set(mean.mean).count == 2)
  }

  @Test("the lanes hold the largest weights of all contributors", arguments: FedAvgShape.all)
  func largestWeights(shape: FedAvgShape) throws {
    let secure = try shape.secure()
    var generator = SimulationGenerator(seed: 9)
    let update = ClientUpdate(
      delta: [Double](repeating: -secure.clippingBound, count: shape.parameterCount),
      weight: secure.maximumWeight)
    let vectors = try (0..<shape.maximumContributors).map { _ in
      try secure.encode(update, using: &generator)
    }
    var sum = MaskedSum(wordCount: secure.layout.wordCount)
    for vector in vectors { sum.add(vector.words) }
    #expect(secure.layout.unpack(sum.words) == sums(vectors))
    let contributors = ClientID.all(cohortSize: shape.maximumContributors)
    let mean = try secure.decode(sums: sums(vectors), contributors: contributors)
    #expect(mean.totalWeight == secure.maximumWeight * UInt64(shape.maximumContributors))
  }

  @Test("weights above those of honest clients are refused", arguments: FedAvgShape.all)
  func lyingWeights(shape: FedAvgShape) throws {
    let secure = try shape.secure()
    let contributors = ClientID.all(cohortSize: shape.maximumContributors)
    let largest = secure.maximumWeight * UInt64(shape.maximumContributors)
    let centre = UInt64(shape.maximumContributors) * secure.codec.levels
    func outcome(weightPieces: [UInt64]) -> Result<UInt64, SecureFedAvgError> {
      let sums = [UInt64](repeating: centre, count: shape.parameterCount) + weightPieces
      do {
        return .success(
          try secure.decode(sums: sums, contributors: contributors).totalWeight)
      } catch {
        return .failure(error)
      }
    }
    // The first piece alone may hold any number here.
    var pieces = [UInt64](repeating: 0, count: shape.weightElements)
    pieces[0] = largest
    #expect(outcome(weightPieces: pieces) == .success(largest))
    pieces[0] = 1
    #expect(outcome(weightPieces: pieces) == .success(1))
    pieces[0] = largest + 1
    #expect(outcome(weightPieces: pieces) == .failure(.totalWeight(maximum: largest)))
    pieces = [UInt64](repeating: .max, count: shape.weightElements)
    #expect(outcome(weightPieces: pieces) == .failure(.totalWeight(maximum: largest)))
    pieces = [UInt64](repeating: 0, count: shape.weightElements)
    #expect(outcome(weightPieces: pieces) == .failure(.mean(.update(.zeroTotalWeight))))
  }

  @Test("pieces of a weight whose sum overflows are refused")
  func overflowingPieces() throws {
    let secure = try FedAvgShape.all[2].secure()
    let sums = [UInt64](repeating: 3 * secure.codec.levels, count: 5)
    let maximum: UInt64 = 3 << 59
    for pieces in [
      [UInt64](repeating: 12, count: 30), [UInt64](repeating: 0, count: 29) + [64],
      [.max] + [UInt64](repeating: 1, count: 29),
    ] {
      #expect(throws: SecureFedAvgError.totalWeight(maximum: maximum)) {
        try secure.decode(sums: sums + pieces, contributors: ClientID.all(cohortSize: 3))
      }
    }
  }

  @Test("sums beyond what so many codes can make are refused")
  func sumOutOfRange() throws {
    let secure = try FedAvgShape.all[1].secure()
    let contributors = ClientID.all(cohortSize: 4)
    let largest = 4 * 2 * secure.codec.levels
    var sums = [UInt64](repeating: largest, count: 33) + [4]
    #expect(try secure.decode(sums: sums, contributors: contributors).totalWeight == 4)
    sums[7] += 1
    let error = FLMathError.fixedPoint(
      .sumOutOfRange(index: 7, maximum: largest, found: largest + 1))
    #expect(throws: SecureFedAvgError.fixedPoint(error)) {
      try secure.decode(sums: sums, contributors: contributors)
    }
  }
}
