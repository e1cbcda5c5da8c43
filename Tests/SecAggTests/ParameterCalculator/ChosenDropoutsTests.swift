import FLMath
import Testing

@testable import SecAgg

/// The stronger question: the server chooses the dropouts after it has seen the graph, on every roster.
@Suite("Parameter calculator: chosen dropouts")
struct ChosenDropoutsTests {
  /// By a Python program of exact integers.
  @Test(
    "risks computed independently",
    arguments: [
      (1_000, 0.05, 900, 80, 54, -44.0534969528371, -50.5306935967175, -55.7469732132824),
      (500, 0.05, 450, 66, 44, -40.70307914338, -46.1989782655326, -49.0859389645964),
      (300, 0.3, 200, 60, 55, -27.7286035023996, -32.8453970766152, -35.7239946385337),
      (1_000, 0.05, 850, 114, 73, -41.2522538142494, -47.5269875834337, -53.2012445220661),
    ])
  func risks(
    cohortSize: Int, corrupt: Double, minimum: Int, degree: Int, threshold: Int, arcs: Double,
    both: Double, sets: Double
  ) throws {
    let risk = try SessionAssumptions(
      cohortSize: cohortSize, corruptFraction: corrupt, threatModel: .malicious,
      minimumContributors: minimum
    ).risk(of: GraphParameters(degree: degree, threshold: threshold))
    #expect(abs(risk.disconnection.log2 - arcs) < 1e-9)
    #expect(abs(try #require(risk.bothSecrets).log2 - both) < 1e-9)
    #expect(abs(try #require(risk.contributorSets).log2 - sets) < 1e-9)
    let sum = [arcs, both, sets].map { LogProbability(log2: $0).value }.reduce(0, +)
    #expect(abs(risk.leak.value / sum - 1) < 1e-9)
  }

  /// Degrees and thresholds that were computed for random dropouts, and what chosen ones make of them.
  @Test(
    "parameters for random dropouts do not withstand chosen ones",
    arguments: [(10_000, 96, 64, -36.2), (100_000, 106, 70, -30.1), (1_000_000, 114, 75, -25.9)])
  func random(cohortSize: Int, degree: Int, threshold: Int, leak: Double) throws {
    func risk(_ dropouts: SessionAssumptions.Dropouts) throws -> GraphRisk {
      try SessionAssumptions(
        cohortSize: cohortSize, threatModel: .malicious, dropouts: dropouts, rosters: .full
      ).risk(of: GraphParameters(degree: degree, threshold: threshold))
    }
    #expect(try risk(.random).leak.log2 < -40)
    #expect(abs(try risk(.chosen).leak.log2 - leak) < 0.05)
  }

