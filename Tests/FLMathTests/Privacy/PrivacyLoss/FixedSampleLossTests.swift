import Testing

@testable import FLMath

/// Intervals for samples of fixed size, against all samples of a few records
/// (`Scripts/privacy-loss-reference-values.py`).
@Suite("Privacy losses of samples of fixed size")
struct FixedSampleLossTests {
  private func event(
    _ relation: NeighbouringRelation, noiseMultiplier: Double, sample: Int, population: Int,
    rounds: Int
  ) throws -> PrivacyEvent {
    try PrivacyEvent(
      .gaussian(noiseMultiplier: noiseMultiplier), relation: relation,
      sampling: .withoutReplacement(sampleSize: sample, population: population),
      repetitions: rounds)
  }

  private func accountant(
    _ events: [PrivacyEvent], accuracy: Double = 1e-2
  ) throws -> PrivacyLossAccountant {
    var accountant = try PrivacyLossAccountant(
      relation: events[0].relation, accuracy: accuracy)
    try accountant.compose(events)
    return accountant
  }

  @Test(
    "No two lists of records have a delta above the upper end, the worst none below the lower end")
  func enclosed() throws {
    let rows = try ReferenceValues.file("dp_fixed_samples").list("rows")
    #expect(rows.count >= 60)
    for row in rows {
      let relation = try #require(NeighbouringRelation(rawValue: row.text("relation")))
      let event = try event(
        relation, noiseMultiplier: row.number("z") / relation.sensitivityFactor,
        sample: row.int("sample"), population: row.numbers("first").count,
        rounds: row.int("rounds"))
      let accountant = try accountant([event], accuracy: 4e-3)
      guard case .flag(let isWorst) = try row("worst") else {
        throw ReferenceValues.Missing(what: "worst")
      }
      for pair in try row.list("deltas") {
        let (epsilon, delta) = (try pair.list[0].number, try pair.list[1].number)
        let deltas = try accountant.deltaInterval(epsilon: epsilon)
        #expect(deltas.upperBound >= delta * (1 - 1e-7), "\(deltas) \(pair) \(row)")
        guard isWorst else { continue }
        // The worst pair attains the lower end, and in one round the upper end too.
        #expect(relativeError(deltas.lowerBound, delta) < 0.1, "\(deltas) \(pair) \(row)")
        #expect(deltas.lowerBound <= delta * (1 + 1e-7), "\(deltas) \(pair) \(row)")
        if try row.int("rounds") == 1 {
          #expect(relativeError(deltas.upperBound, delta) < 0.1, "\(deltas) \(pair) \(row)")
        }
        if epsilon > 0 {
          let epsilons = try accountant.epsilonInterval(delta: delta)
          #expect(epsilons.lowerBound <= epsilon + 1e-6, "\(epsilons) \(pair) \(row)")
          #expect(epsilons.upperBound >= epsilon - 1e-6, "\(epsilons) \(pair) \(row)")
        }
      }
    }
  }

  static let cases: [(sample: Int, population: Int, z: Double, rounds: Int)] = [
    (10, 1000, 1, 300), (10, 100, 3, 100), (50, 100, 3, 50),
    (1, 1000, 0.7, 100),
    (20, 1000, 2, 500), (90, 100, 3, 10), (30, 100, 30, 1000),
  ]

  @Test(
    "Replacing: the lower end is the cost of Poisson samples, and Renyi divergences are above the upper end",
    arguments: cases.indices)
  func replace(index: Int) throws {
    let (sample, population, z, rounds) = Self.cases[index]
    let event = try event(
      .replace, noiseMultiplier: z, sample: sample, population: population, rounds: rounds)
    let poisson = try PrivacyEvent(
      .gaussian(noiseMultiplier: z), relation: .addOrRemove,
      sampling: .poisson(probability: Double(sample) / Double(population)), repetitions: rounds)
    let (fixed, other) = (try accountant([event]), try accountant([poisson]))
    var renyi = try RenyiAccountant(relation: .replace)
    try renyi.compose(event)
    for delta in [1e-3, 1e-6] {
      let interval = try fixed.epsilonInterval(delta: delta)
      let reference = try other.epsilonInterval(delta: delta)
      #expect(interval.lowerBound == reference.lowerBound, "\(interval) \(reference)")
      #expect(interval.upperBound < 1.3 * interval.lowerBound, "\(interval)")
      #expect(try renyi.epsilon(delta: delta) > 1.1 * interval.upperBound, "\(interval)")
      #expect(try fixed.epsilon(delta: delta) == interval.upperBound)
    }
  }

  /// In Poisson samples, the place of a record that does not take part is empty. Here its opposite may take it.
  @Test("Zeroing out costs more than in Poisson samples, and less than replacing")
  func zeroOut() throws {
    for (sample, population, z, rounds) in Self.cases.prefix(4) {
      let zeroed = try accountant([
        event(.zeroOut, noiseMultiplier: z, sample: sample, population: population, rounds: rounds)
      ])
      let replaced = try accountant([
        event(
          .replace, noiseMultiplier: z / 2, sample: sample, population: population, rounds: rounds)
      ])
      let poisson = try accountant([
        PrivacyEvent(
          .gaussian(noiseMultiplier: z), relation: .zeroOut,
          sampling: .poisson(probability: Double(sample) / Double(population)),
          repetitions: rounds)
      ])
      let interval = try zeroed.epsilonInterval(delta: 1e-5)
      #expect(interval.upperBound < 1.2 * interval.lowerBound, "\(interval)")
      #expect(interval.lowerBound > (try poisson.epsilon(delta: 1e-5)), "\(interval)")
      #expect(interval.upperBound < (try replaced.epsilonInterval(delta: 1e-5).lowerBound))
    }
  }

