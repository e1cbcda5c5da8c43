import FLMath
import Testing

@testable import SecAgg

/// The geometric median by secure sums, through whole sessions with clients that leave and attackers.
@Suite("Secure geometric median")
struct SecureGeometricMedianTests {
  private static let clients = 7
  private static let dimension = 5

  private func robust(weight: UInt64 = 1, normBound: Double = 10) throws -> SecureGeometricMedian {
    try SecureGeometricMedian(
      parameterCount: Self.dimension, normBound: normBound, smoothing: 1e-3, maximumWeight: weight,
      maximumContributors: Self.clients)
  }

  private func updates(seed: UInt64, weight: (Int) -> UInt64 = { _ in 1 }) -> [ClientUpdate] {
    var generator = SimulationGenerator(seed: seed)
    return (0..<Self.clients).map { client in
      ClientUpdate(
        delta: (0..<Self.dimension).map { _ in Double.random(in: -1...1, using: &generator) },
        weight: weight(client))
    }
  }

  private func step(
    _ robust: SecureGeometricMedian, _ inputs: [PackedVector], from point: [Double],
    leaving: [Int: LeavingPoint] = [:]
  ) throws -> [Double] {
    try robust.step(from: point, by: aggregate(robust, inputs, leaving: leaving))
  }

  private func aggregate(
    _ robust: SecureGeometricMedian, _ inputs: [PackedVector], leaving: [Int: LeavingPoint] = [:]
  ) throws -> UnmaskedAggregate {
    let parameters = try SessionParameters(
      cohortSize: Self.clients, threshold: 4, layout: robust.layout, minimumContributors: 4,
      applicationContext: SessionParameters.applicationContext(of: []))
    let ids = ClientID.all(cohortSize: Self.clients)
    var session = try SimulatedSession(
      parameters: parameters, inputs: Dictionary(uniqueKeysWithValues: zip(ids, inputs)))
    return try session.run(
      leaving: Dictionary(uniqueKeysWithValues: leaving.map { (ids[$0.key], $0.value) }))
  }

  /// RFA's own form of a step: the mean weighted by weight / max(smoothing, distance).
  private func plainStep(_ updates: [ClientUpdate], from point: [Double]) -> [Double] {
    let weights = updates.map { update in
      let square = zip(update.delta, point).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return Double(update.weight) / max(1e-3, square.squareRoot())
    }
    let total = weights.reduce(0, +)
    return point.indices.map { index in
      zip(updates, weights).reduce(0) { $0 + $1.1 * $1.0.delta[index] } / total
    }
  }

  @Test(
    "steps by secure sums are RFA's steps, weighted, over those whose input arrived",
    arguments: [1, 6] as [UInt64])
  func steps(weight: UInt64) throws {
    let robust = try robust(weight: weight)
    let updates = updates(seed: weight) { UInt64($0) % weight + 1 }
    var generator = SimulationGenerator(seed: 3)
    var (point, plain) = (robust.start, robust.start)
    for _ in 0..<3 {
      let inputs = try updates.map { try robust.encode($0, at: point, using: &generator) }
      point = try step(
        robust, inputs, from: point, leaving: [2: .beforeMaskedInput, 5: .beforeUnmasking])
      plain = plainStep(updates.indices.filter { $0 != 2 }.map { updates[$0] }, from: plain)
      for (value, expected) in zip(point, plain) { #expect(abs(value - expected) < 1e-7) }
    }
    #expect(point != plain)
  }

  @Test("each step's sums prove how far the mean distance is above the least")
  func remainder() throws {
    let robust = try robust()
    let updates = updates(seed: 8)
    let rows = updates.map(\.delta)
    func meanDistance(_ point: [Double]) -> Double {
      rows.reduce(0) { sum, row in
        sum + zip(row, point).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      } / Double(rows.count)
    }
    let median = try GeometricMedian(attackers: 3).aggregate(UpdateMatrix(rows)).vector
    var generator = SimulationGenerator(seed: 6)
    var point = robust.start
    var pulls: [Double] = []
    for _ in 0..<8 {
      let inputs = try updates.map { try robust.encode($0, at: point, using: &generator) }
      let aggregate = try aggregate(robust, inputs)
      let remainder = try robust.remainder(at: point, by: aggregate)
      let parts = try rows.map { try robust.weiszfeld.contribution(of: $0, at: point).difference }
      let pull = (0..<Self.dimension).reduce(0) { sum, index in
        let mean = parts.reduce(0) { $0 + $1[index] } / Double(parts.count)
        return sum + mean * mean
      }.squareRoot()
      #expect(remainder.pull >= pull && remainder.pull < pull + 1e-6)
      #expect(meanDistance(point) - meanDistance(median) <= remainder.excessDistance)
      pulls.append(remainder.pull)
      point = try robust.step(from: point, by: aggregate)
    }
    #expect(pulls[7] < pulls[0] / 10)
    #expect(throws: SecureRobustnessError.self) {
      let inputs = try updates.map { try robust.encode($0, at: point, using: &generator) }
      _ = try robust.remainder(at: [1], by: aggregate(robust, inputs))
    }
  }

  @Test("A point beyond the bound is refused where squares underflow")
  func tinyBound() throws {
    let robust = try SecureGeometricMedian(
      parameterCount: Self.dimension, normBound: 1e-170, smoothing: 1e-173, maximumWeight: 1,
      maximumContributors: Self.clients)
    var generator = SimulationGenerator(seed: 6)
    let inputs = try updates(seed: 8).map {
      try robust.encode($0, at: robust.start, using: &generator)
    }
    let next = try step(robust, inputs, from: robust.start)
    let norm = next.reduce(0) { $0 + ($1 / 1e-170) * ($1 / 1e-170) }.squareRoot()
    #expect(norm > 0.01 && norm <= 1 + 1e-6)
  }

