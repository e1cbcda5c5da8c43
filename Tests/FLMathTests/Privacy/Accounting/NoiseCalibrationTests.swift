import FLMath
import Testing

@Suite("Calibration of noise")
struct NoiseCalibrationTests {
  private func poisson(_ row: ReferenceValues, _ z: Double) throws(FLMathError)
    -> [PrivacyEvent]
  {
    // The table's own numbers are there: a missing one would be another error.
    let q = (try? row.number("q")) ?? .nan
    let steps = (try? row.int("steps")) ?? 0
    return [
      try PrivacyEvent(
        .gaussian(noiseMultiplier: z), relation: .addOrRemove,
        sampling: q == 1 ? .none : .poisson(probability: q),
        repetitions: steps)
    ]
  }

  @Test("Noise multipliers of the published table, by Renyi divergences")
  func published() throws {
    let accountant = try RenyiAccountant(
      relation: .addOrRemove, orders: RenyiAccountantTests.wholeOrders)
    for row in try ReferenceValues.file("dp_calibration").list("calibration") {
      let (epsilon, delta) = (try row.number("target_epsilon"), try row.number("delta"))
      let found = try NoiseCalibration.noiseMultiplier(
        epsilon: epsilon, delta: delta, accountant: accountant
      ) { z throws(FLMathError) in try poisson(row, z) }
      let expected = try row.number("rdp")
      // The reference stopped where its epsilon was within 3e-7 of the target.
      let slack = abs(epsilon - (try row.number("rdp_epsilon_check")))
      #expect(relativeError(found, expected) < 1e-7 + slack, "\(row) \(found)")
      #expect(found <= expected * (1 + 1e-9), "\(row) \(found)")
      var check = accountant
      try check.compose(poisson(row, found))
      #expect(try check.epsilon(delta: delta) <= epsilon)
      var less = accountant
      try less.compose(poisson(row, found * (1 - 1e-7)))
      #expect(try less.epsilon(delta: delta) > epsilon)
    }
  }

  @Test("Noise multipliers of the published table, by privacy losses")
  func byLosses() throws {
    for row in try ReferenceValues.file("dp_calibration").list("calibration") {
      let (epsilon, delta) = (try row.number("target_epsilon"), try row.number("delta"))
      let accountant = try PrivacyLossAccountant(relation: .addOrRemove, accuracy: 1e-3)
      if let analytic = row.optional("analytic") {
        let found = try NoiseCalibration.noiseMultiplier(
          epsilon: epsilon, delta: delta, accountant: accountant
        ) { z throws(FLMathError) in try poisson(row, z) }
        #expect(relativeError(found, try analytic.number) < 2e-9, "\(row)")
      } else if let loss = row.optional("pld"), epsilon == 3 {
        let found = try NoiseCalibration.noiseMultiplier(
          epsilon: epsilon, delta: delta, accountant: accountant, tolerance: 1e-4
        ) { z throws(FLMathError) in try poisson(row, z) }
        #expect(relativeError(found, try loss.number) < 1e-3, "\(row) \(found)")
      }
    }
  }

