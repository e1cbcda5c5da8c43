import FLMath
import Testing

@Suite("Bucket plan")
struct BucketPlanTests {
  private func plan(
    _ clients: Int, _ attackers: Int, _ size: Int, floor: Int = 1, seed: UInt64 = 1
  ) throws -> BucketPlan {
    var generator = SimulationGenerator(seed: seed)
    return try BucketPlan(
      clients: clients, attackers: attackers, bucketSize: size, privacyFloor: floor,
      using: &generator)
  }

  @Test(
    "Every client is in one bucket, no bucket is below the size",
    arguments: 1...40 as ClosedRange<UInt64>)
  func partition(seed: UInt64) throws {
    var generator = SimulationGenerator(seed: seed)
    let clients = Int.random(in: 1...200, using: &generator)
    let size = Int.random(in: 1...clients, using: &generator)
    let plan = try plan(clients, 0, size, floor: size, seed: seed)
    #expect(plan.buckets.flatMap { $0 }.sorted() == Array(0..<clients), "seed \(seed)")
    #expect(plan.buckets.count == clients / size, "seed \(seed)")
    let sizes = plan.buckets.map(\.count)
    #expect((sizes.min() ?? 0) >= size && (sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test(
    "A clean majority is required",
    arguments: [
      // (1 - f/n)^s > 1/2: 0.8^3 = 0.512, 0.8^4 = 0.41; 0.95^13 = 0.513, 0.95^14 = 0.488.
      (100, 20, 3, 4), (100, 30, 1, 2), (1300, 65, 13, 14), (100, 49, 1, 2),
    ])
  func cleanMajority(clients: Int, attackers: Int, accepted: Int, refused: Int) throws {
    let share = try plan(clients, attackers, accepted).expectedCleanShare
    #expect(share > 0.5)
    #expect(throws: FLMathError.self) { try plan(clients, attackers, refused) }
  }

  @Test("The expected share is (1 - f/n)^s, and the refusal says what would do")
  func share() throws {
    #expect(abs(try plan(100, 20, 2).expectedCleanShare - 0.64) < 1e-15)
    do {
      _ = try plan(100, 20, 4)
      Issue.record("four in a bucket were accepted")
    } catch let error as FLMathError {
      guard case .buckets(.noCleanMajority(4, let share, 3)) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(abs(share - 0.4096) < 1e-15)
    }
    #expect(BucketPlan.largestBucketSize(clients: 100, attackers: 50) == 0)
    #expect(throws: FLMathError.self) { try plan(100, 50, 1) }
  }

  @Test("Arguments out of their range are refused")
  func refusals() {
    #expect(throws: FLMathError.buckets(.belowPrivacyFloor(floor: 3, found: 2))) {
      try plan(100, 20, 2, floor: 3)
    }
    #expect(throws: FLMathError.buckets(.invalidPrivacyFloor(0))) { try plan(9, 1, 1, floor: 0) }
    #expect(throws: FLMathError.buckets(.invalidClients(0))) { try plan(0, 0, 1) }
    #expect(throws: FLMathError.buckets(.invalidAttackers(clients: 9, found: 9))) {
      try plan(9, 9, 1)
    }
    #expect(throws: FLMathError.buckets(.invalidAttackers(clients: 9, found: -1))) {
      try plan(9, -1, 1)
    }
    #expect(throws: FLMathError.buckets(.invalidBucketSize(clients: 9, found: 10))) {
      try plan(9, 1, 10)
    }
    #expect(throws: FLMathError.buckets(.invalidBucketSize(clients: 9, found: 0))) {
      try plan(9, 1, 0)
    }
  }

  @Test("Probabilities of spoilt buckets by hand")
  func byHand() throws {
    // Of two attackers in pairs of ten, the second is the first one's partner with probability 1/9.
    let pairs = try plan(6, 1, 2)
    #expect(pairs.probability(ofMoreSpoiltBucketsThan: 0) == 1)
    #expect(pairs.probability(ofMoreSpoiltBucketsThan: 1) == 0)
    let two = try plan(10, 2, 2)
    #expect(abs(two.probability(ofMoreSpoiltBucketsThan: 1) - 8.0 / 9) < 1e-15)
    #expect(two.probability(ofMoreSpoiltBucketsThan: 2) == 0)
    #expect(two.spoiltBuckets(exceededWithProbability: 0.5) == 2)
    #expect(two.spoiltBuckets(exceededWithProbability: 0.9) == 1)
    // Two attackers spoil half of four pairs unless they are partners, and half is no majority.
    #expect(abs(try plan(8, 2, 2).failureProbability - 6.0 / 7) < 1e-15)
    // Twenty attackers spoil 20 of 50 buckets at most.
    #expect(try plan(100, 20, 2).failureProbability == 0)
    #expect(try plan(10, 0, 2).spoiltBuckets(exceededWithProbability: 0) == 0)
  }

  @Test(
    "Probabilities agree with drawing",
    arguments: [(100, 20, 2), (100, 20, 3), (47, 4, 6), (23, 2, 5)])
  func byDrawing(clients: Int, attackers: Int, size: Int) throws {
    var generator = SimulationGenerator(seed: 17)
    let rounds = 20_000
    var counts: [Int: Int] = [:]
    var last: BucketPlan?
    for _ in 0..<rounds {
      let plan = try BucketPlan(
        clients: clients, attackers: attackers, bucketSize: size, privacyFloor: 1,
        using: &generator)
      // The buckets are random, so the first clients may as well be the attackers.
      let spoilt = plan.buckets.count { bucket in bucket.contains { $0 < attackers } }
      counts[spoilt, default: 0] += 1
      last = plan
    }
    let plan = try #require(last)
    for limit in 0...attackers {
      let expected = plan.probability(ofMoreSpoiltBucketsThan: limit)
      let drawn = counts.reduce(0) { $0 + ($1.key > limit ? $1.value : 0) }
      // Six standard deviations of the mean of 20,000 draws.
      let slack = 6 * (expected * (1 - expected) / Double(rounds)).squareRoot() + 1e-12
      #expect(abs(Double(drawn) / Double(rounds) - expected) <= slack, "limit \(limit)")
    }
  }
}
