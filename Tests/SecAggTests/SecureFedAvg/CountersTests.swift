import FLMath
import Testing

@testable import SecAgg

/// Whole numbers beside the mean.
@Suite("Counters")
struct CountersTests {
  private static func secure(
    bits: Int = 16, counters: Int, normBound: Double? = nil, countsClipping: Bool = false,
    parameters: Int = 11
  ) throws -> SecureFedAvg {
    try SecureFedAvg(
      parameterCount: parameters, clippingBound: 0.5, normBound: normBound, maximumWeight: 100,
      maximumContributors: 9, minimumValueBits: bits, countsClipping: countsClipping,
      counterCount: counters)
  }

  /// An update as a vector, with roundings that can be repeated.
  private static func vector(
    _ secure: SecureFedAvg, _ update: ClientUpdate, counters: [UInt64], seed: UInt64
  ) throws -> PackedVector {
    var generator = SimulationGenerator(seed: seed)
    return try secure.encode(update.delta.span, weight: update.weight, counters: counters) {
      words, parameters in
      for index in 0..<parameters.count { words[index] = generator.next() }
    }
  }

  /// What a session without dropouts gives.
  private static func aggregate(
    _ secure: SecureFedAvg, _ updates: [ClientUpdate], counters: [[UInt64]]
  ) throws -> UnmaskedAggregate {
    var inputs: [ClientID: PackedVector] = [:]
    for (index, update) in updates.enumerated() {
      inputs[try client(index + 1)] = try vector(
        secure, update, counters: counters[index], seed: UInt64(index))
    }
    let parameters = try SessionParameters(
      cohortSize: 9, threshold: 4, layout: secure.layout, minimumContributors: 2,
      applicationContext: .testContext)
    var session = try SimulatedSession(parameters: parameters, inputs: inputs)
    return try session.run()
  }

  /// Random numbers of all sizes; the first client has the largest ones, as has every client in the last counter.
  private static func counters(
    for secure: SecureFedAvg, _ generator: inout SimulationGenerator
  ) -> [[UInt64]] {
    let largest = UInt64(1) << UInt64(secure.layout.lanes.valueBits) - 1
    return (0..<9).map { client in
      (0..<secure.counterCount).map { counter in
        client == 0 || counter == secure.counterCount - 1
          ? largest : UInt64.random(in: 0...largest, using: &generator)
      }
    }
  }

  private static func sums(_ counters: [[UInt64]]) -> [UInt64] {
    counters[0].indices.map { index in counters.reduce(0) { $0 + $1[index] } }
  }

  @Test("Their sums are exact", arguments: [2, 5, 16, 40, 60], [1, 7, 64])
  func exactSums(bits: Int, count: Int) throws {
    let secure = try Self.secure(bits: bits, counters: count)
    var generator = SimulationGenerator(seed: UInt64(100 * bits + count))
    let updates = randomUpdates(9, for: secure, &generator)
    let counters = Self.counters(for: secure, &generator)
    let aggregate = try Self.aggregate(secure, updates, counters: counters)
    #expect(try secure.counters(of: aggregate) == Self.sums(counters))
  }

  @Test("The mean has the same bits with counters and without", arguments: [nil, 0.75])
  func mean(normBound: Double?) throws {
    let with = try Self.secure(counters: 5, normBound: normBound)
    let without = try Self.secure(counters: 0, normBound: normBound)
    var generator = SimulationGenerator(seed: 81)
    let updates = randomUpdates(9, for: with, &generator)
    let counters = Self.counters(for: with, &generator)
    let one = try with.decode(Self.aggregate(with, updates, counters: counters))
    let none = [[UInt64]](repeating: [], count: 9)
    let plain = try Self.aggregate(without, updates, counters: none)
    #expect(try one == without.decode(plain))
    #expect(try without.counters(of: plain) == [])
  }