  @Test("A sample of all records is no sample")
  func everybody() throws {
    for relation in [NeighbouringRelation.replace, .zeroOut] {
      let all = try accountant([
        event(relation, noiseMultiplier: 2, sample: 30, population: 30, rounds: 7)
      ])
      let none = try accountant([
        PrivacyEvent(
          .gaussian(noiseMultiplier: 2), relation: relation, sampling: .none, repetitions: 7)
      ])
      #expect(try all.epsilonInterval(delta: 1e-5) == none.epsilonInterval(delta: 1e-5))
    }
  }

  @Test("Samples of fixed size, Poisson samples and events without sampling together")
  func mixed() throws {
    for relation in [NeighbouringRelation.replace, .zeroOut] {
      let events = [
        try event(relation, noiseMultiplier: 2, sample: 5, population: 100, rounds: 50),
        try PrivacyEvent(
          .gaussian(noiseMultiplier: 1.5), relation: relation,
          sampling: .poisson(probability: 0.05), repetitions: 40),
        try PrivacyEvent(
          .gaussian(noiseMultiplier: 6), relation: relation, sampling: .none, repetitions: 3),
      ]
      let all = try accountant(events).epsilonInterval(delta: 1e-6)
      var renyi = try RenyiAccountant(relation: .addOrRemove)
      for index in events.indices {
        let alone = try accountant([events[index]]).epsilonInterval(delta: 1e-6)
        #expect(alone.lowerBound < all.lowerBound && alone.upperBound < all.upperBound)
        // What Poisson samples with the lower end of all three would cost: no more than this.
        try renyi.compose(
          PrivacyEvent(
            events[index].mechanism, relation: .addOrRemove,
            sampling: .poisson(probability: events[index].sampling.probability),
            repetitions: events[index].repetitions))
      }
      if relation == .replace { #expect(try renyi.epsilon(delta: 1e-6) > all.lowerBound) }
      #expect(all.upperBound < 1.3 * all.lowerBound, "\(all)")
    }
  }

  @Test("Sums of discrete Gaussians in samples of fixed size cost nearly what Gaussian noise does")
  func discrete() throws {
    for relation in [NeighbouringRelation.replace, .zeroOut] {
      let scheme = SamplingScheme.withoutReplacement(sampleSize: 10, population: 100)
      let discrete = try PrivacyEvent(
        .discreteGaussianSum(
          l1Ratio: 1, l2Ratio: 0.5, standardDeviation: 200, tau: 0, dimension: 50),
        relation: relation, sampling: scheme, repetitions: 30)
      let gaussian = try event(
        relation, noiseMultiplier: 2, sample: 10, population: 100, rounds: 30)
      let found = try accountant([discrete]).epsilonInterval(delta: 1e-5)
      let expected = try accountant([gaussian]).epsilonInterval(delta: 1e-5)
      #expect(found.upperBound >= expected.upperBound - 1e-3)
      #expect(found.lowerBound <= expected.lowerBound + 1e-3)
      #expect(relativeError(found.upperBound, expected.upperBound) < 2e-3)
      #expect(relativeError(found.lowerBound, expected.lowerBound) < 2e-3)
    }
  }

  /// Where the loss is not monotone, its inverse has two branches.
  @Test(
    "Masses of losses add up, and each has the ratio of its loss",
    arguments: [(0.3, 1.0), (0.01, 0.4), (0.9, 5.0), (1e-6, 2.0), (0.5, 0.1), (1e-12, 30)])
  func masses(probability: Double, z: Double) {
    var losses: [any PrivacyLossVariable] = []
    for direction in [GaussianLoss.Direction.zeroAmongOpposites, .fillAmongOpposites] {
      losses.append(
        GaussianLoss(noiseMultiplier: z, probability: probability, direction: direction))
    }
    for (above, below) in [(false, false), (true, false), (false, true)] {
      losses.append(
        FixedSampleLoss(
          noiseMultiplier: z, probability: probability, hasOppositesAbove: above,
          hasOppositesBelow: below))
    }
    for loss in losses {
      let range = loss.range(tail: 1e-12)
      let step = (range.high - range.low) / 500
      var (first, second) = (0.0, 0.0)
      var low = -Double.infinity
      for index in -5...505 {
        let high = index == 505 ? Double.infinity : range.low + Double(index) * step
        let masses = loss.masses(between: low, and: high)
        first += masses.first
        second += masses.second
        #expect(masses.first >= 0 && masses.second >= 0)
        if masses.second > 1e-9, masses.first > 1e-9 {
          let ratio = Double.logarithm(masses.first / masses.second)
          #expect(ratio >= low - 1e-6 && ratio <= high + 1e-6, "\(low) \(high) \(ratio)")
        }
        if low < range.low - step || low > range.high + step { #expect(masses.first <= 2e-12) }
        low = high
      }
      #expect(abs(first - 1) < 1e-12 && abs(second - 1) < 1e-12, "\(first) \(second)")
    }
  }

  /// The bound of the moment, by which early answers are given, is no less than what masses say.
  @Test("Moments of losses are not understated", arguments: [0.5, 3, 20])
  func moments(tilt: Double) {
    for (probability, z) in [(0.3, 1.0), (0.01, 0.6), (0.9, 5.0)] {
      for (above, below) in [(false, false), (true, false), (false, true)] {
        let loss = FixedSampleLoss(
          noiseMultiplier: z, probability: probability, hasOppositesAbove: above,
          hasOppositesBelow: below)
        var sum = 0.0
        let step = 0.02
        for index in -1000...1500 {
          let low = Double(index) * step
          sum += loss.masses(between: low, and: low + step).first * Double.exponential(tilt * low)
        }
        #expect(loss.logMoment(tilt: tilt) >= Double.logarithm(sum) - 1e-9)
      }
    }
  }
}
