import FLMath
import Testing

@testable import SecAgg

/// Private averaging through whole sessions.
@Suite("Private FedAvg in a session")
struct PrivateSessionTests {
  private static let model = try? ParameterVector(
    layout: ParameterLayout([.init(name: "w", shape: [650])]),
    values: [Double](repeating: 0, count: 650))

  /// With clip bits, for seven of ten clients.
  private func averagingOfSeven(
    _ noise: DistributedNoiseParameters.Noise
  ) throws -> PrivateFedAvg {
    try PrivateFedAvg(
      .small(noise).with {
        $0.expectedContributors = 7
        $0.clipBitDeviation = 2
        // The default of 10^-4 for each coordinate would wrap one of 1,024 in every 600th session.
        $0.wrapProbability = 1e-12
      })
  }

  /// What three of ten clients do: they leave at the three points.
  private func leaving(_ leavers: some Sequence<ClientID>) -> [ClientID: LeavingPoint] {
    Dictionary(
      uniqueKeysWithValues: zip(
        leavers, [.beforeAdvertisingKeys, .beforeSharingKeys, .beforeMaskedInput]))
  }

  @Test(
    "with 30 % gone, the mean is that of the plain sum of whole numbers, and FedAvg applies it",
    arguments: DistributedNoiseParameters.Noise.allCases, [ThreatModel.semiHonest, .malicious])
  func endToEnd(noise: DistributedNoiseParameters.Noise, threatModel: ThreatModel) throws {
    let averaging = try averagingOfSeven(noise)
    let model = try #require(Self.model)
    let context = averaging.applicationContext(of: Broadcast(model: model, round: 0), task: "test")
    let parameters = try averaging.session(threatModel, context: context)
    var updates: [ClientID: [Double]] = [:]
    var inputs: [ClientID: PackedVector] = [:]
    for id in ClientID.all(cohortSize: 10) {
      // Even ids are beyond the bound of 2, odd ones within it.
      let update = normalVector(
        650, scale: id.rawValue % 2 == 0 ? 0.5 : 0.05, seed: UInt64(id.rawValue))
      updates[id] = update
      inputs[id] = try averaging.encode(update, in: parameters)
    }
    var session = try SimulatedSession(parameters: parameters, inputs: inputs)
    let aggregate = try session.run(leaving: leaving(ClientID.all(cohortSize: 10).prefix(3)))
    #expect(aggregate.contributors.count == 7)
    let result = try averaging.decode(aggregate)

    var integers = [Int64](repeating: 0, count: averaging.layout.elementCount)
    var expected = [Double](repeating: 0, count: 650)
    let clipping = try L2Clipping(bound: 2)
    for id in aggregate.contributors {
      for (index, number) in (inputs[id]?.elements.signed ?? []).enumerated() {
        integers[index] += number
      }
      var update = updates[id] ?? []
      try clipping.clip(&update)
      for index in update.indices { expected[index] += update[index] }
    }
    #expect(aggregate.sums == .signed(integers))
    #expect(
      try averaging.decode(
        sums: integers, session: parameters.digest, contributors: aggregate.contributors) == result)

    // The noise of seven shares. Drawn anew in every run, so the limit is one that chance does not
    // reach: 7 standard deviations of a chi-square number.
    let deviation = averaging.parameters.localStandardDeviation
    let rounding = 7 / (4 * averaging.parameters.scale * averaging.parameters.scale)
    let variance = 7 * deviation * deviation + rounding
    let squares = zip(result.mean.mean, expected).reduce(0) { sum, pair in
      sum + (7 * pair.0 - pair.1) * (7 * pair.0 - pair.1)
    }
    #expect(abs(squares / 650 / variance - 1) < 7 * (2.0 / 650).squareRoot())
    // Of clients 4 to 10 three are within the bound and four are not.
    let clipBitSum = try #require(result.clipBitSum)
    #expect(abs(clipBitSum + 0.5) < 7 * 2 * (7.0 / 5).squareRoot())