  @Test("attackers far away move the point little where they move the mean far")
  func attack() throws {
    let robust = try robust()
    var updates = updates(seed: 4)
    let honest = Array(updates[2...])
    for attacker in 0..<2 {
      updates[attacker] = ClientUpdate(
        delta: [Double](repeating: 1e6, count: Self.dimension), weight: 1)
    }
    var generator = SimulationGenerator(seed: 5)
    var point = robust.start
    for _ in 0..<3 {
      let inputs = try updates.map { try robust.encode($0, at: point, using: &generator) }
      point = try step(robust, inputs, from: point)
    }
    let mean = (0..<Self.dimension).map { index in
      honest.reduce(0) { $0 + $1.delta[index] } / Double(honest.count)
    }
    let distance = zip(point, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    // Their updates are shortened to 10, so the mean of all is off by about 2 x 10 / 7.
    #expect(distance < 1)
  }

  /// Vectors of clients that do not follow the step.
  enum Lie: CaseIterable {
    case noShares
    case longDifferences
    case beyondTheNormBound
  }

  @Test("sums that clients who follow the step cannot make are refused", arguments: Lie.allCases)
  func lies(lie: Lie) throws {
    let robust = try robust(normBound: lie == .beyondTheNormBound ? 0.25 : 10)
    func forged(difference: Double, share: Double) throws -> PackedVector {
      var generator = SimulationGenerator(seed: 1)
      let secure = try SecureFedAvg(
        parameterCount: Self.dimension + 1, clippingBound: 1, maximumWeight: 1,
        maximumContributors: Self.clients, minimumValueBits: 40)
      #expect(secure.layout == robust.layout)
      return try secure.encode(
        ClientUpdate(
          delta: [Double](repeating: difference, count: Self.dimension) + [2 * share - 1],
          weight: 1), using: &generator)
    }
    let inputs = try (0..<Self.clients).map { _ in
      switch lie {
      case .noShares: try forged(difference: 0.1, share: 0)
      case .longDifferences: try forged(difference: 0.9, share: 0.9)
      case .beyondTheNormBound: try forged(difference: 0.4, share: 0.001)
      }
    }
    #expect(throws: SecureRobustnessError.impossibleStep) {
      try step(robust, inputs, from: robust.start)
    }
  }

  @Test("no client can take another's share away")
  func share() throws {
    // With shares coded from -1 to 1, one client could cancel the small shares of all others.
    let robust = try robust()
    var generator = SimulationGenerator(seed: 1)
    let far = ClientUpdate(delta: [Double](repeating: 4, count: Self.dimension), weight: 1)
    var inputs = try (0..<Self.clients).map { _ in
      try robust.encode(far, at: robust.start, using: &generator)
    }
    let codec = try FixedPointCodec(
      bound: 1, lanes: UnsignedLanes(minimumValueBits: 40, maximumContributors: Self.clients))
    let lowest = try PackedVector(
      (0..<robust.layout.elementCount).map { element -> UInt64 in
        // Differences of 0, the smallest share that there is a code for, weight 1.
        element < Self.dimension ? codec.levels : element == Self.dimension ? 0 : 1
      }, layout: robust.layout)
    inputs[0] = lowest
    let point = try step(robust, inputs, from: robust.start)
    for value in point { #expect(value > 0 && value < 4.001) }
  }

  @Test("what a client cannot encode, and settings that are none, are refused")
  func refusals() throws {
    let robust = try robust()
    var generator = SimulationGenerator(seed: 1)
    #expect(
      throws: SecureRobustnessError.rule(
        .robustAggregation(.dimensionMismatch(expected: 5, found: 4)))
    ) {
      try robust.encode(
        ClientUpdate(delta: [1, 2, 3, 4], weight: 1), at: robust.start, using: &generator)
    }
    #expect(throws: SecureRobustnessError.encoding(.weight(found: 2, maximum: 1))) {
      try robust.encode(
        ClientUpdate(delta: robust.start, weight: 2), at: robust.start, using: &generator)
    }
    #expect(throws: SecureRobustnessError.encoding(.clipping(.clipping(.invalidBound(0))))) {
      try self.robust(normBound: 0)
    }
    #expect(throws: SecureRobustnessError.rule(.robustAggregation(.invalidSmoothing(0)))) {
      try SecureGeometricMedian(
        parameterCount: 1, normBound: 1, smoothing: 0, maximumWeight: 1, maximumContributors: 3)
    }
    #expect(throws: SecureRobustnessError.encoding(.parameterCount(found: 0))) {
      try SecureGeometricMedian(
        parameterCount: 0, normBound: 1, smoothing: 1, maximumWeight: 1, maximumContributors: 3)
    }
  }

  @Test("clients that were sent different points have different contexts")
  func context() throws {
    let model = try ParameterVector(
      layout: ParameterLayout([.init(name: "all", shape: [Self.dimension])]),
      values: [Double](repeating: 0, count: Self.dimension))
    let robust = try robust()
    var other = robust.start
    other[0] = other[0].nextUp
    let contexts = [
      robust.applicationContext(model: model, round: 1, point: robust.start, task: "a"),
      robust.applicationContext(model: model, round: 1, point: other, task: "a"),
      robust.applicationContext(model: model, round: 2, point: robust.start, task: "a"),
      try self.robust(normBound: 11)
        .applicationContext(model: model, round: 1, point: robust.start, task: "a"),
      try self.robust(weight: 2)
        .applicationContext(model: model, round: 1, point: robust.start, task: "a"),
    ]
    #expect(Set(contexts).count == contexts.count)
  }
}
