import FLMath
import Testing

@testable import SecAgg

/// What clients bind their masks to, and which sessions they refuse.
@Suite("Private FedAvg: context")
struct PrivateContextTests {
  private static func model(_ values: [Double] = [1, 2, 3]) throws -> ParameterVector {
    try ParameterVector(
      layout: ParameterLayout([.init(name: "w", shape: [values.count])]), values: values)
  }

  private static let settings = PrivateFedAvg.Settings.small(parameterCount: 3)

  private func context(
    _ settings: PrivateFedAvg.Settings = settings, values: [Double] = [1, 2, 3], round: Int = 4,
    task: String = "t"
  ) throws -> Digest {
    try PrivateFedAvg(settings).applicationContext(
      of: Broadcast(model: Self.model(values), round: round), task: task)
  }

  @Test("written down by hand")
  func recomputed() throws {
    var bytes = HandEncoding(label: "SecAgg/1 private averaging")
    bytes.word(1)
    bytes.octets(Array("t".utf8))
    bytes.word(4)
    bytes.word(3)
    bytes.word((2.0).bitPattern)
    bytes.octet(2)
    bytes.word((0.8).bitPattern)
    for word in [16, 10, 10] as [UInt64] { bytes.word(word) }
    bytes.word((0.0).bitPattern)
    bytes.octet(2)
    bytes.octet(3)
    bytes.word(10)
    bytes.word(50)
    bytes.word(6)
    bytes.word((5.0).bitPattern)
    bytes.word((0.25).bitPattern)
    bytes.word((1e-4).bitPattern)
    bytes.word(1)
    bytes.word(1)
    bytes.octets(Array("w".utf8))
    bytes.word(1)
    bytes.word(3)
    bytes.word(3)
    for value in [1.0, 2, 3] { bytes.word(value.bitPattern) }
    let settings = Self.settings.withFixedNoise.with {
      $0.noise = .skellam
      $0.relation = .replace
      $0.sampling = .withoutReplacement(sampleSize: 10, population: 50)
      $0.clipBitDeviation = 5
      $0.roundingBias = 0.25
    }
    #expect(try context(settings).bytes == bytes.hashed())
  }

  @Test("changes with every setting, the model, the round and the task")
  func everyField() throws {
    let changes: [(inout PrivateFedAvg.Settings) -> Void] = [
      { $0.clippingBound = 2.5 }, { $0.noise = .skellam }, { $0.noiseMultiplier = 0.9 },
      { $0.bits = 17 }, { $0.cohortSize = 11 }, { $0.minimumContributors = 7 },
      { $0.corruptFraction = 0.11 }, { $0.relation = .replace },
      { $0.sampling = .poisson(probability: 1) }, { $0 = $0.withFixedNoise },
      { $0.expectedContributors = 7 }, { $0.clipBitDeviation = 3 }, { $0.clipBitDeviation = 4 },
      { $0.roundingBias = 0 }, { $0.wrapProbability = 1e-5 },
    ]
    var contexts = try changes.map { try context(Self.settings.with($0)) }
    for (size, population) in [(10, 20), (9, 20), (10, 21)] {
      contexts.append(
        try context(
          Self.settings.withFixedNoise.with {
            $0.sampling = .withoutReplacement(sampleSize: size, population: population)
          }))
    }
    contexts.append(try context())
    contexts.append(try context(values: [1, 2, 4]))
    contexts.append(
      try context(Self.settings.with { $0.parameterCount = 4 }, values: [1, 2, 3, 0]))
    contexts.append(try context(round: 5))
    contexts.append(try context(task: "u"))
    #expect(Set(contexts).count == changes.count + 8)
    #expect(try context() == context())
  }

  @Test("the seed of a rotation follows from the session")
  func seed() throws {
    let session = try PrivateFedAvg(Self.settings).session(context: context()).digest
    var bytes = HandEncoding(label: "SecAgg/1 rotation")
    bytes.octets(session.bytes)
    let expected = bytes.hashed().prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    #expect(PrivateFedAvg.rotationSeed(of: session) == expected)
  }

  private func refusal(
    _ session: SessionParameters, delta: [Double] = [0, 0, 0]
  ) throws -> PrivateFedAvgError? {
    let averaging = try PrivateFedAvg(Self.settings)
    do throws(PrivateFedAvgError) {
      _ = try averaging.encode(delta, in: session)
      return nil
    } catch {
      return error
    }
  }