  @Test("Distributed noise costs hardly more than central noise at 16 bits: the published figures")
  func distributed() throws {
    let accountant = try RenyiAccountant(
      relation: .zeroOut, orders: RenyiAccountantTests.wholeOrders)
    for row in try ReferenceValues.file("dp_distributed").list("calibration") {
      let isSkellam = try row.text("mechanism") == "skellam"
      let (clients, dimension) = (try row.int("clients"), try row.int("dim"))
      let (bits, steps) = (try row.int("bits"), try row.int("steps"))
      // The others amplify by Poisson sampling, which is refused: see `DistributedNoiseTests`.
      guard try row.number("q") == 1 else { continue }
      func parameters(_ z: Double) throws(FLMathError) -> DistributedNoiseParameters {
        try DistributedNoiseParameters(
          .init(
            noise: isSkellam ? .skellam : .discreteGaussian, noiseMultiplier: z, clip: 1,
            dimension: dimension, bits: bits, contributors: clients, survivingHonest: clients))
      }
      let found = try NoiseCalibration.noiseMultiplier(
        epsilon: row.number("target_epsilon"), delta: row.number("delta"), accountant: accountant
      ) { z throws(FLMathError) in
        [
          try parameters(z).event(relation: .zeroOut, sampling: .none, rounds: steps)
        ]
      }
      #expect(relativeError(found, try row.number("noise_multiplier")) < 1e-7, "\(row) \(found)")
      let scale = try parameters(found).scale
      #expect(relativeError(scale, try row.number("scale")) < 1e-7)
      let central = try row.number("central_gaussian_noise_multiplier_same_orders")
      #expect(found < 1.01 * central)
    }
  }

  @Test(
    "A multiplier is found from the epsilon that it gives, also where the bracket begins and ends",
    arguments: [0x1p-9, 0.5, 0.9995, 1, 1.0005, 2, 3.7, 4, 1e4])
  func inverse(multiplier: Double) throws {
    let accountant = ZeroConcentratedAccountant(relation: .addOrRemove)
    func events(_ z: Double) throws(FLMathError) -> [PrivacyEvent] {
      [
        try PrivacyEvent(
          .gaussian(noiseMultiplier: z), relation: .addOrRemove, sampling: .none, repetitions: 1)
      ]
    }
    var spent = accountant
    try spent.compose(events(multiplier))
    let epsilon = try spent.epsilon(delta: 1e-6)
    let found = try NoiseCalibration.noiseMultiplier(
      epsilon: epsilon, delta: 1e-6, accountant: accountant, events: events)
    #expect(relativeError(found, multiplier) < 1e-8)
    var check = accountant
    try check.compose(events(found))
    #expect(try check.epsilon(delta: 1e-6) <= epsilon)
  }

  /// The total variation distance is delta: 1 / z = sqrt(2 pi) delta, but for the square of it.
  @Test("An epsilon of 0 is a target as well")
  func zeroEpsilon() throws {
    let found = try NoiseCalibration.noiseMultiplier(
      epsilon: 0, delta: 1e-6, accountant: PrivacyLossAccountant(relation: .replace)
    ) { (z) throws(FLMathError) in
      [
        try PrivacyEvent(
          .gaussian(noiseMultiplier: z), relation: .replace, sampling: .none, repetitions: 1)
      ]
    }
    #expect(relativeError(found, 398_942.280_401) < 1e-8)
  }

  @Test("What has been spent before counts, and what cannot be reached is refused")
  func spentBefore() throws {
    var accountant = ZeroConcentratedAccountant(relation: .replace)
    try accountant.compose(rho: 0.01)
    func events(_ z: Double) throws(FLMathError) -> [PrivacyEvent] {
      [
        try PrivacyEvent(
          .gaussian(noiseMultiplier: z), relation: .replace, sampling: .none, repetitions: 1)
      ]
    }
    let z = try NoiseCalibration.noiseMultiplier(
      epsilon: 1, delta: 1e-6, accountant: accountant, events: events)
    var check = accountant
    try check.compose(events(z))
    #expect(relativeError(try check.epsilon(delta: 1e-6), 1) < 1e-8)
    try accountant.compose(rho: 10)
    let spent = accountant
    let unreachable = FLMathError.privacy(.unreachableTarget(epsilon: 1, delta: 1e-6))
    #expect(throws: unreachable) {
      try NoiseCalibration.noiseMultiplier(
        epsilon: 1, delta: 1e-6, accountant: spent, events: events)
    }
    #expect(throws: FLMathError.self) {
      try NoiseCalibration.noiseMultiplier(
        epsilon: -1, delta: 1e-6, accountant: spent, events: events)
    }
  }
}
