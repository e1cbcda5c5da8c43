import FLMath
import Testing

@testable import SecAgg

@Suite("Counts of clipping")
struct ClippingCountsTests {
  private static func secure(
    bits: Int = 16, normBound: Double? = nil, bound: Double = 0.5, parameters: Int = 40
  ) throws -> SecureFedAvg {
    try SecureFedAvg(
      parameterCount: parameters, clippingBound: bound, normBound: normBound, maximumWeight: 8,
      maximumContributors: 20, minimumValueBits: bits, countsClipping: true)
  }

  /// The elements of the sum of these updates.
  private static func sum(_ secure: SecureFedAvg, _ updates: [[Double]]) throws -> [UInt64] {
    try updates.map { try elements(secure, $0) }
      .reduce([UInt64](repeating: 0, count: secure.layout.elementCount)) { sums, elements in
        zip(sums, elements).map { $0 + $1 }
      }
  }

  private static func elements(_ secure: SecureFedAvg, _ update: [Double]) throws -> [UInt64] {
    var generator = SimulationGenerator(seed: 0)
    let client = ClientUpdate(delta: update, weight: 3)
    let vector = try secure.encode(client, using: &generator)
    return try #require(vector.elements.unsigned)
  }

  private struct NoCounts: Error {}

  private static func counts(
    _ secure: SecureFedAvg, _ sums: [UInt64], contributors: Int
  ) throws -> ClippingCounts {
    let counts = try secure.clippingCounts(sums: sums, contributors: contributors)
    guard let counts else { throw NoCounts() }
    return counts
  }

  /// The number of the limits 2^-16 to 2^15 times the bound that a magnitude exceeds.
  private static func place(_ magnitude: Double, _ bound: Double) -> Int {
    (-16...15).count { magnitude > bound * Double(sign: .plus, exponent: $0, significand: 1) }
  }

  @Test("They are those of a plain count", arguments: [2, 5, 16, 40], [false, true])
  func plainCounts(bits: Int, hasNormBound: Bool) throws {
    let normBound = hasNormBound ? 0.75 : nil
    let secure = try Self.secure(bits: bits, normBound: normBound)
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SimulationGenerator(seed: seed)
    let updates = (0..<20).map { client in
      let scale = Double(sign: .plus, exponent: client - 12, significand: 1)
      return (0..<40).map { _ in Double.random(in: -scale...scale, using: &generator) }
    }
    let sums = try Self.sum(secure, updates)
    let counts = try Self.counts(secure, sums, contributors: 20)
    var (largest, norms) = ([Int](repeating: 0, count: 33), [Int](repeating: 0, count: 33))
    var clipped: UInt64 = 0
    for update in updates {
      let norm = update.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let factor = min(1, (normBound ?? .infinity) / norm)
      clipped += UInt64(update.count { abs($0) * factor > 0.5 })
      largest[Self.place(update.map(abs).max() ?? 0, 0.5)] += 1
      if let normBound { norms[Self.place(norm, normBound)] += 1 }
    }
    #expect(counts.clippedCoordinates == clipped, "seed \(seed)")
    #expect(counts.largestCoordinates == largest, "seed \(seed)")
    #expect(counts.norms == (normBound == nil ? nil : norms), "seed \(seed)")
    #expect(counts.clientsBeyondBound == largest[17...].reduce(0, +))
  }