  @Test("sessions with less privacy are refused")
  func refusals() throws {
    let averaging = try PrivateFedAvg(Self.settings)
    let context = try context()
    #expect(try refusal(averaging.session(context: context)) == nil)
    #expect(try refusal(averaging.session(.malicious, context: context)) == nil)
    #expect(try refusal(averaging.session(context: context, minimumContributors: 7)) == nil)
    #expect(
      try refusal(averaging.session(context: context, minimumContributors: 5))
        == .minimumContributors(found: 5, atLeast: 6))
    #expect(
      try refusal(averaging.session(context: context, cohortSize: 11))
        == .cohortSize(found: 11, atMost: 10))
    for lanes in try [
      ElementLanes.signed(SignedLanes(minimumBits: 20, maximumContributors: 10)),
      .signed(SignedLanes(minimumBits: 16, maximumContributors: 9)),
      .unsigned(UnsignedLanes(minimumValueBits: 12, maximumContributors: 10)),
    ] {
      let layout = try VectorLayout(elementCount: 8, lanes: lanes)
      #expect(
        try refusal(averaging.session(context: context, layout: layout)) == .sessionLayout)
    }
    let longer = try VectorLayout(
      elementCount: 16, lanes: SignedLanes(minimumBits: 16, maximumContributors: 10))
    #expect(try refusal(averaging.session(context: context, layout: longer)) == .sessionLayout)
  }

  @Test("updates of another length, or not finite, are refused")
  func updates() throws {
    let session = try PrivateFedAvg(Self.settings).session(context: context())
    for count in [0, 2, 4, 8] {
      #expect(
        try refusal(session, delta: [Double](repeating: 0, count: count))
          == .updateLength(found: count, expected: 3))
    }
    #expect(
      try refusal(session, delta: [0, .infinity, 0])
        == .clipping(.clipping(.nonFinite(index: 1, found: .infinity))))
  }

  @Test("an aggregate of another layout, or of too few, is not decoded")
  func aggregates() throws {
    let averaging = try PrivateFedAvg(Self.settings)
    let session = try averaging.session(context: context(), minimumContributors: 2)
    func aggregate(_ count: Int, of session: SessionParameters) throws -> UnmaskedAggregate {
      var words = [UInt64](repeating: 0, count: session.layout.wordCount)
      words[words.count - 1] = UInt64(count)
      return try UnmaskedAggregate(
        MaskedSum(words: words), of: session, contributors: ClientID.all(cohortSize: count),
        faults: [])
    }
    #expect(throws: PrivateFedAvgError.contributors(found: 5, atLeast: 6)) {
      try averaging.decode(aggregate(5, of: session))
    }
    let mean = try averaging.decode(aggregate(6, of: session))
    #expect(mean.mean.mean == [0, 0, 0])
    #expect(mean.mean.totalWeight == 6)
    #expect(mean.clipBitSum == nil)
    let unsigned = try VectorLayout(
      elementCount: 8, lanes: UnsignedLanes(minimumValueBits: 12, maximumContributors: 10))
    #expect(throws: PrivateFedAvgError.aggregateLayout) {
      try averaging.decode(
        aggregate(6, of: averaging.session(context: context(), layout: unsigned)))
    }
  }

  @Test("errors say what was expected and what came")
  func descriptions() {
    for (error, texts) in [
      (.parameters(.privacy(.outOfRange(.bits, found: 71))), ["bits", "71"]),
      (.expectedContributors(found: 71, atMost: 73), ["71", "73"]),
      (.sessionLayout, ["layout"]), (.cohortSize(found: 71, atMost: 73), ["71", "73"]),
      (.minimumContributors(found: 71, atLeast: 73), ["71", "73"]),
      (.updateLength(found: 71, expected: 73), ["71", "73"]),
      (.clipping(.clipping(.nonFinite(index: 71, found: .infinity))), ["71"]),
      (.aggregateLayout, ["layout"]),
      (.contributors(found: 71, atLeast: 73), ["71", "73"]),
      (.mean(.update(.duplicateContributor(71))), ["71"]),
    ] as [(PrivateFedAvgError, [String])] {
      for text in texts { #expect("\(error)".contains(text), "\(error)") }
    }
  }
}
