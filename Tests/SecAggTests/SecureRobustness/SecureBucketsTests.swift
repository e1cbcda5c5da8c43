import FLMath
import Testing

@testable import SecAgg

/// Robust rules over secure buckets, through whole sessions with clients that leave and attackers.
@Suite("Secure buckets")
struct SecureBucketsTests {
  private static let dimension = 9
  private static let model = try? ParameterVector(
    layout: ParameterLayout([.init(name: "all", shape: [dimension])]),
    values: [Double](repeating: 0, count: dimension))

  private func settings(floor: Int = 2, normBound: Double? = nil) throws -> SecureBuckets {
    try SecureBuckets(
      parameterCount: Self.dimension, clippingBound: 1, normBound: normBound, privacyFloor: floor,
      minimumValueBits: 20)
  }

  private func plan(
    clients: Int, attackers: Int, size: Int, floor: Int = 2, seed: UInt64 = 5
  ) throws -> BucketPlan {
    var generator = SimulationGenerator(seed: seed)
    return try BucketPlan(
      clients: clients, attackers: attackers, bucketSize: size, privacyFloor: floor,
      using: &generator)
  }

  /// Runs the session of one bucket.
  private func sum(
    _ bucket: SecureBucket, _ inputs: [PackedVector], leaving: [Int: LeavingPoint] = [:]
  ) throws -> UnmaskedAggregate {
    let parameters = try bucket.parameters(
      context: bucket.applicationContext(
        model: #require(Self.model), round: 1, index: 0, task: "test"))
    #expect(parameters.cohortSize == bucket.parties)
    #expect(
      bucket.policy(expecting: parameters.applicationContext).violation(by: parameters) == nil)
    let ids = ClientID.all(cohortSize: bucket.parties)
    var session = try SimulatedSession(
      parameters: parameters, inputs: Dictionary(uniqueKeysWithValues: zip(ids, inputs)))
    return try session.run(
      leaving: Dictionary(uniqueKeysWithValues: leaving.map { (ids[$0.key], $0.value) }))
  }

  private func inputs(
    _ bucket: SecureBucket, _ updates: [[Double]], seed: UInt64 = 1
  ) throws -> [PackedVector] {
    var generator = SimulationGenerator(seed: seed)
    return try updates.map { try bucket.encode($0, using: &generator) }
      + (0..<bucket.fillers).map { _ in try bucket.encodeFiller(using: &generator) }
  }

  private func updates(_ count: Int, seed: UInt64) -> [[Double]] {
    var generator = SimulationGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<Self.dimension).map { _ in Double.random(in: -0.9...0.9, using: &generator) }
    }
  }

  private func mean(_ rows: [[Double]]) -> [Double] {
    (0..<Self.dimension).map { column in
      rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
    }
  }

  @Test("the rule over secure means is the rule over plain ones", arguments: [2, 3, 4])
  func median(size: Int) throws {
    let attackers = 1
    let plan = try plan(clients: 13, attackers: attackers, size: size)
    let updates = updates(13, seed: UInt64(size))
    let robust = try settings()
    var sums: [UnmaskedAggregate?] = []
    for (bucket, members) in zip(try robust.buckets(of: plan), plan.buckets) {
      #expect(bucket.clients == members.count)
      #expect(bucket.fillers == max(0, 3 - members.count))
      sums.append(try sum(bucket, inputs(bucket, members.map { updates[$0] })))
    }
    let rule = try CoordinateMedian(attackers: attackers)
    let found = try robust.aggregate(sums, of: plan, by: rule)
    let expected = try rule.aggregate(
      UpdateMatrix(plan.buckets.map { members in mean(members.map { updates[$0] }) })
    ).vector
    let step = try robust.buckets(of: plan).map(\.step).max() ?? 0
    for (value, wanted) in zip(found.vector, expected) { #expect(abs(value - wanted) <= step) }
    #expect(found.vector != expected)
    #expect(found.contributors == Array(0..<13))
    #expect(found.missingBuckets.isEmpty && found.spoiltBuckets.isEmpty)
  }

  @Test("clients beyond the floor may leave; the mean is of those whose input arrived")
  func dropouts() throws {
    let bucket = try settings(floor: 3).bucket(clients: 6)
    let updates = updates(6, seed: 2)
    let aggregate = try sum(
      bucket, inputs(bucket, updates), leaving: [1: .beforeMaskedInput, 4: .beforeUnmasking])
    let found = try bucket.mean(of: aggregate)
    let expected = mean([0, 2, 3, 4, 5].map { updates[$0] })
    for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) <= bucket.step) }
  }

  @Test("no sum of fewer clients than the floor, fillers not counted", arguments: [2, 4])
  func floor(clients: Int) throws {
    let bucket = try settings(floor: clients).bucket(clients: clients)
    #expect(throws: ServerError.self) {
      try sum(
        bucket, inputs(bucket, updates(clients, seed: 3)), leaving: [0: .beforeMaskedInput])
    }
  }

  @Test("a missing bucket is one row fewer; where too few are left the rule refuses")
  func missing() throws {
    let plan = try plan(clients: 10, attackers: 2, size: 2)
    let updates = updates(10, seed: 4)
    let robust = try settings()
    var sums: [UnmaskedAggregate?] = []
    for (bucket, members) in zip(try robust.buckets(of: plan), plan.buckets) {
      sums.append(try sum(bucket, inputs(bucket, members.map { updates[$0] })))
    }
    sums[2] = nil
    let found = try robust.aggregate(sums, of: plan, by: CoordinateMedian(attackers: 1))
    #expect(found.missingBuckets == [2])
    #expect(Set(found.contributors) == Set(0..<10).subtracting(plan.buckets[2]))
    #expect(
      throws: SecureRobustnessError.rule(
        .robustAggregation(.beyondBreakdown(vectors: 4, attackers: 2, maximum: 1)))
    ) {
      try robust.aggregate(sums, of: plan, by: CoordinateMedian(attackers: 2))
    }
    #expect(throws: SecureRobustnessError.noSums) {
      try robust.aggregate(
        [UnmaskedAggregate?](repeating: nil, count: 5), of: plan,
        by: CoordinateMedian(attackers: 0))
    }
    #expect(throws: SecureRobustnessError.sumCount(expected: 5, found: 4)) {
      try robust.aggregate(Array(sums.prefix(4)), of: plan, by: CoordinateMedian(attackers: 0))
    }
  }

  @Test(
    "an attacker moves the mean of its bucket no farther than the bound, and the median not there")
  func attack() throws {
    let plan = try plan(clients: 10, attackers: 2, size: 2)
    let attacker = 3
    var updates = updates(10, seed: 6)
    updates[attacker] = [Double](repeating: 1e9, count: Self.dimension)
    let robust = try settings()
    var sums: [UnmaskedAggregate?] = []
    var honest: [[Double]] = []
    for (bucket, members) in zip(try robust.buckets(of: plan), plan.buckets) {
      let aggregate = try sum(bucket, inputs(bucket, members.map { updates[$0] }))
      sums.append(aggregate)
      let found = try bucket.mean(of: aggregate)
      #expect(found.allSatisfy { abs($0) <= 1 })
      if members.contains(attacker) {
        let other = updates[members[0] == attacker ? members[1] : members[0]]
        for (value, own) in zip(found, other) {
          #expect(abs(value - (1 + own) / 2) <= bucket.step)
        }
      } else {
        honest.append(found)
      }
    }
    let found = try robust.aggregate(sums, of: plan, by: CoordinateMedian(attackers: 2)).vector
    for column in 0..<Self.dimension {
      let values = honest.map { $0[column] }.sorted()
      #expect(found[column] >= values[0] && found[column] <= values[values.count - 1])
    }
  }

  @Test("an update beyond the norm bound is shortened by its client")
  func normBound() throws {
    let bucket = try settings(normBound: 0.5).bucket(clients: 3)
    let update = [Double](repeating: 0.8, count: Self.dimension)
    let found = try bucket.mean(of: sum(bucket, inputs(bucket, [update, update, update])))
    // Nine equal coordinates of a vector of length 0.5.
    for value in found { #expect(abs(value - 0.5 / 3) <= bucket.step) }
  }

  /// What a client may send that packs its numbers itself.
  enum Lie: CaseIterable {
    case weightless
    case tooHeavy
    case roomOfTheFiller
  }

  @Test("a sum that no honest clients make counts as an attacker's", arguments: Lie.allCases)
  func lies(lie: Lie) throws {
    let robust = try settings()
    let bucket = try robust.bucket(clients: 2)
    let largest = bucket.layout.lanes.maximumSum(contributors: 1)
    // One less than all bits is the code of the bound.
    var forged = [UInt64](repeating: largest - 1, count: bucket.layout.elementCount)
    switch lie {
    case .weightless: forged[Self.dimension] = 0
    case .tooHeavy: forged[Self.dimension] = 2
    case .roomOfTheFiller: forged[Self.dimension] = 1
    }
    let up = [Double](repeating: 1, count: Self.dimension)
    var vectors = try inputs(bucket, [up, up])
    vectors[0] = try PackedVector(forged, layout: bucket.layout)
    if lie == .roomOfTheFiller {
      // Whoever makes up the filler's input as well uses the room that no client has.
      forged[Self.dimension] = 0
      vectors[2] = try PackedVector(forged, layout: bucket.layout)
    }
    let aggregate = try sum(bucket, vectors)
    let expected: SecureRobustnessError =
      switch lie {
      case .weightless: .weights(expected: 2, found: 1)
      case .tooHeavy: .weights(expected: 2, found: 3)
      case .roomOfTheFiller: .beyondBound(1)
      }
    #expect(throws: expected) { try bucket.mean(of: aggregate) }

    let plan = try plan(clients: 10, attackers: 2, size: 2)
    let honest = try sum(bucket, inputs(bucket, [up, up]))
    let sums = [honest, aggregate, honest, honest, honest]
    let found = try robust.aggregate(sums, of: plan, by: CoordinateMedian(attackers: 1))
    #expect(found.spoiltBuckets == [1])
    #expect(found.vector.allSatisfy { abs($0 - 1) <= bucket.step })
    #expect(
      throws: SecureRobustnessError.rule(
        .robustAggregation(.tooManyUnusableRows(attackers: 0, found: [1])))
    ) {
      try robust.aggregate(sums, of: plan, by: CoordinateMedian(attackers: 0))
    }
  }

  @Test("what is below the floor is refused, in the settings, the plan and the sum")
  func refusals() throws {
    #expect(throws: SecureRobustnessError.privacyFloor(found: 1)) { try settings(floor: 1) }
    let robust = try settings(floor: 3)
    #expect(throws: SecureRobustnessError.belowPrivacyFloor(floor: 3, found: 2)) {
      try robust.buckets(of: plan(clients: 10, attackers: 1, size: 2))
    }
    #expect(throws: SecureRobustnessError.encoding(.clipping(.clipping(.invalidBound(0))))) {
      try SecureBuckets(parameterCount: 2, clippingBound: 0, privacyFloor: 2)
    }
    // A sum of another bucket's settings, with a lower floor.
    let strict = try settings(floor: 4).bucket(clients: 4)
    let lax = try robust.bucket(clients: 4)
    #expect(strict.layout == lax.layout)
    let aggregate = try sum(
      lax, inputs(lax, updates(4, seed: 8)), leaving: [0: .beforeMaskedInput])
    #expect(throws: SecureRobustnessError.tooFewClients(floor: 4, found: 3)) {
      try strict.mean(of: aggregate)
    }
    // An aggregate of another layout is a mistake of the caller's, not an attack.
    let other = try settings().bucket(clients: 5)
    #expect(throws: SecureRobustnessError.encoding(.layoutMismatch)) {
      try other.mean(of: aggregate)
    }
  }

  @Test("a client's policy refuses a session that would show a sum of fewer")
  func policy() throws {
    let bucket = try settings(floor: 3).bucket(clients: 5)
    let lax = try settings(floor: 2).bucket(clients: 5)
    let context = SessionParameters.applicationContext(of: [])
    let policy = bucket.policy(expecting: context)
    #expect(policy.violation(by: try bucket.parameters(context: context)) == nil)
    #expect(
      policy.violation(by: try lax.parameters(context: context))
        == .minimumContributors(found: 2, floor: 3))
  }

  @Test("the context differs by bucket, clients, floor, round and model")
  func context() throws {
    let model = try #require(Self.model)
    let other = try ParameterVector(
      layout: model.layout, values: [Double](repeating: 1, count: Self.dimension))
    let bucket = try settings().bucket(clients: 4)
    let contexts = [
      bucket.applicationContext(model: model, round: 1, index: 0, task: "a"),
      bucket.applicationContext(model: model, round: 1, index: 1, task: "a"),
      bucket.applicationContext(model: model, round: 2, index: 0, task: "a"),
      bucket.applicationContext(model: other, round: 1, index: 0, task: "a"),
      bucket.applicationContext(model: model, round: 1, index: 0, task: "b"),
      try settings().bucket(clients: 5)
        .applicationContext(model: model, round: 1, index: 0, task: "a"),
      try settings(floor: 3).bucket(clients: 4)
        .applicationContext(model: model, round: 1, index: 0, task: "a"),
    ]
    #expect(Set(contexts).count == contexts.count)
  }
}
