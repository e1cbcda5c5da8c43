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
    for relation in NeighbouringRelation.allCases {
      let event = try? PrivacyEvent(
        mechanism, relation: relation, sampling: sampling, repetitions: 7)
      guard let event else {
        #expect(
          mechanism.isDistributed && (relation == .addOrRemove || sampling == Self.schemes[1]))
        continue
      }
      #expect(try Codec.roundTrip(event) == event)
    }
  }

  @Test("What was written down wrongly is refused when it is read")
  func refusedReading() throws {
    let json = """
      {"mechanism":{"gaussian":{"noiseMultiplier":1}},"sampling":{"poisson":{"probability":2}},\
      "relation":"zeroOut","repetitions":1}
      """
    #expect(
      try Codec.refusal(PrivacyEvent.self, json) as? FLMathError
        == .privacy(.outOfRange(.samplingProbability, found: 2)))
    #expect(throws: DecodingError.self) {
      try Codec.decode(PrivacyEvent.self, json.replacing("sampling", with: "scheme"))
    }
    // What a guarantee is about is never guessed.
    let valid = json.replacing("probability\":2", with: "probability\":0.5")
    #expect(try Codec.decode(PrivacyEvent.self, valid).relation == .zeroOut)
    #expect(throws: DecodingError.self) {
      try Codec.decode(PrivacyEvent.self, valid.replacing("\"relation\":\"zeroOut\",", with: ""))
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
      #expect(throws: FLMathError.self, "\(mechanism)") {
        try PrivacyEvent(mechanism, relation: .replace, sampling: .none, repetitions: 1)
      }
    }
    let schemes: [SamplingScheme] = [
      .poisson(probability: 0), .poisson(probability: 1.1), .poisson(probability: .nan),
      .withoutReplacement(sampleSize: 0, population: 1),
      .withoutReplacement(sampleSize: 1, population: 0),
      .withoutReplacement(sampleSize: 2, population: 1),
    ]
    for scheme in schemes {
      #expect(throws: FLMathError.self, "\(scheme)") {
        try PrivacyEvent(
          .gaussian(noiseMultiplier: 1), relation: .replace, sampling: scheme, repetitions: 1)
      }
    }
    #expect(throws: FLMathError.privacy(.outOfRange(.repetitions, found: 0))) {
      try PrivacyEvent(
        .gaussian(noiseMultiplier: 1), relation: .replace, sampling: .none, repetitions: 0)
    }
  }

  private static let accountants:
    [@Sendable (NeighbouringRelation) throws -> any PrivacyAccountant] =
      [
        { try RenyiAccountant(relation: $0) }, { ZeroConcentratedAccountant(relation: $0) },
        { try PrivacyLossAccountant(relation: $0) },
      ]

  private func expectRefusal(
    _ accountant: any PrivacyAccountant, _ event: PrivacyEvent, _ error: FLMathError
  ) throws {
    var accountant = accountant
    let plain = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), relation: accountant.relation, sampling: .none, repetitions: 1)
    #expect(throws: error) { try accountant.compose([plain, event]) }
    #expect(try accountant.epsilon(delta: 1e-5) == 0)
    #expect(try accountant.delta(epsilon: 0) == 0)
  }

  @Test("An event of another relation is refused by every accountant, and costs nothing")
  func otherRelation() throws {
    for make in Self.accountants {
      for own in NeighbouringRelation.allCases {
        for other in NeighbouringRelation.allCases where other != own {
          let event = try PrivacyEvent(
            .gaussian(noiseMultiplier: 2), relation: other, sampling: .none, repetitions: 1)
          try expectRefusal(
            make(own), event, .accounting(.otherRelation(event: other, accountant: own)))
        }
      }
    }
  }

  @Test("What an accountant has no bound for is refused, and costs nothing")
  func unsupported() throws {
    let withoutReplacement = Self.schemes[2]
    func check(
      _ accountant: any PrivacyAccountant, _ mechanism: PrivacyEvent.Mechanism = Self.events[0],
      _ sampling: SamplingScheme = .none
    ) throws {
      let event = try PrivacyEvent(
        mechanism, relation: accountant.relation, sampling: sampling, repetitions: 1)
      try expectRefusal(accountant, event, .accounting(.unsupported(event)))
    }
    try check(RenyiAccountant(relation: .replace), Self.events[0], Self.schemes[1])
    for relation in [NeighbouringRelation.addOrRemove, .zeroOut] {
      try check(RenyiAccountant(relation: relation), Self.events[0], withoutReplacement)
      try check(ZeroConcentratedAccountant(relation: relation), Self.events[0], Self.schemes[1])
    }
    try check(PrivacyLossAccountant(relation: .addOrRemove), Self.events[0], withoutReplacement)
    try check(ZeroConcentratedAccountant(relation: .zeroOut), Self.events[2])
    try check(PrivacyLossAccountant(relation: .zeroOut), Self.events[2], withoutReplacement)
  }

  @Test("Zero-out costs what adding or removing does, where the server adds the noise")
  func zeroOut() throws {
    for make in Self.accountants {
      for sampling in Self.schemes.prefix(2) {
        let epsilons = try [NeighbouringRelation.addOrRemove, .zeroOut].map { relation in
          var accountant = try make(relation)
          let event = try PrivacyEvent(
            .gaussian(noiseMultiplier: 2), relation: relation, sampling: sampling, repetitions: 9)
          guard sampling == .none || !(accountant is ZeroConcentratedAccountant) else { return 0.0 }
          try accountant.compose(event)
          return try accountant.epsilon(delta: 1e-6)
        }
        #expect(epsilons[0] == epsilons[1])
      }
    }
  }

  @Test("Impossible questions are refused, and the limits answered")
  func limits() throws {
    let event = try PrivacyEvent(
      .gaussian(noiseMultiplier: 1), relation: .addOrRemove, sampling: .poisson(probability: 0.5),
      repetitions: 2)
    func check(_ accountant: some PrivacyAccountant, with event: PrivacyEvent) throws {
      var accountant = accountant
      for delta in [-0.1, 1.1, .nan] as [Double] {
        #expect(throws: FLMathError.self) { try accountant.epsilon(delta: delta) }
      }
      #expect(throws: FLMathError.self) { try accountant.delta(epsilon: -1) }
      #expect(try accountant.epsilon(delta: 0) == 0)
      try accountant.compose(event)
      #expect(try accountant.epsilon(delta: 0) == .infinity)
      #expect(try accountant.epsilon(delta: 1) == 0)
      #expect(try accountant.delta(epsilon: .infinity) == 0)
      #expect(try accountant.delta(epsilon: 0) > 0)
    }
    try check(RenyiAccountant(relation: .addOrRemove), with: event)
    try check(PrivacyLossAccountant(relation: .addOrRemove), with: event)
    let plain = try PrivacyEvent(
      event.mechanism, relation: .replace, sampling: .none, repetitions: 2)
    try check(ZeroConcentratedAccountant(relation: .replace), with: plain)
    #expect(throws: FLMathError.self) {
      try RenyiAccountant(relation: .replace, orders: [1])
    }
    #expect(throws: FLMathError.self) {
      try RenyiAccountant(relation: .replace, orders: [])
    }
    #expect(throws: FLMathError.self) {
      try PrivacyLossAccountant(relation: .replace, accuracy: 0)
    }
  }
}
