import FLMath
import SecAgg
import Testing

/// Whole sessions with signed lanes.
@Suite("Sessions with signed lanes")
struct SignedSessionTests {
  private func parameters(
    _ threatModel: ThreatModel, minimumBits: Int, cohortSize: Int = 10
  ) throws -> SessionParameters {
    try SessionParameters(
      threatModel: threatModel, cohortSize: cohortSize, threshold: 5,
      layout: VectorLayout(
        elementCount: 23,
        lanes: SignedLanes(minimumBits: minimumBits, maximumContributors: cohortSize)),
      minimumContributors: 4,
      applicationContext: SessionParameters.applicationContext(of: Array("signed".utf8)))
  }

  private func inputs(
    _ parameters: SessionParameters, _ element: () -> Int64
  ) throws -> [ClientID: [Int64]] {
    Dictionary(
      uniqueKeysWithValues: ClientID.all(cohortSize: parameters.cohortSize).map { id in
        (id, (0..<parameters.layout.elementCount).map { _ in element() })
      })
  }

  private func session(
    _ parameters: SessionParameters, _ inputs: [ClientID: [Int64]]
  ) throws -> SimulatedSession {
    try SimulatedSession(
      parameters: parameters,
      inputs: inputs.mapValues { try PackedVector(signed: $0, layout: parameters.layout) })
  }

  @Test(
    "with three of ten gone the sum is that of the others",
    arguments: [ThreatModel.semiHonest, .malicious], [9, 16, 20, 32, 52])
  func dropouts(threatModel: ThreatModel, minimumBits: Int) throws {
    let parameters = try parameters(threatModel, minimumBits: minimumBits)
    let seed = UInt64(minimumBits)
    var generator = SimulationGenerator(seed: seed)
    // Ten of them fit, with either sign.
    let largest = (Int64(1) << Int64(parameters.layout.lanes.valueBits - 1)) / 10 - 1
    let inputs = try inputs(parameters) {
      Int64.random(in: -largest...largest, using: &generator)
    }
    var session = try session(parameters, inputs)
    let leavers = ClientID.all(cohortSize: 10).shuffled(using: &generator)
    let aggregate = try session.run(leaving: [
      leavers[0]: .beforeSharingKeys, leavers[1]: .beforeMaskedInput,
      leavers[2]: .beforeUnmasking,
    ])
    #expect(aggregate.contributors == leavers.dropFirst(2).sorted(), "seed \(seed)")
    let expected = (0..<23).map { index in
      aggregate.contributors.reduce(Int64(0)) { $0 + (inputs[$1]?[index] ?? 0) }
    }
    #expect(aggregate.sums == .signed(expected), "seed \(seed)")
    #expect(aggregate.sums.unsigned == nil, "sums of one kind are none of the other")
    #expect(aggregate.session == parameters.digest)
  }

  @Test("a sum that leaves its lane wraps and is released")
  func wrapping() throws {
    let parameters = try parameters(.semiHonest, minimumBits: 16)
    // 10 x 4000 is 2^16 too much, and the next lane has one more.
    var session = try session(parameters, inputs(parameters) { 4000 })
    let sums = try #require(session.run().sums.signed)
    for (index, sum) in sums.enumerated() {
      #expect(sum == 40_000 - 65_536 + (index % 4 == 0 ? 0 : 1))
    }
  }

  private func altered(
    _ change: @escaping ([UInt64]) -> [UInt64]
  ) throws -> SimulatedSession {
    let parameters = try parameters(.semiHonest, minimumBits: 16)
    var session = try session(parameters, inputs(parameters) { -3 })
    session.onTheWay = { message in
      guard case .maskedInput(let input) = message, input.sender.rawValue == 3 else {
        return message
      }
      return .maskedInput(input.with(words: change(input.words)))
    }
    return session
  }

  @Test("masks that do not cancel are noticed by the count of contributors")
  func inconsistent() throws {
    var generator = SimulationGenerator(seed: 5)
    for change in [
      { words in words.map { _ in generator.next() } },
      { words in words.dropLast() + [words[words.count - 1] &+ 1] },
    ] as [([UInt64]) -> [UInt64]] {
      var session = try altered(change)
      #expect(throws: ServerError.sumInconsistent) { try session.run() }
    }
  }

  @Test("any other word of the sum is a sum")
  func anyWord() throws {
    var session = try altered { words in
      var words = words
      words[5] &+= 1 << 63
      return words
    }
    // Words 0 to 5 hold 23 elements: the altered bit is in the lane that no element has.
    #expect(try session.run().sums == .signed([Int64](repeating: -30, count: 23)))
    session = try altered { words in
      var words = words
      words[0] &+= 1 << 63
      return words
    }
    let sums = try #require(session.run().sums.signed)
    #expect(sums[3] == -30 + 32_768)
    #expect(sums.enumerated().allSatisfy { $0.offset == 3 || $0.element == -30 })
  }
}