  /// By a Python program in floating point that tries every degree and threshold: 5 % of the clients
  /// corrupt, 10 % dropped; on the full roster, on any, on any with the corrupt clients among those that
  /// drop out.
  @Test(
    "answers computed independently",
    arguments: [
      (50, (14, 9), (14, 9), (18, 11)),
      (100, (28, 18), (28, 18), (38, 23)),
      (500, (66, 44), (66, 44), (94, 60)),
      (1_000, (78, 52), (80, 54), (114, 73)),
      (2_000, (88, 59), (90, 61), (132, 85)),
      (10_000, (100, 67), (102, 69), (156, 101)),
      (100_000, (112, 75), (118, 80), (176, 114)),
      (1_000_000, (124, 83), (130, 88), (192, 124)),
    ])
  func answers(cohortSize: Int, full: (Int, Int), any: (Int, Int), silent: (Int, Int)) throws {
    func graph(
      _ rosters: SessionAssumptions.Rosters, corruptClientsDropOut: Bool = false
    ) throws -> GraphParameters {
      try SessionAssumptions(
        cohortSize: cohortSize, threatModel: .malicious, rosters: rosters,
        corruptClientsDropOut: corruptClientsDropOut
      ).smallestGraph()
    }
    #expect(try graph(.full) == GraphParameters(degree: full.0, threshold: full.1))
    #expect(try graph(.any) == GraphParameters(degree: any.0, threshold: any.1))
    #expect(
      try graph(.any, corruptClientsDropOut: true)
        == GraphParameters(degree: silent.0, threshold: silent.1))
  }

  @Test(
    "the answer keeps to the limits; no threshold of a smaller degree does, nor a smaller threshold",
    arguments: [(60, 0.1, 0.1), (200, 0.05, 0.1), (333, 0.2, 0.05), (1_000, 0.05, 0.1)])
  func smallest(setting: (Int, Double, Double)) throws {
    let assumptions = try SessionAssumptions(
      cohortSize: setting.0, corruptFraction: setting.1, dropoutFraction: setting.2,
      threatModel: .malicious)
    func suffices(_ degree: Int, _ threshold: Int) throws -> Bool {
      let risk = try assumptions.risk(of: GraphParameters(degree: degree, threshold: threshold))
      return risk.leak.log2 <= -40 && risk.failure.log2 < -20
    }
    let graph = try assumptions.smallestGraph()
    #expect(try suffices(graph.degree, graph.threshold))
    #expect(try !suffices(graph.degree, graph.threshold - 1))
    for degree in stride(from: 2, to: graph.degree, by: 2) {
      for threshold in 2...degree {
        #expect(try !suffices(degree, threshold), "\(degree), \(threshold)")
      }
    }
  }

  /// The reason that one bound is enough: of all rosters, the smallest sparse one is the worst.
  @Test("no roster leaks more than the bound", arguments: [(40, 24), (60, 40), (60, 45)])
  func everyRoster(degree: Int, threshold: Int) throws {
    let (cohortSize, corrupt) = (300, 30)
    for minimum in [degree + 2, 150, 270, 300] {
      let bound = try SessionAssumptions(
        cohortSize: cohortSize, corruptFraction: 0.1, threatModel: .malicious,
        minimumContributors: minimum
      ).risk(of: GraphParameters(degree: degree, threshold: threshold)).leak
      for roster in stride(from: minimum, through: cohortSize, by: 7) {
        let risk = try SessionAssumptions(
          cohortSize: roster, corruptFraction: Double(corrupt) / Double(roster),
          threatModel: .malicious, rosters: .full
        ).risk(of: GraphParameters(degree: degree, threshold: threshold))
        #expect(risk.leak <= bound, "\(roster)")
      }
    }
  }

  @Test(
    "rosters that are joined completely leak if the corrupt clients are too many, and else nothing")
  func completeRosters() throws {
    func leak(
      _ model: ThreatModel, _ degree: Int, _ threshold: Int, minimum: Int
    ) throws -> Double {
      try SessionAssumptions(
        cohortSize: 100, corruptFraction: 0.1, threatModel: model, minimumContributors: minimum
      ).risk(of: GraphParameters(degree: degree, threshold: threshold)).leak.value
    }
    // In the complete graph: 10 corrupt clients, 99 neighbours.
    #expect(try leak(.malicious, 99, 55, minimum: 90) == 0)
    #expect(try leak(.malicious, 99, 54, minimum: 90) == 1)
    #expect(try leak(.semiHonest, 99, 11, minimum: 90) == 0)
    #expect(try leak(.semiHonest, 99, 10, minimum: 90) == 1)
    // A sparse graph of 40 neighbours: a roster of 41 is complete, and 26 shares are above half of 40 + 10.
    #expect(try leak(.malicious, 40, 25, minimum: 41) == 1)
    #expect(try leak(.malicious, 40, 25, minimum: 90) < 1)
    #expect(try leak(.malicious, 40, 38, minimum: 41) < 1)
    #expect(try leak(.semiHonest, 40, 10, minimum: 90) < 1)
    #expect(try leak(.semiHonest, 40, 10, minimum: 41) == 1)
  }

  @Test(
    "any parameters, within bounds that nothing overflows",
    arguments: [2, 4, 1_000, 524_288, (1 << 20) - 2, (1 << 20) - 1])
  func largest(degree: Int) throws {
    let cohortSize = 1 << 20
    for fraction in [0, 1e-6, 0.05, 0.5, (1.0).nextDown] {
      for minimum in [2, 1_000, cohortSize] {
        let assumptions = try SessionAssumptions(
          cohortSize: cohortSize, corruptFraction: fraction, threatModel: .malicious,
          minimumContributors: minimum)
        for threshold in Set([2, degree / 2 + 1, degree]) {
          let risk = try assumptions.risk(
            of: GraphParameters(degree: degree, threshold: threshold))
          #expect(risk.leak.value >= 0)
          #expect(risk.leak >= risk.disconnection)
        }
      }
    }
  }

  /// Up to half a million degrees are tried; in a debug build it takes seconds, not minutes.
  @Test(
    "assumptions that nearly the complete graph withstands, or nothing",
    arguments: [
      (0.4, 0.4, ThreatModel.malicious, false), (0.01, 0.49, .malicious, true),
      (0.45, 0.5, .semiHonest, true), (0.5, 0.5, .semiHonest, false),
    ])
  func hopeless(corrupt: Double, dropout: Double, model: ThreatModel, isPossible: Bool) throws {
    let assumptions = try SessionAssumptions(
      cohortSize: 1 << 20, corruptFraction: corrupt, dropoutFraction: dropout,
      threatModel: model)
    guard isPossible else {
      #expect(throws: GraphSearchError.self) { try assumptions.smallestGraph() }
      return
    }
    let graph = try assumptions.smallestGraph()
    #expect(graph.degree > 1 << 19)
    let risk = try assumptions.risk(of: graph)
    #expect(risk.leak.log2 <= -40)
    #expect(risk.failure.log2 < -20)
  }
}

