import FLMath
import Testing

@testable import SecAgg

/// What follows from the settings, and which are refused.
@Suite("Private FedAvg: settings")
struct PrivateSettingsTests {
  @Test("the noise is that of the honest clients who are sure to be in the sum")
  func parameters() throws {
    let averaging = try PrivateFedAvg(.small())
    #expect(
      averaging.parameters
        == (try DistributedNoiseParameters(
          .init(
            noise: .discreteGaussian, noiseMultiplier: 0.8, clip: 2, dimension: 650, bits: 16,
            contributors: 10, survivingHonest: 5))))
    #expect(
      try averaging.event(rounds: 7)
        == averaging.parameters.event(relation: .zeroOut, sampling: .none, rounds: 7))
    #expect(averaging.layout.elementCount == 1024)
    #expect(averaging.layout.wordCount == 257)
    #expect(averaging.layout.lanes.kind == .signed)
    #expect(averaging.layout.lanes.maximumContributors == 10)
  }

  @Test("the event has the relation and the sampling of the settings")
  func event() throws {
    let plain = try PrivateFedAvg(.small().withFixedNoise).event(rounds: 1)
    #expect(plain.relation == .zeroOut)
    let sampled = try PrivateFedAvg(
      .small().withFixedNoise.with {
        $0.relation = .replace
        $0.sampling = .withoutReplacement(sampleSize: 10, population: 100)
      }
    ).event(rounds: 1)
    #expect(sampled.sampling == .withoutReplacement(sampleSize: 10, population: 100))
    guard case .discreteGaussianSum(_, let l2Ratio, _, _, _) = plain.mechanism,
      case .discreteGaussianSum(_, let doubled, _, _, _) = sampled.mechanism
    else {
      Issue.record("other mechanisms")
      return
    }
    #expect(doubled == 2 * l2Ratio)
    #expect(sampled.relation == .replace)
  }

  @Test("where clients share the noise, no add-or-remove, and no samples of any size")
  func noiseOfClients() {
    let refused: [(FLMathError.Privacy, (inout PrivateFedAvg.Settings) -> Void)] = [
      (.noiseLeavesWithClient, { $0.relation = .addOrRemove }),
      (.noiseRevealsParticipation, { $0.sampling = .poisson(probability: 0.5) }),
      (
        .noiseRevealsParticipation,
        { $0.sampling = .withoutReplacement(sampleSize: 10, population: 20) }
      ),
    ]
    for (reason, change) in refused {
      #expect(throws: PrivateFedAvgError.parameters(.privacy(reason))) {
        try PrivateFedAvg(.small().with(change))
      }
    }
  }

  @Test("bits that lanes leave over do not change the grid")
  func bits() throws {
    let averaging = try PrivateFedAvg(.small().with { $0.bits = 17 })
    #expect(averaging.layout.lanes.laneBits == 21)
    #expect(averaging.parameters.choice.bits == 17)
  }

  /// With z = 1, C = 2 and a deviation of 1: 1 / sqrt(1 - 1/4) = 2 / sqrt(3) is left for the update; the
  /// bit is multiplied by 2 * 2 / sqrt(3) / 1, half of which squared is 4/3, and sqrt(4 + 4/3) the norm of
  /// both.
  @Test("the clip bit takes its share of the noise")
  func clipBit() throws {
    let averaging = try PrivateFedAvg(
      .small().with {
        $0.noiseMultiplier = 1
        $0.clipBitDeviation = 1
      })
    let weight = try #require(averaging.clipBitWeight)
    #expect(abs(weight - 2.309_401_076_758_503) < 1e-14)
    #expect(abs(averaging.parameters.choice.clip - 2.309_401_076_758_503) < 1e-14)
    #expect(averaging.parameters.choice.dimension == 651)
    // The deviation that was asked for.
    let noise = averaging.parameters.localStandardDeviation * 5.0.squareRoot()
    #expect(abs(noise / weight - 1) < 1e-14)
  }

  /// A change of the settings, and why it is refused.
  struct Refusal: Sendable {
    let reason: FLMathError.Privacy
    let change: @Sendable (inout PrivateFedAvg.Settings) -> Void

    init(
      _ reason: FLMathError.Privacy,
      _ change: @escaping @Sendable (inout PrivateFedAvg.Settings) -> Void
    ) {
      self.reason = reason
      self.change = change
    }
  }

  static let refusals: [Refusal] = [
    Refusal(.outOfRange(.dimension, found: 0)) { $0.parameterCount = 0 },
    Refusal(.outOfRange(.dimension, found: 0x1p30)) { $0.parameterCount = 1 << 30 },
    Refusal(.outOfRange(.clippingBound, found: 0)) { $0.clippingBound = 0 },
    Refusal(.outOfRange(.clippingBound, found: .infinity)) { $0.clippingBound = .infinity },
    Refusal(.outOfRange(.noiseMultiplier, found: 0)) { $0.noiseMultiplier = 0 },
    Refusal(.outOfRange(.bits, found: 1)) { $0.bits = 1 },
    Refusal(.outOfRange(.bits, found: 53)) { $0.bits = 53 },
    Refusal(.tooFewBits(bits: 3, clients: 10)) { $0.bits = 3 },
    Refusal(.outOfRange(.survivors, found: 11)) { $0.minimumContributors = 11 },
    Refusal(.outOfRange(.survivors, found: 0)) { $0.minimumContributors = 0 },
    Refusal(.outOfRange(.survivors, found: 0)) { $0.corruptFraction = 0.6 },
    Refusal(.outOfRange(.corruptFraction, found: 1)) { $0.corruptFraction = 1 },
    Refusal(.outOfRange(.corruptFraction, found: -0.1)) { $0.corruptFraction = -0.1 },
    Refusal(.outOfRange(.samplingProbability, found: 0)) { $0.sampling = .poisson(probability: 0) },
    Refusal(.clippedCountTooPrecise(minimum: 0.4, found: 0.4)) { $0.clipBitDeviation = 0.4 },
    Refusal(.outOfRange(.countStandardDeviation, found: 0)) { $0.clipBitDeviation = 0 },
    Refusal(.outOfRange(.roundingBias, found: 1)) { $0.roundingBias = 1 },
    Refusal(.outOfRange(.wrapProbability, found: 0)) { $0.wrapProbability = 0 },
  ]

  @Test("settings out of range, or that do not go together", arguments: refusals)
  func refused(refusal: Refusal) {
    #expect(throws: PrivateFedAvgError.parameters(.privacy(refusal.reason))) {
      try PrivateFedAvg(.small().with(refusal.change))
    }
  }

  @Test("a denominator that no cohort has", arguments: [-1, 0, 11, Int.max])
  func denominator(found: Int) {
    #expect(throws: PrivateFedAvgError.expectedContributors(found: found, atMost: 10)) {
      try PrivateFedAvg(.small().with { $0.expectedContributors = found })
    }
  }

  @Test("no rounds are no event")
  func noRounds() throws {
    let averaging = try PrivateFedAvg(.small())
    #expect(throws: PrivateFedAvgError.parameters(.privacy(.outOfRange(.repetitions, found: 0)))) {
      try averaging.event(rounds: 0)
    }
  }

  /// 100 clients and 16 bits: noise multipliers for epsilon = 4 at delta = 10^-5 after 50 rounds, from
  /// the reference values of `dp_distributed.json` (8.19213 against 8.18666).
  @Test(
    "distributed noise costs hardly more than central noise",
    arguments: DistributedNoiseParameters.Noise.allCases)
  func cost(noise: DistributedNoiseParameters.Noise) throws {
    let accountant = try RenyiAccountant(
      relation: .zeroOut, orders: (2...128).map { Double($0) } + [256])
    let central = try NoiseCalibration.noiseMultiplier(
      epsilon: 4, delta: 1e-5, accountant: accountant
    ) { (multiplier) throws(FLMathError) in
      [
        try PrivacyEvent(
          .gaussian(noiseMultiplier: multiplier), relation: .zeroOut, sampling: .none,
          repetitions: 50)
      ]
    }
    let distributed = try NoiseCalibration.noiseMultiplier(
      epsilon: 4, delta: 1e-5, accountant: accountant
    ) { (multiplier) throws(FLMathError) in
      try Self.fiftyRounds(noise, noiseMultiplier: multiplier)
    }
    #expect(abs(central - 8.186_664_927_7) < 1e-6)
    #expect(abs(distributed - 8.192_131_0) < 1e-6)
    #expect(distributed / central < 1.01)
  }

  /// The same by privacy losses, where central noise has the exact curve of Balle and Wang 2018:
  /// 7.644_968_75 with mu = sqrt(50) / z, solved in Python.
  @Test(
    "and not more either by the tighter accountant, which has an exact answer for central noise")
  func costByLosses() throws {
    let accountant = try PrivacyLossAccountant(relation: .zeroOut)
    let distributed = try NoiseCalibration.noiseMultiplier(
      epsilon: 4, delta: 1e-5, accountant: accountant
    ) { (multiplier) throws(FLMathError) in
      try Self.fiftyRounds(.discreteGaussian, noiseMultiplier: multiplier)
    }
    let central = 7.644_968_75
    #expect(distributed > central)
    #expect(distributed < 1.001 * central, "\(distributed)")
  }

  /// 100 clients who all stay and are honest, 650 parameters, 16 bits.
  private static func fiftyRounds(
    _ noise: DistributedNoiseParameters.Noise, noiseMultiplier: Double
  ) throws(FLMathError) -> [PrivacyEvent] {
    let settings = PrivateFedAvg.Settings(
      parameterCount: 650, clippingBound: 1, noise: noise, noiseMultiplier: noiseMultiplier,
      cohortSize: 100, minimumContributors: 100, corruptFraction: 0, relation: .zeroOut,
      sampling: .none)
    do {
      return [try PrivateFedAvg(settings).event(rounds: 50)]
    } catch PrivateFedAvgError.parameters(let error) {
      throw error
    } catch {
      throw .privacy(.outOfRange(.noiseMultiplier, found: noiseMultiplier))
    }
  }
}
