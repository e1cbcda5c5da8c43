import Testing

@testable import FLMath

@Suite("Distributed noise")
struct DistributedNoiseTests {
  private func parameters(_ row: ReferenceValues) throws -> DistributedNoiseParameters {
    let noise: DistributedNoiseParameters.Noise =
      try row.text("mechanism") == "skellam" ? .skellam : .discreteGaussian
    let clients = try row.int("clients")
    return try DistributedNoiseParameters(
      .init(
        noise: noise, noiseMultiplier: row.number("noise_multiplier"),
        clip: row.number("l2_clip"), dimension: row.int("dim"), bits: row.int("bits"),
        contributors: clients, survivingHonest: clients, roundingBias: row.number("beta"),
        wrapProbability: row.number("modclip_prob")))
  }

  @Test("The published numbers end to end: scale, bounds, tau, divergences and epsilon")
  func endToEnd() throws {
    for row in try ReferenceValues.file("dp_distributed").list("end_to_end") {
      let found = try parameters(row)
      #expect(found.paddedDimension == (try row.int("padded_dim")))
      for (value, key) in [
        (found.localStandardDeviation, "local_stddev"), (found.scale, "scale"),
        (found.scaledLocalStandardDeviation, "scaled_local_stddev"),
        (found.scaledL2Bound, "scaled_l2_sensitivity"),
        (found.scaledL1Bound, "scaled_l1_sensitivity"),
        (found.scaledL2Bound / found.scale, "inflated_l2"),
      ] {
        #expect(relativeError(value, try row.number(key)) < 1e-12, "\(key) \(row)")
      }
      if let tau = row.optional("tau") {
        // Where tau is 10^-68, its exponent has lost two digits.
        #expect(relativeError(found.tau, try tau.number) < 1e-10, "\(row)")
      }
      let q = try row.number("q")
      guard q == 1 else {
        // The reference amplifies by sampling, which the amount of noise undoes.
        #expect(throws: FLMathError.privacy(.noiseRevealsParticipation)) {
          try found.event(
            relation: .zeroOut, sampling: .poisson(probability: q), rounds: row.int("steps"))
        }
        continue
      }
      let event = try found.event(
        relation: .zeroOut, sampling: .none, rounds: row.int("steps"))
      let orders = [2, 3, 8, 32, 128]
      var some = try RenyiAccountant(relation: .zeroOut, orders: orders.map(Double.init))
      try some.compose(event)
      for (order, divergence) in zip(orders, some.divergences) {
        let expected = try row("rdp_at").number("\(order)")
        #expect(abs(divergence - expected) < 1e-12 * expected, "\(order) \(row)")
      }
      var accountant = try RenyiAccountant(
        relation: .zeroOut, orders: RenyiAccountantTests.wholeOrders)
      try accountant.compose(event)
      let optimum = try accountant.optimum(delta: row.number("delta"))
      #expect(relativeError(optimum.epsilon, try row.number("epsilon")) < 1e-9, "\(row)")
      #expect(optimum.order == (try row.number("order")))
    }
  }

  @Test("Other numbers, with fewer honest clients than contributors, agree with mpmath")
  func wide() throws {
    for row in try ReferenceValues.file("dp_wide_distributed").list("rows") {
      let noise = try #require(DistributedNoiseParameters.Noise(rawValue: row.text("noise")))
      let found = try DistributedNoiseParameters(
        .init(
          noise: noise, noiseMultiplier: row.number("z"), clip: row.number("clip"),
          dimension: row.int("dimension"), bits: row.int("bits"),
          contributors: row.int("contributors"), survivingHonest: row.int("honest"),
          roundingBias: row.number("beta"), wrapProbability: row.number("wrap")))
      #expect(found.paddedDimension == (try row.int("padded")))
      for (value, key) in [
        (found.scale, "scale"), (found.scaledLocalStandardDeviation, "scaled_local_stddev"),
        (found.scaledL2Bound, "scaled_l2"), (found.scaledL1Bound, "scaled_l1"),
      ] {
        #expect(relativeError(value, try row.number(key)) < 1e-12, "\(key) \(row)")
      }
      if let tau = row.optional("tau") {
        let expected = try tau.number
        #expect(relativeError(found.tau, expected) < 1e-10 || expected < 1e-250, "\(row)")
      }
      let event = try found.event(relation: .zeroOut, sampling: .none, rounds: 1)
      let orders = try row.list("rdp").map { try $0.list[0].number }
      var accountant = try RenyiAccountant(relation: .zeroOut, orders: orders)
      try accountant.compose(event)
      for (pair, divergence) in zip(try row.list("rdp"), accountant.divergences) {
        #expect(relativeError(divergence, try pair.list[1].number) < 1e-12, "\(row)")
      }
    }
  }

  /// Adaptive clipping changes the bound between rounds, and a ledger may insist on events of one kind.
  @Test("What a round costs does not depend on the clipping bound, to the last bit")
  func clipIndependence() throws {
    for noise in DistributedNoiseParameters.Noise.allCases {
      var choice = DistributedNoiseParameters.Choice(
        noise: noise, noiseMultiplier: 1.3, clip: 1, dimension: 1000, bits: 20,
        contributors: 100, survivingHonest: 77)
      let event = try DistributedNoiseParameters(choice)
        .event(relation: .zeroOut, sampling: .none, rounds: 1)
      for clip in [0.1, 1.0 / 3, 0.7071067811865476, 1.9134, 1e-9, 3e12] {
        choice.clip = clip
        let parameters = try DistributedNoiseParameters(choice)
        #expect(
          try parameters.event(relation: .zeroOut, sampling: .none, rounds: 1) == event, "\(clip)")
      }
    }
  }

  @Test("The published units: norms after rounding, tau, divergences")
  func units() throws {
    let units = try ReferenceValues.file("dp_distributed")("units")
    for row in try units.list("rounded_l2") {
      let bound = RoundedNorm.euclidean(
        norm: try row.number("c"), dimension: try row.int("dim"), bias: try row.number("beta"))
      #expect(relativeError(bound, try row.number("value")) < 1e-12, "\(row)")
    }
    for row in try units.list("tau") {
      let tau = DistributedNoiseParameters.tau(
        summands: try row.int("clients"),
        standardDeviation: try row.number("scaled_local_stddev"))
      #expect(relativeError(tau, try row.number("tau")) < 1e-12, "\(row)")
    }
    for row in try units.list("ddg_rdp") {
      let divergence = RenyiDivergences.discreteGaussianSum(
        order: try row.number("alpha"), l1Ratio: try row.number("l1"),
        l2Ratio: try row.number("l2"), tau: try row.number("tau"),
        dimension: try row.number("dim"))
      #expect(relativeError(divergence, try row.number("rdp")) < 1e-12, "\(row)")
    }
    for row in try units.list("skellam_rdp") {
      let divergence = RenyiDivergences.skellam(
        order: try row.number("alpha"), l1: try row.number("l1"), l2: try row.number("l2"),
        variance: try row.number("var"))
      #expect(relativeError(divergence, try row.number("rdp")) < 1e-12, "\(row)")
    }
  }

  @Test("The bound for Skellam noise is above the exact divergence, and the right way round")
  func skellamBound() throws {
    let units = try ReferenceValues.file("dp_distributed")("units")
    for row in try units.list("skellam_brute_force_1d") {
      let shift = try row.number("shift")
      let bound = RenyiDivergences.skellam(
        order: try row.number("alpha"), l1: shift, l2: shift, variance: try row.number("var"))
      #expect(relativeError(bound, try row.number("bound")) < 1e-12)
      #expect(bound >= (try row.number("exact_renyi")))
    }
  }

  @Test("Replacing a record doubles the bounds of zeroing it out")
  func relations() throws {
    let found = try DistributedNoiseParameters(
      .init(
        noise: .discreteGaussian, noiseMultiplier: 2, clip: 1, dimension: 10, bits: 16,
        contributors: 10, survivingHonest: 6))
    func epsilon(_ relation: NeighbouringRelation) throws -> Double {
      var accountant = ZeroConcentratedAccountant(relation: relation)
      try accountant.compose(found.event(relation: relation, sampling: .none, rounds: 1))
      return accountant.rho
    }
    #expect(relativeError(try epsilon(.replace), 4 * (try epsilon(.zeroOut))) < 1e-6)
  }

  @Test("Noise that clients share neither hides that one is gone nor who was sampled")
  func noiseOfClients() throws {
    func parameters(honest: Int) throws -> DistributedNoiseParameters {
      try DistributedNoiseParameters(
        .init(
          noise: .discreteGaussian, noiseMultiplier: 2, clip: 1, dimension: 10, bits: 16,
          contributors: 10, survivingHonest: honest))
    }
    let fixed = SamplingScheme.withoutReplacement(sampleSize: 10, population: 100)
    for noise in [try parameters(honest: 10), try parameters(honest: 6)] {
      #expect(throws: FLMathError.privacy(.noiseLeavesWithClient)) {
        try noise.event(relation: .addOrRemove, sampling: .none, rounds: 1)
      }
      for relation in [NeighbouringRelation.zeroOut, .replace] {
        #expect(throws: FLMathError.privacy(.noiseRevealsParticipation)) {
          try noise.event(relation: relation, sampling: .poisson(probability: 0.1), rounds: 1)
        }
        #expect(
          try noise.event(relation: relation, sampling: .none, rounds: 1).relation == relation)
      }
    }
    // A sample of fixed size has the same noise whoever is in it, if all of it is sure to come.
    #expect(throws: FLMathError.privacy(.noiseRevealsParticipation)) {
      try parameters(honest: 6).event(relation: .replace, sampling: fixed, rounds: 1)
    }
    _ = try parameters(honest: 10).event(relation: .replace, sampling: fixed, rounds: 1)
  }

  @Test("Honest survivors: the fewest contributors less every corrupt client")
  func survivors() throws {
    func survivors(_ cohort: Int, _ minimum: Int, _ fraction: Double) throws -> Int {
      try DistributedNoiseParameters.survivingHonest(
        cohort: cohort, minimumContributors: minimum, corruptFraction: fraction)
    }
    #expect(try survivors(100, 90, 0.29) == 61)
    #expect(try survivors(100, 100, 0) == 100)
    #expect(try survivors(10, 7, 0.33) == 4)
    #expect(throws: FLMathError.privacy(.outOfRange(.survivors, found: 0))) {
      try survivors(10, 3, 0.3)
    }
    #expect(throws: FLMathError.self) { try survivors(10, 11, 0.3) }
    #expect(throws: FLMathError.self) { try survivors(10, 5, 1) }
  }

  @Test("Fewer honest clients mean larger shares: the noise of the honest together stays")
  func shares() throws {
    func share(_ honest: Int) throws -> Double {
      try DistributedNoiseParameters(
        .init(
          noise: .skellam, noiseMultiplier: 2, clip: 3, dimension: 10, bits: 16, contributors: 50,
          survivingHonest: honest)
      ).localStandardDeviation * Double(honest).squareRoot()
    }
    for honest in [1, 7, 50] { #expect(relativeError(try share(honest), 6) < 1e-14) }
  }

  @Test("Choices that cannot be are refused")
  func refusals() {
    let valid = DistributedNoiseParameters.Choice(
      noise: .skellam, noiseMultiplier: 1, clip: 1, dimension: 10, bits: 16, contributors: 10,
      survivingHonest: 5)
    let changes: [@Sendable (inout DistributedNoiseParameters.Choice) -> Void] = [
      { $0.noiseMultiplier = 0 }, { $0.clip = .infinity }, { $0.dimension = 0 },
      { $0.dimension = 1 << 31 }, { $0.bits = 1 }, { $0.bits = 53 }, { $0.contributors = 0 },
      { $0.survivingHonest = 0 }, { $0.survivingHonest = 11 }, { $0.roundingBias = 1 },
      { $0.roundingBias = -0.1 }, { $0.wrapProbability = 0 }, { $0.wrapProbability = 1 },
      { ($0.bits, $0.contributors) = (4, 100) },
    ]
    #expect(throws: Never.self) { try DistributedNoiseParameters(valid) }
    for change in changes {
      var choice = valid
      change(&choice)
      #expect(throws: FLMathError.self, "\(choice)") {
        try DistributedNoiseParameters(choice)
      }
    }
  }
}