/// The derivation, against the definition of a leak.
@Suite("Parameter calculator: chosen dropouts on small rings")
struct SmallRingTests {
  /// A place of the ring: corrupt, honest but not a contributor, or an honest contributor inside or
  /// outside of the set whose sum is wanted.
  private struct Ring: Sendable {
    let count: Int
    let degree: Int
    let threshold: Int
    let neighbours: [UInt32]

    init(count: Int, degree: Int, threshold: Int) {
      self.count = count
      self.degree = degree
      self.threshold = threshold
      neighbours = (0..<count).map { place in
        (1...degree / 2).reduce(0) { set, step in
          set | 1 << UInt32((place + step) % count) | 1 << UInt32((place + count - step) % count)
        }
      }
    }

    func places(of set: UInt32) -> [Int] { (0..<count).filter { set >> UInt32($0) & 1 == 1 } }

    private func common(_ place: Int, _ set: UInt32) -> Int {
      (neighbours[place] & set).nonzeroBitCount
    }

    /// Whether the server learns the sum of `inside`, by the protocol's rules.
    ///
    /// - Parameter withholds: whether it keeps from the clients in `inside` the shares of their neighbours
    ///   outside, with which they do not mask then.
    func leaks(
      corrupt: UInt32, dropped: UInt32, inside: UInt32, outside: UInt32, withholds: Bool
    ) -> Bool {
      let contributing = inside | outside
      let insiders = places(of: inside)
      // Whose shares a client has, and with whom it masks.
      func received(_ place: Int) -> UInt32 {
        withholds && inside >> UInt32(place) & 1 == 1
          ? neighbours[place] & ~outside : neighbours[place]
      }
      // A client rejects contributors among its neighbours of which it has no shares.
      var revealing: UInt32 = 0
      for place in places(of: contributing)
      where neighbours[place] & contributing & ~received(place) == 0 {
        revealing |= 1 << UInt32(place)
      }
      // The mask keys that come out: of clients that are not contributors, and of nobody else.
      var keys = corrupt
      for place in places(of: dropped) where common(place, revealing | corrupt) >= threshold {
        keys |= 1 << UInt32(place)
      }
      return insiders.allSatisfy { place in
        var maskedWith = received(place)
        // Nor does a server that withholds shares deliver those of clients whose keys stay hidden.
        if withholds { maskedWith &= ~(dropped & ~keys) }
        // With fewer, a client does not mask.
        guard maskedWith.nonzeroBitCount >= threshold else { return false }
        // Only masks with each other cancel, and only those with known keys can be taken off.
        guard maskedWith & ~(keys | inside) == 0 else { return false }
        return common(place, revealing | corrupt) >= threshold
      }
    }