  @Test("Clipping is counted beside them, with a norm bound and without", arguments: [nil, 0.75])
  func clippingCounts(normBound: Double?) throws {
    let secure = try Self.secure(bits: 5, counters: 6, normBound: normBound, countsClipping: true)
    let plain = try Self.secure(bits: 5, counters: 0, normBound: normBound, countsClipping: true)
    var generator = SimulationGenerator(seed: 82)
    let updates = randomUpdates(9, for: secure, &generator)
    let counters = Self.counters(for: secure, &generator)
    let aggregate = try Self.aggregate(secure, updates, counters: counters)
    #expect(try secure.counters(of: aggregate) == Self.sums(counters))
    let none = [[UInt64]](repeating: [], count: 9)
    let other = try Self.aggregate(plain, updates, counters: none)
    let expected = try plain.clippingCounts(of: other)
    #expect(expected != nil)
    #expect(try secure.clippingCounts(of: aggregate) == expected)
    #expect(try secure.decode(aggregate) == plain.decode(other))
  }

  @Test("Numbers of both types and the public function take the same counters")
  func types() throws {
    let secure = try Self.secure(counters: 3)
    let update = [Float](repeating: 0.25, count: 11)
    let wide = update.map(Double.init)
    let vectors = [
      try secure.encode(update.span, weight: 7, counters: [1, 2, 3]),
      try secure.encode(wide.span, weight: 7, counters: [1, 2, 3]),
      try secure.encode(ClientUpdate(delta: wide, weight: 7), counters: [1, 2, 3]),
    ]
    for vector in vectors {
      #expect(vector.elements.unsigned?.dropFirst(11) == [7, 1, 2, 3])
    }
  }

  @Test("Too few, too many, and none where some are expected", arguments: [[], [1], [1, 2, 3]])
  func wrongCount(counters: [UInt64]) throws {
    let secure = try Self.secure(counters: 2)
    let update = ClientUpdate(delta: [Double](repeating: 0, count: 11), weight: 1)
    #expect(throws: SecureFedAvgError.counters(found: counters.count, expected: 2)) {
      try secure.encode(update, counters: counters)
    }
  }

  @Test("Some where none are expected")
  func unexpected() throws {
    let secure = try Self.secure(counters: 0)
    let update = ClientUpdate(delta: [Double](repeating: 0, count: 11), weight: 1)
    #expect(throws: SecureFedAvgError.counters(found: 1, expected: 0)) {
      try secure.encode(update, counters: [0])
    }
  }

  @Test("A counter with more bits than its element is an error", arguments: [2, 16, 57])
  func tooLarge(bits: Int) throws {
    let secure = try Self.secure(bits: bits, counters: 3)
    let update = ClientUpdate(delta: [Double](repeating: 0, count: 11), weight: 1)
    let largest = UInt64(1) << UInt64(secure.layout.lanes.valueBits) - 1
    _ = try secure.encode(update, counters: [largest, 0, largest])
    for bad in [largest + 1, .max] {
      for index in 0..<3 {
        var counters = [largest, largest, largest]
        counters[index] = bad
        #expect(throws: SecureFedAvgError.counter(index: index, maximum: largest)) {
          try secure.encode(update, counters: counters)
        }
      }
    }
  }

  /// The weight takes one element here, and a vector has at most 2^32.
  @Test(
    "They fit one vector with the parameters",
    arguments: [
      (0, true), (1 << 32 - 12, true), (1 << 32 - 11, false), (-1, false), (Int.min, false),
      (Int.max, false),
    ])
  func settings(count: Int, isAccepted: Bool) throws {
    if isAccepted {
      #expect(try Self.secure(counters: count).layout.elementCount == 12 + count)
    } else {
      #expect(throws: SecureFedAvgError.counterCount(found: count)) {
        try Self.secure(counters: count)
      }
    }
  }

  @Test("Settings with another number of counters have another context, and other aggregates")
  func otherSettings() throws {
    let (two, three) = (try Self.secure(counters: 2), try Self.secure(counters: 3))
    let model = try ParameterVector(
      layout: ParameterLayout([.init(name: "w", shape: [11])]),
      values: [Double](repeating: 0, count: 11))
    #expect(
      two.applicationContext(of: Broadcast(model: model, round: 1), task: "t")
        != three.applicationContext(of: Broadcast(model: model, round: 1), task: "t"))
    var generator = SimulationGenerator(seed: 83)
    let updates = randomUpdates(9, for: two, &generator)
    let aggregate = try Self.aggregate(
      two, updates, counters: Self.counters(for: two, &generator))
    #expect(throws: SecureFedAvgError.layoutMismatch) { try three.counters(of: aggregate) }
    #expect(throws: SecureFedAvgError.layoutMismatch) { try three.decode(aggregate) }
  }
}
