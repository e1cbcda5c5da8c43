import FLMath
import Foundation
import Testing

@Suite("Oort")
struct OortTests {
  private let everybody: Candidates

  init() throws {
    everybody = try Candidates(0..<20, optedOut: [])
  }

  private func report(
    _ client: UInt32, loss: Double, duration: Double = 1, examples: Int = 10
  ) -> Participation {
    Participation(
      client: client, examples: examples, rootMeanSquareLoss: loss, duration: duration)
  }

  /// Settings under which utilities are neither clipped nor explored.
  private var exploiting: Oort.Settings {
    var settings = Oort.Settings()
    settings.exploration = 0
    settings.minimumExploration = 0
    settings.clippingQuantile = 1
    return settings
  }

  @Test("Utility: examples times loss, the age of what is known, and slowness")
  func utility() throws {
    var oort = try Oort(size: 2, preferredDuration: 10, settings: exploiting)
    _ = try oort.select(from: everybody, seed: 1)
    oort.observe([report(1, loss: 2), report(2, loss: 3, duration: 40), report(3, loss: .nan)])
    for seed in 2...5 as ClosedRange<UInt64> {
      _ = try oort.select(from: everybody, seed: seed)
    }
    // Round 5, seen last in round 1; 40 s instead of 10 cost a factor of 16.
    let age = (0.1 * log(5)).squareRoot()
    #expect(abs(oort.utility(of: 1) - (20 + age)) < 1e-12)
    #expect(abs(oort.utility(of: 2) - (30 + age) / 16) < 1e-12)
    #expect(oort.utility(of: 3) == 0)
  }

  @Test("Utilities are clipped to a quantile of all")
  func clipping() throws {
    var settings = exploiting
    settings.clippingQuantile = 0.5
    var oort = try Oort(size: 4, preferredDuration: 10, settings: settings)
    _ = try oort.select(from: everybody, seed: 1)
    oort.observe([
      report(1, loss: 1), report(2, loss: 2), report(3, loss: 3), report(4, loss: 1_000),
    ])
    #expect(oort.utility(of: 1) == 10)
    #expect(oort.utility(of: 3) == 30)
    #expect(oort.utility(of: 4) == 30)
  }

  @Test("The first round explores, later ones more and more exploit")
  func exploration() throws {
    var settings = Oort.Settings()
    settings.exploration = 0.6
    settings.explorationDecay = 0.5
    var oort = try Oort(size: 5, preferredDuration: 10, settings: settings)
    let first = try oort.select(from: everybody, seed: 1)
    #expect(first.clients.count == 5)
    #expect(first.scheme == .dataDependent)
    oort.observe(first.clients.map { report($0, loss: 1) })
    // 0.3 of 5 newcomers, then 0.2, which is the least.
    for (round, newcomers) in [2, 1, 1].enumerated() {
      let known = Set((0..<20 as Range<UInt32>).filter { oort.utility(of: $0) > 0 })
      let cohort = try oort.select(from: everybody, seed: UInt64(round))
      #expect(cohort.clients.filter { !known.contains($0) }.count == newcomers)
      oort.observe(cohort.clients.map { report($0, loss: 1) })
    }
    #expect(oort.exploration == 0.2)
  }

  @Test("Exploitation draws among those near the best only")
  func cutOff() throws {
    for seed in 0..<40 as Range<UInt64> {
      var oort = try Oort(size: 2, preferredDuration: 10, settings: exploiting)
      _ = try oort.select(from: everybody, seed: seed)
      oort.observe((0..<20).map { report($0, loss: $0 >= 17 ? 10 : 9) })
      // The second best is 100; 95 % of it admits the three, and none of the 90s.
      let cohort = try oort.select(from: everybody, seed: seed)
      #expect(cohort.clients.allSatisfy { $0 >= 17 }, "seed \(seed)")
    }
  }

  @Test("Newcomers are drawn by speed")
  func speed() throws {
    let speeds = Dictionary(
      uniqueKeysWithValues: (0..<20 as Range<UInt32>).map { ($0, $0 < 10 ? 9.0 : 1) })
    var fast = 0
    for seed in 0..<2_000 as Range<UInt64> {
      var oort = try Oort(size: 1, preferredDuration: 10, speeds: speeds)
      if try oort.select(from: everybody, seed: seed).clients[0] < 10 { fast += 1 }
    }
    #expect(abs(fast - 1_800) < 90)
  }

  @Test("The pacer lets slower clients in when utility falls")
  func pacer() throws {
    var settings = exploiting
    settings.pacerWindow = 2
    settings.pacerStep = 7
    var oort = try Oort(size: 1, preferredDuration: 10, settings: settings)
    for (round, loss) in [4.0, 4, 3, 3, 5, 5].enumerated() {
      _ = try oort.select(from: everybody, seed: UInt64(round))
      // After four rounds 8 have become 6; after five and six it is more again: 7 to 8, 6 to 10.
      #expect(oort.preferredDuration == (round >= 4 ? 17 : 10))
      oort.observe([report(1, loss: loss)])
    }
    _ = try oort.select(from: everybody, seed: 1)
    #expect(oort.preferredDuration == 17)
  }

  @Test("Who has taken part too often is left out")
  func maximumParticipations() throws {
    var settings = exploiting
    settings.maximumParticipations = 2
    let three = try Candidates(0..<3, optedOut: [])
    var oort = try Oort(size: 1, preferredDuration: 10, settings: settings)
    var counts: [UInt32: Int] = [:]
    for seed in 0..<6 as Range<UInt64> {
      let client = try oort.select(from: three, seed: seed).clients[0]
      counts[client, default: 0] += 1
      oort.observe([report(client, loss: 1)])
    }
    #expect(counts == [0: 2, 1: 2, 2: 2])
    #expect(throws: FLMathError.selection(.tooFewCandidates(needed: 1, found: 0))) {
      try oort.select(from: three, seed: 1)
    }
  }

  @Test("Refuses settings out of their ranges")
  func refuses() throws {
    let changes: [(inout Oort.Settings) -> Void] = [
      { $0.exploration = 1.5 }, { $0.explorationDecay = -1 }, { $0.minimumExploration = .nan },
      { $0.pacerWindow = 0 }, { $0.pacerStep = -1 }, { $0.slownessPenalty = .infinity },
      { $0.cutOff = 0 }, { $0.clippingQuantile = 0 }, { $0.maximumParticipations = 0 },
    ]
    for change in changes {
      var settings = Oort.Settings()
      change(&settings)
      #expect(throws: FLMathError.self) {
        try Oort(size: 1, preferredDuration: 10, settings: settings)
      }
    }
    #expect(throws: FLMathError.self) { try Oort(size: 1, preferredDuration: 0) }
    #expect(throws: FLMathError.selection(.invalidSize(0))) {
      try Oort(size: 0, preferredDuration: 1)
    }
    #expect(throws: FLMathError.selection(.invalidWeight(client: 3, found: 0))) {
      try Oort(size: 1, preferredDuration: 1, speeds: [3: 0])
    }
  }
}
