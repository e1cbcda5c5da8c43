import FLMath
import Foundation
import Testing

@Suite("Participation rule and cost of correlated noise")
struct ParticipationTests {
  @Test("A client is refused before its time and after its last round")
  func record() throws {
    let rule = try ParticipationRule(maximum: 3, minimumSeparation: 5)
    var record = ParticipationSchedule<String>(rule: rule)
    try record.record("a", round: 2)
    for round in [2, 3, 6, 0] {
      #expect(throws: FLMathError.participation(.tooSoon(lastRound: 2, earliest: 7, found: round)))
      {
        try record.record("a", round: round)
      }
    }
    #expect(record.participations(of: "a") == 1)
    try record.record("b", round: 6)
    try record.record("a", round: 7)
    try record.record("a", round: 100)
    #expect(throws: FLMathError.participation(.tooManyParticipations(maximum: 3))) {
      try record.record("a", round: 200)
    }
    #expect(throws: FLMathError.participation(.negativeRound(found: -1))) {
      try record.record("c", round: -1)
    }
    #expect(record.participations(of: "a") == 3)
    #expect(record.participations(of: "c") == 0)
  }

  @Test("Every schedule that the record accepts fits the rule, and no round overflows")
  func schedules() throws {
    let rule = try ParticipationRule(maximum: 4, minimumSeparation: 3)
    for set in 0..<(1 << 12) {
      let rounds = (0..<12).filter { set >> $0 & 1 == 1 }
      let fits =
        rounds.count <= 4 && zip(rounds, rounds.dropFirst()).allSatisfy { $1 - $0 >= 3 }
      var record = ParticipationSchedule<Int>(rule: rule)
      var accepted = true
      for round in rounds {
        do { try record.record(1, round: round) } catch { accepted = false }
      }
      #expect(accepted == fits)
    }
    var record = ParticipationSchedule<Int>(rule: rule)
    try record.record(1, round: .max)
    #expect(throws: FLMathError.self) { try record.record(1, round: .max) }
    #expect(rule.participations(in: 6) == 2)
    #expect(rule.participations(in: 7) == 3)
    #expect(rule.participations(in: 1000) == 4)
    #expect(rule.participations(in: 0) == 0)
  }

  @Test("A record survives its encoding; one with a count below 1 is refused")
  func coding() throws {
    var record = ParticipationSchedule<Int>(
      rule: try ParticipationRule(maximum: 2, minimumSeparation: 4))
    try record.record(7, round: 1)
    let data = try JSONEncoder().encode(record)
    var read = try JSONDecoder().decode(ParticipationSchedule<Int>.self, from: data)
    #expect(throws: FLMathError.participation(.tooSoon(lastRound: 1, earliest: 5, found: 4))) {
      try read.record(7, round: 4)
    }
    let text = try #require(String(data: data, encoding: .utf8))
    for (from, to) in [
      ("\"count\":1", "\"count\":-5"), ("\"maximum\":2", "\"maximum\":0"),
      ("\"minimumSeparation\":4", "\"minimumSeparation\":0"),
    ] {
      let damaged = text.replacingOccurrences(of: from, with: to)
      #expect(damaged != text)
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(ParticipationSchedule<Int>.self, from: Data(damaged.utf8))
      }
    }
  }

  @Test("A rule outside its range is refused", arguments: [0, -3, 1 << 31])
  func rules(value: Int) {
    #expect(throws: FLMathError.privacy(.outOfRange(.participations, found: Double(value)))) {
      try ParticipationRule(maximum: value, minimumSeparation: 1)
    }
    #expect(throws: FLMathError.privacy(.outOfRange(.separation, found: Double(value)))) {
      try ParticipationRule(maximum: 1, minimumSeparation: value)
    }
  }

  @Test("The event is one Gaussian release under the plan's relation, calibrated to its target")
  func event() throws {
    let rule = try ParticipationRule(maximum: 5, minimumSeparation: 20)
    let strategy = try ToeplitzStrategy.optimal(
      bands: 20, rounds: 100, participation: rule, error: .mean)
    let multiplier = try GaussianMechanism.calibrated(
      epsilon: 3, delta: 1e-6, sensitivity: 1
    ).standardDeviation
    for relation in NeighbouringRelation.allCases {
      let noise = try CorrelatedNoise(
        .toeplitz(strategy), rounds: 100, participation: rule, relation: relation, clip: 0.3,
        noiseMultiplier: multiplier)
      #expect(
        noise.event
          == (try PrivacyEvent(
            .gaussian(noiseMultiplier: multiplier), relation: relation, sampling: .none,
            repetitions: 1)))
      #expect(relativeError(noise.standardDeviation / noise.sensitivity, multiplier) < 1e-15)
      var accountant = try PrivacyLossAccountant(relation: relation)
      try accountant.compose(noise.event)
      let epsilon = try accountant.epsilon(delta: 1e-6)
      #expect(epsilon <= 3 * (1 + 1e-12) && epsilon > 3 * (1 - 1e-9))
      let found = try NoiseCalibration.noiseMultiplier(
        epsilon: 3, delta: 1e-6, accountant: PrivacyLossAccountant(relation: relation)
      ) { candidate throws(FLMathError) in
        [
          try CorrelatedNoise(
            .toeplitz(strategy), rounds: 100, participation: rule, relation: relation, clip: 0.3,
            noiseMultiplier: candidate
          ).event
        ]
      }
      #expect(relativeError(found, multiplier) < 2e-9)
    }
  }

  @Test("At the same privacy, independent noise as a plan is that of 100 composed rounds")
  func independentRounds() throws {
    let rounds = 100
    let noise = try CorrelatedNoise(
      .toeplitz(.independent), rounds: rounds,
      participation: ParticipationRule(maximum: rounds, minimumSeparation: 1),
      relation: .addOrRemove, clip: 1, noiseMultiplier: 0.7)
    var planned = ZeroConcentratedAccountant(relation: .addOrRemove)
    try planned.compose(noise.event)
    var composed = ZeroConcentratedAccountant(relation: .addOrRemove)
    try composed.compose(
      PrivacyEvent(
        .gaussian(noiseMultiplier: noise.standardDeviation), relation: .addOrRemove,
        sampling: .none, repetitions: rounds))
    #expect(relativeError(planned.rho, composed.rho) < 1e-13)
  }

  @Test("Numbers outside their ranges are refused")
  func refusals() {
    for value in [0, -1, .infinity, .nan] as [Double] {
      #expect(throws: FLMathError.self) {
        try CorrelatedNoise(
          .toeplitz(.independent), rounds: 3, participation: .once, relation: .zeroOut, clip: value,
          noiseMultiplier: 1)
      }
      #expect(throws: FLMathError.self) {
        try CorrelatedNoise(
          .toeplitz(.independent), rounds: 3, participation: .once, relation: .zeroOut, clip: 1,
          noiseMultiplier: value)
      }
    }
    for rounds in [0, -1, 1 << 21] {
      #expect(throws: FLMathError.privacy(.outOfRange(.rounds, found: Double(rounds)))) {
        try CorrelatedNoise(
          .toeplitz(.independent), rounds: rounds, participation: .once, relation: .zeroOut,
          clip: 1, noiseMultiplier: 1)
      }
    }
  }
}