    #expect(result.mean.totalWeight == 7)
    #expect(result.mean.contributors == aggregate.contributors.map(\.rawValue))
    var engine = try FederatedAveraging(model: model)
    try engine.apply(result.mean)
    #expect(engine.model.values == result.mean.mean)
    var adaptive = try AdaptiveClipping(initialBound: 2, quantile: 0.5, learningRate: 0.2)
    try adaptive.update(noisySum: clipBitSum, clients: 7)
    #expect((clipBitSum > 0) == (adaptive.bound < 2))
  }

  /// Drawn anew in every run: the limits are 7 standard deviations of chi-square numbers and of noise.
  @Test(
    "topped-up noise is that of the whole cohort, and clients without an update add noise alone",
    arguments: DistributedNoiseParameters.Noise.allCases)
  func toppedUp(noise: DistributedNoiseParameters.Noise) throws {
    let averaging = try averagingOfSeven(noise)
    let model = try #require(Self.model)
    let context = averaging.applicationContext(of: Broadcast(model: model, round: 0), task: "test")
    let parameters = try averaging.session(context: context)
    var inputs: [ClientID: PackedVector] = [:]
    for id in ClientID.all(cohortSize: 10) {
      inputs[id] = try averaging.encodeNoise(in: parameters)
    }
    var session = try SimulatedSession(parameters: parameters, inputs: inputs)
    let aggregate = try session.run(leaving: leaving(ClientID.all(cohortSize: 10).prefix(3)))
    #expect(aggregate.contributors.count == 7)
    let deviation = averaging.parameters.localStandardDeviation
    for (isToppedUp, shares) in [(false, 7.0), (true, 10)] {
      let result = try averaging.decode(aggregate, toppingUpNoise: isToppedUp)
      let squares = result.mean.mean.reduce(0) { $0 + 49 * $1 * $1 }
      #expect(
        abs(squares / 650 / (shares * deviation * deviation) - 1) < 7 * (2.0 / 650).squareRoot(),
        "\(isToppedUp)")
      // Seven absent bits are 0, not -1/2. Five shares have a deviation of 2.
      #expect(
        abs(try #require(result.clipBitSum)) < 7 * 2 * (shares / 5).squareRoot(), "\(isToppedUp)")
    }
  }

  /// Without masks, so that there are enough coordinates: the mean square of the noise is off by 0.2 %
  /// in one standard deviation.
  @Test(
    "the noise of the decoded sum has the declared variance",
    arguments: DistributedNoiseParameters.Noise.allCases, [UInt64(1), 2])
  func variance(noise: DistributedNoiseParameters.Noise, seed: UInt64) throws {
    let count = (1 << 18) - 5
    let averaging = try PrivateFedAvg(
      .small(noise, parameterCount: count, clippingBound: 1).with { $0.bits = 20 })
    let session = SessionParameters.applicationContext(of: [UInt8(seed)])
    var generator = SimulationGenerator(seed: seed)
    var sum = MaskedSum(wordCount: averaging.layout.wordCount)
    var expected = [Double](repeating: 0, count: count)
    for client in 0..<6 as Range<UInt64> {
      let update = normalVector(count, scale: 1e-4, seed: 100 * seed + client)
      sum.add(try averaging.encode(update, session: session, using: &generator).words)
      for index in expected.indices { expected[index] += update[index] }
    }
    let sums = averaging.layout.unpackSigned(sum.words)
    let decoded = try averaging.decode(
      sums: sums, session: session, contributors: ClientID.all(cohortSize: 6))
    let squares = zip(decoded.mean.mean, expected).reduce(0) { sum, pair in
      sum + (6 * pair.0 - pair.1) * (6 * pair.0 - pair.1)
    }
    // The declared variance is that of five honest shares, 0.64 in all; there are six. Rounding adds a
    // sixth of a square step each.
    let scale = averaging.parameters.scale
    let declared = 0.64 * 6 / 5 + 6 / (6 * scale * scale)
    let deviations =
      (squares / Double(count) / declared - 1) / (2 / Double(count)).squareRoot()
    #expect(abs(deviations) < 4.5, "seed \(seed)")
  }

  /// With so little noise that it hides nothing: a deviation of 0.05 on the sum of bits.
  @Test("the clip bit says who was within the bound, and the update is clipped", arguments: 0...6)
  func clipBit(within: Int) throws {
    let averaging = try PrivateFedAvg(
      .small(parameterCount: 9).with {
        $0.noiseMultiplier = 0.01
        $0.clipBitDeviation = 0.05
        $0.bits = 20
      })
    let session = SessionParameters.applicationContext(of: [7])
    var generator = SimulationGenerator(seed: UInt64(within))
    var sum = MaskedSum(wordCount: averaging.layout.wordCount)
    for client in 0..<6 {
      var update = [Double](repeating: 0, count: 9)
      // Exactly at the bound of 2 is within it.
      update[client] = client < within ? (client % 2 == 0 ? 2 : -1) : 2.1
      sum.add(try averaging.encode(update, session: session, using: &generator).words)
    }
    let result = try averaging.decode(
      sums: averaging.layout.unpackSigned(sum.words), session: session,
      contributors: ClientID.all(cohortSize: 6))
    let clipBitSum = try #require(result.clipBitSum)
    #expect(abs(clipBitSum - Double(within - 3)) < 0.4)
    for client in 0..<9 {
      let expected = client >= 6 ? 0.0 : client < within && client % 2 == 1 ? -1 : 2
      // Six are divided by: 0.02 of noise each, and some more.
      #expect(abs(result.mean.mean[client] - expected / 6) < 0.03)
    }
  }

  @Test("two encodings of one update have noise of their own")
  func freshNoise() throws {
    let averaging = try PrivateFedAvg(.small())
    let model = try #require(Self.model)
    let context = averaging.applicationContext(of: Broadcast(model: model, round: 0), task: "test")
    let session = try averaging.session(context: context)
    let update = normalVector(650, scale: 0.01, seed: 1)
    let first = try averaging.encode(update, in: session)
    let second = try averaging.encode(update, in: session)
    let same = zip(first.words, second.words).count { $0 == $1 }
    #expect(same == 1, "the count of contributors only")
  }

  @Test("another session has another rotation")
  func otherSession() throws {
    let averaging = try PrivateFedAvg(.small())
    let update = normalVector(650, scale: 0.01, seed: 1)
    let sessions = [1, 2].map { SessionParameters.applicationContext(of: [$0]) }
    var generator = SimulationGenerator(seed: 9)
    let vector = try averaging.encode(update, session: sessions[0], using: &generator)
    let sums = try #require(vector.elements.signed)
    let contributors = ClientID.all(cohortSize: 6)
    let right = try averaging.decode(sums: sums, session: sessions[0], contributors: contributors)
    let wrong = try averaging.decode(sums: sums, session: sessions[1], contributors: contributors)
    #expect(right != wrong)
  }
}