    /// Whether two disjoint windows hold t - k/2 corrupt clients each, with a place between on both sides.
    func hasTwoWindows(_ corrupt: UInt32) -> Bool {
      let reach = degree / 2
      let needed = threshold - reach
      let rich = (0..<count).filter { start in
        (0..<reach).count { corrupt >> UInt32((start + $0) % count) & 1 == 1 } >= needed
      }
      return rich.contains { first in
        rich.contains { second in
          let distance = (second - first + count) % count
          return distance > reach && count - distance > reach
        }
      }
    }

    /// Whether some client has at least `number` corrupt neighbours.
    func exposes(_ corrupt: UInt32, _ number: Int) -> Bool {
      (0..<count).contains { common($0, corrupt) >= number }
    }
  }

  /// Everything that can be: each place is one of four. The first is inside; any other leak is one of these,
  /// turned.
  @Test(
    "every leak takes two windows, or a client with too many corrupt neighbours",
    arguments: [(8, 4, 3), (9, 4, 3), (9, 6, 5)], [false, true])
  func everyLeak(setting: (count: Int, degree: Int, threshold: Int), withholds: Bool) {
    let ring = Ring(
      count: setting.count, degree: setting.degree, threshold: setting.threshold)
    let both = 2 * ring.threshold - ring.degree
    var (leaks, throughWindows, unexplained) = (0, 0, 0)
    for code in 0..<(1 << (2 * (ring.count - 1))) {
      var sets: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 1, 0)
      for place in 1..<ring.count {
        let bit = UInt32(1) << UInt32(place)
        switch code >> (2 * (place - 1)) & 3 {
        case 0: sets.0 |= bit
        case 1: sets.1 |= bit
        case 2: sets.2 |= bit
        default: sets.3 |= bit
        }
      }
      guard sets.3 != 0,
        ring.leaks(
          corrupt: sets.0, dropped: sets.1, inside: sets.2, outside: sets.3, withholds: withholds)
      else { continue }
      leaks += 1
      let windows = ring.hasTwoWindows(sets.0)
      // Whoever withholds no shares gains nothing by 2t - k corrupt neighbours.
      let exposed = ring.exposes(sets.0, withholds ? both : ring.threshold)
      if windows, !exposed { throughWindows += 1 }
      if !windows, !exposed { unexplained += 1 }
    }
    #expect(leaks > 0)
    #expect(unexplained == 0)
    if !withholds { #expect(throughWindows > 0, "there is such an attack") }
  }

  /// The bound is the mean number of pairs of windows, and neighbouring windows are often rich together: the
  /// factors are 2.1, 5.2 and 6.6. The seed is fixed.
  @Test(
    "the bound is above the frequency, by a factor below 8",
    arguments: [(40, 8, 7, 8), (100, 16, 12, 12), (100, 20, 15, 15)])
  func frequency(count: Int, degree: Int, threshold: Int, corrupt: Int) {
    var generator = SimulationGenerator(seed: 71)
    let (reach, needed) = (degree / 2, threshold - degree / 2)
    let trials = 10_000
    var events = 0
    for _ in 0..<trials {
      var ring = [Int](repeating: 0, count: count)
      for index in 0..<corrupt { ring[index] = 1 }
      ring.shuffle(using: &generator)
      var inWindow = ring[0..<reach].reduce(0, +)
      var rich: [Int] = []
      for start in 0..<count {
        if inWindow >= needed { rich.append(start) }
        inWindow += ring[(start + reach) % count] - ring[start]
      }
      if rich.contains(where: { first in
        rich.contains { $0 - first > reach && count - $0 + first > reach }
      }) {
        events += 1
      }
    }
    let bound =
      ChosenDropouts(
        rosterSize: count, corruptClients: corrupt, degree: degree, threshold: threshold
      ).bothWindows.value * ChosenDropouts.windowPairs(count: count, degree: degree)
    let frequency = Double(events) / Double(trials)
    #expect(events > 20)
    #expect(frequency < bound)
    #expect(bound < 8 * frequency, "\(bound) for \(frequency)")
  }
}
