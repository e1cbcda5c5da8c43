import FLMath
import Testing

@Suite("Privacy events")
struct PrivacyEventTests {
  static let events: [PrivacyEvent.Mechanism] = [
    .gaussian(noiseMultiplier: 1.1),
    .discreteGaussianSum(
      l1Ratio: 3, l2Ratio: 0.5, standardDeviation: 40, tau: 1e-9, dimension: 1024),
    .skellam(l1Sensitivity: 100, l2Sensitivity: 10, variance: 400),
  ]

  static let schemes: [SamplingScheme] = [
    .none, .poisson(probability: 0.01), .withoutReplacement(sampleSize: 5, population: 100),
  ]

  @Test("Events survive being written down and read back", arguments: events, schemes)
  func roundTrip(mechanism: PrivacyEvent.Mechanism, sampling: SamplingScheme) throws {
    let event = try PrivacyEvent(mechanism, sampling: sampling, repetitions: 7)
    #expect(try Codec.roundTrip(event) == event)
  }

  @Test("What was written down wrongly is refused when it is read")
  func refusedReading() throws {
    let json = """
      {"mechanism":{"gaussian":{"noiseMultiplier":1}},"sampling":{"poisson":{"probability":2}},\
      "repetitions":1}
      """
    #expect(
      try Codec.refusal(PrivacyEvent.self, json) as? PrivacyParameterError
        == .outOfRange(.samplingProbability, found: 2))
    #expect(throws: DecodingError.self) {
      try Codec.decode(PrivacyEvent.self, json.replacing("sampling", with: "scheme"))
    }
  }

  @Test("Numbers outside their ranges are refused")
  func refusals() {
    let mechanisms: [PrivacyEvent.Mechanism] = [
      .gaussian(noiseMultiplier: 0), .gaussian(noiseMultiplier: -1),
      .gaussian(noiseMultiplier: .nan), .gaussian(noiseMultiplier: .infinity),
      .gaussian(noiseMultiplier: 1e-300),
      .discreteGaussianSum(
        l1Ratio: -1, l2Ratio: 1, standardDeviation: 1, tau: 0, dimension: 1),
      .discreteGaussianSum(
        l1Ratio: 1, l2Ratio: 0, standardDeviation: 1, tau: 0, dimension: 1),
      .discreteGaussianSum(
        l1Ratio: 1, l2Ratio: 1, standardDeviation: 1, tau: -1, dimension: 1),
      .discreteGaussianSum(
        l1Ratio: 1, l2Ratio: 1, standardDeviation: 1, tau: 0, dimension: 0),
      .discreteGaussianSum(
        l1Ratio: 1, l2Ratio: 1, standardDeviation: 0, tau: 0, dimension: 1),
      .discreteGaussianSum(
        l1Ratio: 1, l2Ratio: 1, standardDeviation: .infinity, tau: 0, dimension: 1),
      .skellam(l1Sensitivity: 1, l2Sensitivity: 0, variance: 1),
      .skellam(l1Sensitivity: 1, l2Sensitivity: 1, variance: 0),
      .skellam(l1Sensitivity: .infinity, l2Sensitivity: 1, variance: 1),
    ]
    for mechanism in mechanisms {
      #expect(throws: PrivacyParameterError.self, "\(mechanism)") {
        try PrivacyEvent(mechanism, sampling: .none, repetitions: 1)
      }
    }
    let schemes: [SamplingScheme] = [
      .poisson(probability: 0), .poisson(probability: 1.1), .poisson(probability: .nan),
      .withoutReplacement(sampleSize: 0, population: 1),
      .withoutReplacement(sampleSize: 1, population: 0),
      .withoutReplacement(sampleSize: 2, population: 1),
    ]
    for scheme in schemes {
      #expect(throws: PrivacyParameterError.self, "\(scheme)") {
        try PrivacyEvent(.gaussian(noiseMultiplier: 1), sampling: scheme, repetitions: 1)
      }
    }
    #expect(throws: PrivacyParameterError.outOfRange(.repetitions, found: 0)) {
      try PrivacyEvent(.gaussian(noiseMultiplier: 1), sampling: .none, repetitions: 0)
    }
  }

  @Test("What an accountant has no bound for is refused, and costs nothing")
  func unsupported() throws {
    let sampled = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), sampling: .poisson(probability: 0.1), repetitions: 1)
    let withoutReplacement = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1),
      sampling: .withoutReplacement(sampleSize: 1, population: 10), repetitions: 1)
    let plain = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), sampling: .none, repetitions: 1)
    let skellam = try PrivacyEvent(Self.events[2], sampling: .none, repetitions: 1)

    func expectRefusal(
      _ accountant: some PrivacyAccountant, _ event: PrivacyEvent
    ) throws {
      var accountant = accountant
      let relation = accountant.relation
      #expect(throws: PrivacyAccountingError.unsupported(event, relation: relation)) {
        try accountant.compose([plain, event])
      }
      #expect(try accountant.epsilon(delta: 1e-5) == 0)
      #expect(try accountant.delta(epsilon: 0) == 0)
    }
    try expectRefusal(RenyiAccountant(relation: .replace), sampled)
    try expectRefusal(RenyiAccountant(relation: .addOrRemove), withoutReplacement)
    try expectRefusal(ZeroConcentratedAccountant(relation: .addOrRemove), sampled)
    try expectRefusal(ZeroConcentratedAccountant(relation: .addOrRemove), skellam)
    try expectRefusal(PrivacyLossAccountant(relation: .addOrRemove), withoutReplacement)
    try expectRefusal(PrivacyLossAccountant(relation: .replace), skellam)
  }

  @Test("Impossible questions are refused, and the limits answered")
  func limits() throws {
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), sampling: .poisson(probability: 0.5), repetitions: 2)
    func check(_ accountant: some PrivacyAccountant, with event: PrivacyEvent) throws {
      var accountant = accountant
      for delta in [-0.1, 1.1, .nan] as [Double] {
        #expect(throws: PrivacyAccountingError.self) { try accountant.epsilon(delta: delta) }
      }
      #expect(throws: PrivacyAccountingError.self) { try accountant.delta(epsilon: -1) }
      #expect(try accountant.epsilon(delta: 0) == 0)
      try accountant.compose(event)
      #expect(try accountant.epsilon(delta: 0) == .infinity)
      #expect(try accountant.epsilon(delta: 1) == 0)
      #expect(try accountant.delta(epsilon: .infinity) == 0)
      #expect(try accountant.delta(epsilon: 0) > 0)
    }
    try check(RenyiAccountant(relation: .addOrRemove), with: event)
    try check(PrivacyLossAccountant(relation: .addOrRemove), with: event)
    let plain = try PrivacyEvent(event.mechanism, sampling: .none, repetitions: 2)
    try check(ZeroConcentratedAccountant(relation: .replace), with: plain)
    #expect(throws: PrivacyAccountingError.self) {
      try RenyiAccountant(relation: .replace, orders: [1])
    }
    #expect(throws: PrivacyAccountingError.self) {
      try RenyiAccountant(relation: .replace, orders: [])
    }
    #expect(throws: PrivacyAccountingError.self) {
      try PrivacyLossAccountant(relation: .replace, accuracy: 0)
    }
  }
}