  @Test("Magnitudes at the limits and of every scale are in the right class")
  func limits() throws {
    for bound in [0.5, 3e-290, 1e290] {
      let secure = try Self.secure(bits: 40, bound: bound, parameters: 1)
      for exponent in -17...16 {
        let limit = bound * Double(sign: .plus, exponent: exponent, significand: 1)
        for value in [limit, limit.nextUp, limit.nextDown, 0, .leastNonzeroMagnitude]
        where value.isFinite {
          for sign in [1.0, -1] {
            let sums = try Self.sum(secure, [[sign * value]])
            let counts = try Self.counts(secure, sums, contributors: 1)
            #expect(
              counts.largestCoordinates.firstIndex(of: 1) == Self.place(value, bound),
              "\(value) of \(bound)")
            #expect(counts.clippedCoordinates == (value > bound ? 1 : 0))
          }
        }
      }
    }
  }

  @Test("Numbers of both types have the same counts")
  func float() throws {
    let secure = try Self.secure(normBound: 1, parameters: 4)
    let update: [Float] = [0.25, -3, 0.5, 0.1]
    let narrowVector = try secure.encode(update.span, weight: 2)
    let wideNumbers = update.map(Double.init)
    let wideVector = try secure.encode(wideNumbers.span, weight: 2)
    let narrow = narrowVector.elements.unsigned
    let wide = wideVector.elements.unsigned
    // The elements behind the parameters: rounding is random.
    #expect(narrow?.dropFirst(4) == wide?.dropFirst(4))
  }

  @Test("CollectedInputs with several parts are counted in multiples of the bound of each")
  func contributions() throws {
    let model = try ParameterVector(
      layout: ParameterLayout([.init(name: "weights", shape: [3])]), values: [0, 0, 0])
    let algorithm = try FedNova(state: ServerState(model: model), maximumSteps: 10)
    let contribution = try AlgorithmEncoder(
      algorithm.contribution, update: 0.5, path: 1, maximumWeight: 8, maximumContributors: 4,
      countsClipping: true)
    var generator = SimulationGenerator(seed: 0)
    // Two of the update are beyond 0.5, by up to a factor of 8; the number of steps is 0.9 bounds.
    let update = ClientUpdate(delta: [0.75, -4, 0.25, 9], weight: 1)
    let vector = try contribution.encode(update, using: &generator)
    let elements = try #require(vector.elements.unsigned)
    let counts = try Self.counts(contribution.secure, elements, contributors: 1)
    #expect(counts.clippedCoordinates == 2)
    #expect(counts.clientsBeyondBound == 1)
    #expect(counts.suggestedBound(from: 0.5) == 4)
  }

  @Test("The mean is the same with counts and without")
  func mean() throws {
    let with = try Self.secure(normBound: 1)
    let without = try SecureFedAvg(
      parameterCount: 40, clippingBound: 0.5, normBound: 1, maximumWeight: 8,
      maximumContributors: 20)
    let updates = (0..<3).map { client in (0..<40).map { Double($0 * client) / 100 } }
    let ids = ClientID.all(cohortSize: 3)
    let plain = try Self.sum(without, updates)
    let sums = try Self.sum(with, updates)
    let one = try with.decode(sums: sums, contributors: ids)
    let other = try without.decode(sums: plain, contributors: ids)
    #expect(one == other)
    #expect(throws: NoCounts.self) { try Self.counts(without, plain, contributors: 3) }
  }

  @Test("Clients in several classes, in none, or with more coordinates than there are, are noticed")
  func lies() throws {
    let secure = try Self.secure(bits: 5, normBound: 1)
    let honest = try Self.sum(
      secure, [[Double]](repeating: [Double](repeating: 2, count: 40), count: 3))
    let counts = try Self.counts(secure, honest, contributors: 3)
    #expect(counts.clippedCoordinates == 0)
    let classes = secure.layout.elementCount - 66
    for (index, change) in [
      (classes, 1), (classes + 65, 1), (classes + 20, 31), (classes - 1, 31),
    ] {
      var sums = honest
      sums[index] += UInt64(change)
      #expect(throws: SecureFedAvgError.clippingCounts(contributors: 3)) {
        try Self.counts(secure, sums, contributors: 3)
      }
    }
    #expect(throws: SecureFedAvgError.clippingCounts(contributors: 4)) {
      try Self.counts(secure, honest, contributors: 4)
    }
  }

  @Test("A suggested bound leaves the updates of that share of clients as they are")
  func suggestion() throws {
    var classes = [Int](repeating: 0, count: 33)
    classes[10] = 5
    classes[18] = 4
    classes[19] = 1
    func counts(_ classes: [Int]) -> ClippingCounts {
      ClippingCounts(
        contributors: classes.reduce(0, +), clippedCoordinates: 0, largestCoordinates: classes,
        norms: classes)
    }
    #expect(counts(classes).suggestedBound(covering: 0.5, from: 3) == 3.0 / 64)
    #expect(counts(classes).suggestedBound(covering: 0.9, from: 3) == 12)
    #expect(counts(classes).suggestedNormBound(covering: 1, from: 3) == 24)
    #expect(counts(classes).suggestedBound(covering: 0, from: 3) == 3.0 / 64)
    classes[32] = 10
    #expect(counts(classes).suggestedBound(from: 3) == nil)
    #expect(counts(classes).clientsBeyondNormBound == 15)
  }
}
